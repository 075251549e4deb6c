// All checks of an Intel quote with its collateral, each by itself, so that a report can say what
// held and what didn't (Intel TDX and SGX DCAP: quote verification).
//
// Verified is not trusted: a verified quote may be of a debuggable or outdated machine. Rules on
// that are in findings.h.
#pragma once

#include <optional>
#include <variant>

#include "attest/collateral.h"
#include "attest/intel/chains.h"
#include "attest/intel/fault.h"
#include "attest/intel/pck.h"
#include "attest/intel/tcb_info.h"
#include "attest/intel/tcb_match.h"
#include "attest/quote.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::attest::intel {

// One check: nothing when something that it needs was missing or didn't hold.
using Check = std::optional<base::Result<void>>;
bool holds(const Check& check);

// Everything that was found out about one quote. Reasons of errors are Faults.
struct Examination {
  // QuoteMalformed, QuoteUnsupported. Its views are into the bytes examined.
  std::optional<base::Result<Quote>> quote;
  Check pck;         // the platform's chain to the root, its roles, dates and SGX extension
  Check signers;     // of TCB info and identity: to the root, roles, dates
  Check lists;       // revocation
  Check tcb_info;    // signature, form, of this platform
  Check identity;    // of the quoting enclave: signature, form, of this kind of TEE
  Check dates;       // of both
  Check qe_report;   // signed by the platform's key, vouches for the attestation key
  Check signature;   // of the quote by the attestation key
  Check qe;          // the quoting enclave is Intel's
  Check tdx_module;  // the module is Intel's; without a trust domain it holds
  Check tcb;         // some level covers the platform

  // What the checks were about; each is there if it could be read, genuine or not.
  std::optional<PckAuthority> authority;
  std::optional<PckExtension> platform;
  std::optional<RevocationLists> revocation;
  std::optional<TcbInfo> info;
  std::optional<QeIdentity> qe_identity;
  std::optional<TcbEvaluation> evaluation;

  // The first check that failed, in an order that puts causes before effects.
  const base::Error* fault() const;
};

// `collateral` may be null: CollateralMissing then, and what needs none is still checked.
Examination examine_quote(base::WallTime now, base::BytesView quote,
                          const IntelCollateral* collateral, const crypto::PublicKey& root);

// What is certain about a quote once every check holds.
struct VerifiedQuote {
  std::variant<TdReport, EnclaveReport> body;
  PckExtension platform;
  PckAuthority authority{};
  TcbEvaluation tcb;
};
base::Result<VerifiedQuote> verify_quote(base::WallTime now, base::BytesView quote,
                                         const IntelCollateral& collateral,
                                         const crypto::PublicKey& root);

// Which collateral a quote needs, by its own, unverified, word; the reason is a Fault.
base::Result<IntelCollateralId> collateral_needed(base::BytesView quote);

}  // namespace cocoon::attest::intel
