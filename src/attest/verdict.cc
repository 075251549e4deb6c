// How factors become a verdict. Unknown means failed: only what passed counts as passed.
#include "attest/verdict.h"

#include <algorithm>

#include "attest/quote.h"
#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::attest {
namespace {

// For people at the other end: what is wrong, and what to do about it.
base::Error refuse_peer(Refusal refusal, std::string_view sentence) {
  return refuse(refusal, std::string(sentence) + " " + std::string(next_step(refusal)));
}

// The refusal of a kind of evidence that the policy doesn't accept.
base::Error refuse_kind(EvidenceKind kind, const Policy& policy) {
  const std::string by = " and the policy '" + policy.name + "' doesn't accept that.";
  switch (kind) {
    case EvidenceKind::None:
      return refuse_peer(Refusal::EvidenceMissing, "The peer shows no evidence" + by);
    case EvidenceKind::FakeTdx:
      return refuse_peer(Refusal::FakeEvidence, "The peer shows fake TDX evidence" + by);
    case EvidenceKind::Simulated:
      return refuse_peer(Refusal::SimulatedEvidence, "The peer's evidence is simulated" + by);
    case EvidenceKind::Relayed:
      return refuse_peer(Refusal::RelayedEvidence,
                         "Only a local router says that it verified the peer" + by);
    case EvidenceKind::Tdx:
    case EvidenceKind::SevSnp:
      return refuse_peer(
          Refusal::EvidenceKindNotAccepted,
          "The peer shows evidence of kind " + std::string(evidence_kind_name(kind)) + by);
  }
  CHECK(false);
}

void set(Verdict& verdict, Factor factor) {
  verdict.factors[static_cast<std::size_t>(factor.id)] = std::move(factor);
}

Verdict blank_verdict(const Policy& policy, EvidenceKind kind) {
  Verdict verdict;
  verdict.policy = policy.name;
  verdict.kind = kind;
  for (std::size_t i = 0; i < kFactorCount; ++i) {
    const auto id = static_cast<FactorId>(i);
    verdict.factors[i] = not_checked(
        id, Refusal::FactorNotChecked,
        "Nothing in this evidence was checked for " + std::string(factor_name(id)) + ".");
  }
  return verdict;
}

Factor binding_factor(const std::optional<Statement>& statement, const base::Bits512& expected) {
  if (!statement) {
    return not_checked(FactorId::ReportDataBinding, Refusal::FactorNotChecked,
                       "There is no report data that could be compared with the peer's key.");
  }
  if (statement->report_data == expected) return passed(FactorId::ReportDataBinding);
  return failed(FactorId::ReportDataBinding, Refusal::ReportDataMismatch,
                "The report data is not the hash of the peer's key.",
                {{"report_data", base::to_hex(statement->report_data)},
                 {"expected", base::to_hex(expected)}});
}

// Machines and keys that governance has taken out. Evidence that names no machine can't be looked
// up.
Factor revocation_factor(const Verdict& verdict, const std::optional<base::Bits256>& key,
                         const TrustLists& lists) {
  const Values values = {{"list_version", std::to_string(lists.version)}};
  if (key && lists.key_revoked(*key)) {
    return failed(FactorId::PlatformNotRevoked, Refusal::KeyRevoked,
                  "The network has revoked the peer's key.", values);
  }
  if (!verdict.platform) {
    return not_checked(FactorId::PlatformNotRevoked, Refusal::FactorNotChecked,
                       "The evidence does not say of which machine it is.", values);
  }
  if (lists.platform_revoked(*verdict.platform)) {
    return failed(FactorId::PlatformNotRevoked, Refusal::PlatformRevoked,
                  "The network has revoked the machine " + base::to_hex(*verdict.platform) + ".",
                  values);
  }
  return passed(FactorId::PlatformNotRevoked, values);
}

Factor listed_factor(FactorId id, const std::optional<PlatformId>& platform, bool listed,
                     std::string_view missing) {
  if (!platform) {
    return not_checked(id, Refusal::FactorNotChecked,
                       "The evidence does not say of which machine it is.");
  }
  Values values = {{"platform", base::to_hex(*platform)}};
  if (listed) return passed(id, std::move(values));
  return failed(id, Refusal::PlatformNotEnrolled, std::string(missing), std::move(values));
}

void look_up_platform(Verdict& verdict, const Expectation& expected, const TrustLists& lists) {
  const std::optional<PlatformId>& platform = verdict.platform;
  set(verdict, revocation_factor(verdict, expected.key, lists));
  set(verdict, listed_factor(FactorId::PlatformIdentity, platform,
                             platform && lists.platform_enrolled(*platform),
                             "Nobody has enrolled this machine."));
  set(verdict, listed_factor(FactorId::PlatformEndorsement, platform,
                             platform && lists.platform_endorsed(*platform),
                             "Nobody vouches for this machine's place or owner."));
}

Factor image_factor(const std::optional<base::Bits256>& image_hash, const Policy& policy) {
  if (image_hash && policy.lists.image_revoked(*image_hash)) {
    return failed(FactorId::Measurements, Refusal::ImageNotAllowed,
                  "The network has revoked the image " + base::to_hex(*image_hash) + ".");
  }
  if (!policy.allowed_images) {
    return not_checked(FactorId::Measurements, Refusal::FactorNotChecked,
                       "The policy '" + policy.name + "' names no images.");
  }
  if (!image_hash) {
    return failed(FactorId::Measurements, Refusal::ImageNotAllowed,
                  "The policy names allowed images, and nothing says which image the peer runs.");
  }
  const Values values = {{"image_hash", base::to_hex(*image_hash)}};
  if (std::ranges::find(*policy.allowed_images, *image_hash) != policy.allowed_images->end()) {
    return passed(FactorId::Measurements, values);
  }
  return failed(FactorId::Measurements, Refusal::ImageNotAllowed,
                "The image " + values[0].second + " is not allowed.", values);
}

void require(Verdict& verdict, FactorId id) {
  const Factor& factor = verdict.factor(id);
  if (verdict.refusal || factor.outcome == Outcome::Passed) return;
  verdict.refusal = refuse_peer(factor.refusal, factor.reason);
}

void require_not_failed(Verdict& verdict, FactorId id) {
  if (verdict.factor(id).outcome == Outcome::Failed) require(verdict, id);
}

void require_tier(Verdict& verdict, const Policy& policy) {
  if (!verdict.accepted()) return;
  verdict.tier = tier_of(verdict.kind, verdict.factors);
  if (verdict.tier >= policy.least_tier) return;
  verdict.refusal = refuse_peer(
      Refusal::TierTooLow, "The evidence amounts to tier " + std::string(tier_name(verdict.tier)) +
                               ", and the policy '" + policy.name + "' wants " +
                               std::string(tier_name(policy.least_tier)) + ".");
  verdict.tier = Tier::T0;
}

const EvidenceVerifier* verifier_of(EvidenceKind kind, EvidenceVerifiers verifiers) {
  const auto found = std::ranges::find(verifiers, kind, &EvidenceVerifier::kind);
  return found == verifiers.end() ? nullptr : *found;
}

// What is known about the evidence before any policy is asked. Without a verifier for its kind:
// what can be read of it, so that people see it; it is refused all the same.
std::optional<Findings> examine(base::WallTime now, const Evidence& evidence,
                                EvidenceVerifiers verifiers) {
  const EvidenceVerifier* verifier = verifier_of(kind_of(evidence), verifiers);
  return verifier == nullptr ? read_unverified(evidence) : verifier->examine(now, evidence);
}

bool all_passed(std::span<const Factor, kFactorCount> factors, std::span<const FactorId> ids) {
  return std::ranges::all_of(ids, [&](FactorId id) {
    return factors[static_cast<std::size_t>(id)].outcome == Outcome::Passed;
  });
}

}  // namespace

