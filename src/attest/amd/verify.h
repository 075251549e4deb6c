// Whether an SEV-SNP report is genuine, and what it proves: signature and chain to AMD's root,
// dates, revocation, firmware against the certificate, the guest's policy.
//
// Pure: time, roots and lists come in. Source of the checks: AMD SEV-SNP firmware ABI specification
// (56860), VCEK and VLEK certificate interface specification (57230). Finds the factors
// signature_chain, collateral_dates, revocation_lists, tcb_status, debug_off and attributes; a
// report carries no time and no name of its image, so that freshness, binding and measurements are
// the caller's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "attest/amd/key_certificate.h"
#include "attest/amd/roots.h"
#include "attest/factor.h"
#include "attest/sev_snp_report.h"
#include "attest/verdict.h"

namespace cocoon::attest::amd {

// Bits of SevSnpPolicy and SevSnpPlatform.
inline constexpr std::uint64_t kPolicyReservedOne = std::uint64_t{1} << 17;
inline constexpr std::uint64_t kPolicyMigrationAgent = std::uint64_t{1} << 18;
inline constexpr std::uint64_t kPlatformAliasCheckComplete = std::uint64_t{1} << 5;

// What the verifier's owner asks of a guest beyond a genuine report. Debugging must always be off.
struct Requirements {
  std::uint32_t vmpl_max = 0;
  std::uint64_t policy_set = kPolicyReservedOne;
  std::uint64_t policy_clear = kPolicyMigrationAgent;
  std::uint64_t platform_set = 0;
  std::uint8_t abi_major_min = 0;  // with abi_minor_min: the firmware interface asked for at launch
  std::uint8_t abi_minor_min = 0;
  // Oldest firmware that will do; certificates are good for years, so that this alone makes sure
  // that known holes are closed. A product that isn't named may have any.
  std::map<Product, Tcb> tcb_min;
};

// Also asks that the machine's memory modules were checked for aliases (AMD-SB-3015).
Requirements production_requirements();

struct Question {
  base::BytesView report;
  base::BytesView key_certificate;  // of the VCEK or VLEK: DER, or PEM with one block
  base::BytesView chain;            // PEM: ASK or ASVK, then root; empty: what the root has issued
  base::BytesView revocation_list;  // of the root: DER or PEM; empty: not checked
};

struct Examination {
  Findings findings;
  // What was read, true or not; nothing if it can't be read.
  std::optional<SevSnpReport> report;
  std::optional<KeyCertificate> key;
};

Examination examine_report(base::WallTime now, const Question& question, const Roots& roots,
                           const Requirements& requirements);

// What AMD's key service publishes about one kind of report key.
struct Collateral {
  base::Bytes chain;            // PEM: ASK or ASVK, then root; empty: what the root has issued
  base::Bytes revocation_list;  // of the root; empty: unknown
};

// Where the verifier looks for collateral; whoever delivers it is not trusted. Called often:
// answers from memory, never waits.
class CollateralSource {
 public:
  virtual ~CollateralSource() = default;
  // Null if there is none (yet).
  virtual std::shared_ptr<const Collateral> find(Product product, ReportKey key) const = 0;
};

// Evidence as peers show it: a report and its key's certificate.
class Verifier final : public EvidenceVerifier {
 public:
  // `source` may be null: then chains are the roots' own and nothing is known about revocation.
  Verifier(Roots roots, Requirements requirements, const CollateralSource* source = nullptr)
      : roots_(std::move(roots)), requirements_(std::move(requirements)), source_(source) {}

  EvidenceKind kind() const override { return EvidenceKind::SevSnp; }
  Findings examine(base::WallTime now, const Evidence& evidence) const override;

 private:
  Roots roots_;
  Requirements requirements_;
  const CollateralSource* source_;
};

}  // namespace cocoon::attest::amd
