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

#include "attest/evidence.h"
#include "attest/factor.h"
#include "attest/policy.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::attest {

// Assurance tiers. T0: simulated evidence or none. T1: genuine CPU TEE, allowed image. T2: also its
// GPUs. T3: also the platform's identity is enrolled. T4: also endorsed as to place or owner.
enum class Tier { T0, T1, T2, T3, T4 };
std::string_view tier_name(Tier tier);

struct Verdict {
  std::string policy;
  EvidenceKind kind = EvidenceKind::None;  // None also when the policy looks at no evidence
  std::optional<Statement> statement;      // what the evidence says, true or not
  std::optional<base::Bits256> image_hash;
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

// `expected_report_data` is that of the key which the peer has proven to hold (claims.h).
Verdict judge(base::WallTime now, const Evidence& evidence,
              const base::Bits512& expected_report_data, const Policy& policy,
              EvidenceVerifiers verifiers);

// Of several pieces of evidence the one to judge: the strongest that the policy accepts, or if it
// accepts none of them, the strongest. That one alone decides: there is no second try with the
// next.
const Evidence& choose_evidence(std::span<const Evidence> evidence, const Policy& policy);

// The tier that these factors amount to.
Tier tier_of(EvidenceKind kind, std::span<const Factor, kFactorCount> factors);

}  // namespace cocoon::attest
