// Verdict: what is known about a peer's evidence, factor by factor, and whether a policy is content
// with it.
//
// The same verdict is shown to people (`cocoon attest`) and drives every connection. judge() is
// pure: same inputs, same verdict, so callers may cache it. Connections are admitted by
// ratls/admit.h only.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "attest/claims.h"
#include "attest/evidence.h"
#include "attest/factor.h"
#include "attest/policy.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::attest {

struct Verdict {
  std::string policy;
  EvidenceKind kind = EvidenceKind::None;  // None also when the policy looks at no evidence
  std::optional<Statement> statement;      // what the evidence says, true or not
  std::optional<base::Bits256> image_hash;
  std::optional<PlatformId> platform;
  Tier tier = Tier::T0;
  std::array<Factor, kFactorCount> factors;  // all of them, in the order of FactorId
  std::optional<base::Error> refusal;        // its reason is a Refusal

  bool accepted() const { return !refusal; }
  const Factor& factor(FactorId id) const { return factors[static_cast<std::size_t>(id)]; }
};

// Says whether one kind of evidence is genuine. A program has the verifiers that its main hands in,
// and no others.
class EvidenceVerifier {
 public:
  virtual ~EvidenceVerifier() = default;
  virtual EvidenceKind kind() const = 0;
  // Only called with evidence of its kind.
  virtual Findings examine(base::WallTime now, const Evidence& evidence) const = 0;
};
using EvidenceVerifiers = std::span<const EvidenceVerifier* const>;

// Says what is to be thought of a peer's GPUs.
class DeviceVerifier {
 public:
  virtual ~DeviceVerifier() = default;
  // `devices` hashes to what the claims name (gpu_evidence_hash). Factors of GPUs only.
  virtual std::vector<Factor> examine(base::WallTime now, const EnclaveClaims& claims,
                                      base::BytesView devices) const = 0;
};

// What a program can verify.
struct Verifiers {
  EvidenceVerifiers evidence;
  const DeviceVerifier* devices = nullptr;  // null: GPUs are not looked at
};

// What the peer has shown apart from its evidence.
struct Expectation {
  // The report data of the keys which the peer has proven to hold (claims.h).
  base::Bits512 report_data{};
  // The key of its TLS connection, for the list of revoked keys.
  std::optional<base::Bits256> key = std::nullopt;
  // How old the evidence can be at most, if the claims or the session say so; without it, evidence
  // of real hardware has no age.
  std::optional<Factor> freshness = std::nullopt;
  // What was found out about its GPUs, if the claims name any.
  std::vector<Factor> devices = {};
};

Verdict judge(base::WallTime now, const Evidence& evidence, const Expectation& expected,
              const Policy& policy, EvidenceVerifiers verifiers);

// Of several pieces of evidence the one to judge: the strongest that the policy accepts, or if it
// accepts none of them, the strongest. That one alone decides: there is no second try with the
// next.
const Evidence& choose_evidence(std::span<const Evidence> evidence, const Policy& policy);

// The tier that these factors amount to.
Tier tier_of(EvidenceKind kind, std::span<const Factor, kFactorCount> factors);

}  // namespace cocoon::attest