Verdict judge(base::WallTime now, const Evidence& evidence, const Expectation& expected,
              const Policy& policy, EvidenceVerifiers verifiers) {
  if (policy.accepts(EvidenceKind::None)) {
    Verdict verdict = blank_verdict(policy, EvidenceKind::None);
    set(verdict, image_factor(std::nullopt, policy));
    if (policy.allowed_images) require(verdict, FactorId::Measurements);
    return verdict;
  }

  const EvidenceKind kind = kind_of(evidence);
  Verdict verdict = blank_verdict(policy, kind);
  std::optional<Findings> findings = examine(now, evidence, verifiers);
  if (findings) {
    for (Factor& factor : findings->factors) set(verdict, std::move(factor));
    verdict.statement = std::move(findings->statement);
    verdict.platform = findings->platform;
  }
  if (verdict.statement) verdict.image_hash = image_hash(verdict.statement->measurements);
  // After the verifier's own factors, so that no verifier can decide these.
  set(verdict, binding_factor(verdict.statement, expected.report_data));
  if (expected.freshness) set(verdict, *expected.freshness);
  for (const Factor& factor : expected.devices) set(verdict, factor);
  look_up_platform(verdict, expected, policy.lists);
  set(verdict, image_factor(verdict.image_hash, policy));

  const AcceptedEvidence* accepted = policy.accepts(kind);
  if (accepted == nullptr) {
    verdict.refusal = refuse_kind(kind, policy);
  } else if (verifier_of(kind, verifiers) == nullptr) {
    verdict.refusal = refuse_peer(Refusal::VerifierMissing,
                                  "Evidence of kind " + std::string(evidence_kind_name(kind)) +
                                      " can't be verified by this program.");
  } else {
    for (const FactorId id : accepted->required) require(verdict, id);
    require(verdict, FactorId::ReportDataBinding);
    if (policy.allowed_images) require(verdict, FactorId::Measurements);
    require_not_failed(verdict, FactorId::Measurements);
    require_not_failed(verdict, FactorId::PlatformNotRevoked);
  }
  require_tier(verdict, policy);
  return verdict;
}

const Evidence& choose_evidence(std::span<const Evidence> evidence, const Policy& policy) {
  static const Evidence kNone = NoEvidence{};
  const Evidence* best = &kNone;
  const auto rank = [&](const Evidence& one) {
    return std::pair(policy.accepts(kind_of(one)) != nullptr, kind_of(one));
  };
  for (const Evidence& one : evidence) {
    if (best == &kNone || rank(one) > rank(*best)) best = &one;
  }
  return *best;
}

Tier tier_of(EvidenceKind kind, std::span<const Factor, kFactorCount> factors) {
  constexpr FactorId kGpu[] = {FactorId::GpuChain, FactorId::GpuFirmware,
                               FactorId::GpuConfidentialMode};
  constexpr FactorId kPlatform[] = {FactorId::PlatformIdentity};
  constexpr FactorId kEndorsement[] = {FactorId::PlatformEndorsement};
  const std::span<const FactorId> genuine = genuine_tee_factors(kind);
  if (genuine.empty() || !all_passed(factors, genuine)) return Tier::T0;
  if (!all_passed(factors, kGpu)) return Tier::T1;
  if (!all_passed(factors, kPlatform)) return Tier::T2;
  if (!all_passed(factors, kEndorsement)) return Tier::T3;
  return Tier::T4;
}

}  // namespace cocoon::attest
