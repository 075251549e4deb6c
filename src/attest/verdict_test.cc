// How factors become verdicts: unknown is failed, the policy alone decides, and tiers are earned
// factor by factor.
#include "attest/verdict.h"

#include <gtest/gtest.h>

#include <set>

#include "attest/vector_file.h"

namespace cocoon::attest {
namespace {

const base::WallTime kJudgedAt = base::from_unix_seconds(1'795'400'000);
const base::Bits512 kBound = {1, 2, 3};
const TdxMeasurements kMeasurements = {.mr_td = {7}};
const PlatformId kPlatform = {5};
const base::Bits256 kKey = {6};

// Finds what it was told to find in real evidence.
class ScriptedVerifier final : public EvidenceVerifier {
 public:
  ScriptedVerifier(EvidenceKind kind, Findings findings)
      : kind_(kind), findings_(std::move(findings)) {}
  EvidenceKind kind() const override { return kind_; }
  Findings examine(base::WallTime, const Evidence&) const override { return findings_; }

 private:
  EvidenceKind kind_;
  Findings findings_;
};

Findings everything_passes(EvidenceKind kind) {
  Findings findings;
  findings.statement = Statement{kMeasurements, kBound};
  findings.platform = kPlatform;
  for (const FactorId id : genuine_tee_factors(kind)) findings.factors.push_back(passed(id));
  return findings;
}

Policy production() { return production_policy({image_hash(kMeasurements)}); }

Verdict judge_tdx(Findings findings, const Policy& policy = production()) {
  const ScriptedVerifier verifier(EvidenceKind::Tdx, std::move(findings));
  const EvidenceVerifier* verifiers[] = {&verifier};
  return judge(kJudgedAt, TdxEvidence{}, {.report_data = kBound, .key = kKey}, policy, verifiers);
}

std::string_view reason_of(const Verdict& verdict) {
  return verdict.refusal ? verdict.refusal->reason() : "accepted";
}

TEST(Judge, GenuineEvidenceIsTierOne) {
  const Verdict verdict = judge_tdx(everything_passes(EvidenceKind::Tdx));
  EXPECT_EQ(reason_of(verdict), "accepted");
  EXPECT_EQ(verdict.tier, Tier::T1);
  EXPECT_EQ(verdict.image_hash, image_hash(kMeasurements));
  EXPECT_EQ(verdict.policy, "production");
}

TEST(Judge, EachRequiredFactorMustPass) {
  for (const FactorId id : genuine_tee_factors(EvidenceKind::Tdx)) {
    if (id == FactorId::Measurements || id == FactorId::ReportDataBinding ||
        id == FactorId::PlatformNotRevoked) {
      continue;
    }
    for (const bool removed : {true, false}) {
      Findings findings = everything_passes(EvidenceKind::Tdx);
      std::erase_if(findings.factors, [id](const Factor& factor) { return factor.id == id; });
      if (!removed) findings.factors.push_back(failed(id, Refusal::SignatureInvalid, "It is bad."));
      const Verdict verdict = judge_tdx(std::move(findings));
      EXPECT_EQ(reason_of(verdict), removed ? "factor_not_checked" : "evidence_signature_invalid")
          << factor_name(id);
      EXPECT_EQ(verdict.tier, Tier::T0);
    }
  }
}

TEST(Judge, VerifierCanNotSpeakForBindingAndImage) {
  Findings other_key = everything_passes(EvidenceKind::Tdx);
  other_key.statement->report_data[0] = 9;
  EXPECT_EQ(reason_of(judge_tdx(other_key)), "report_data_mismatch");
  Findings other_image = everything_passes(EvidenceKind::Tdx);
  other_image.statement->measurements = TdxMeasurements{};
  EXPECT_EQ(reason_of(judge_tdx(other_image)), "image_not_allowed");
  Findings nothing_stated = everything_passes(EvidenceKind::Tdx);
  nothing_stated.statement.reset();
  EXPECT_EQ(reason_of(judge_tdx(nothing_stated)), "image_not_allowed");
}

TEST(Judge, BindingIsRequiredEvenIfThePolicyForgetsIt) {
  const Policy careless{"careless", {{EvidenceKind::Tdx, {}}}, std::nullopt};
  Findings findings = everything_passes(EvidenceKind::Tdx);
  EXPECT_EQ(reason_of(judge_tdx(findings, careless)), "accepted");
  findings.statement->report_data[0] = 9;
  EXPECT_EQ(reason_of(judge_tdx(findings, careless)), "report_data_mismatch");
  findings.statement.reset();
  EXPECT_EQ(reason_of(judge_tdx(findings, careless)), "factor_not_checked");
}

TEST(Judge, RevokedMachineKeyAndImage) {
  const auto with = [](auto change) {
    Policy policy = production();
    change(policy.lists);
    return reason_of(judge_tdx(everything_passes(EvidenceKind::Tdx), policy));
  };
  EXPECT_EQ(with([](TrustLists& lists) { lists.revoked_platforms = {{1}, kPlatform}; }),
            "platform_revoked");
  EXPECT_EQ(with([](TrustLists& lists) { lists.revoked_keys = {kKey}; }), "key_revoked");
  EXPECT_EQ(with([](TrustLists& lists) { lists.revoked_images = {image_hash(kMeasurements)}; }),
            "image_not_allowed");
  EXPECT_EQ(with([](TrustLists& lists) { lists.revoked_platforms = {{1}}; }), "accepted");
}

TEST(Judge, EvidenceThatNamesNoMachineCanNotBeLookedUp) {
  Findings findings = everything_passes(EvidenceKind::Tdx);
  findings.platform.reset();
  EXPECT_EQ(reason_of(judge_tdx(std::move(findings))), "factor_not_checked");
}

TEST(Judge, VerifierCanNotEnrolAMachine) {
  Findings findings = everything_passes(EvidenceKind::Tdx);
  for (const FactorId id :
       {FactorId::GpuChain, FactorId::GpuFirmware, FactorId::GpuConfidentialMode,
        FactorId::PlatformIdentity, FactorId::PlatformEndorsement, FactorId::PlatformNotRevoked}) {
    findings.factors.push_back(passed(id));
  }
  Policy policy = production();
  EXPECT_EQ(judge_tdx(findings, policy).tier, Tier::T2);
  policy.lists.enrolled_platforms = {kPlatform};
  EXPECT_EQ(judge_tdx(findings, policy).tier, Tier::T3);
  policy.lists.endorsed_platforms = {kPlatform};
  EXPECT_EQ(judge_tdx(findings, policy).tier, Tier::T4);
  policy.lists.revoked_platforms = {kPlatform};
  EXPECT_EQ(reason_of(judge_tdx(findings, policy)), "platform_revoked");
}

TEST(Judge, TierBelowThePolicysLeast) {
  Policy policy = production();
  policy.least_tier = Tier::T3;
  const Verdict verdict = judge_tdx(everything_passes(EvidenceKind::Tdx), policy);
  EXPECT_EQ(reason_of(verdict), "tier_too_low");
  EXPECT_EQ(verdict.tier, Tier::T0);
  EXPECT_EQ(reason_of(judge_tdx(everything_passes(EvidenceKind::Tdx),
                                production_t2_policy({image_hash(kMeasurements)}))),
            "factor_not_checked");
}

TEST(Judge, LegacyNetworkNeedsNoAgeAndEarnsNoTier) {
  Findings findings = everything_passes(EvidenceKind::Tdx);
  std::erase_if(findings.factors, [](const Factor& f) { return f.id == FactorId::Freshness; });
  const std::vector<base::Bits256> images{image_hash(kMeasurements)};
  const Verdict verdict = judge_tdx(findings, legacy_network_policy(images));
  EXPECT_EQ(reason_of(verdict), "accepted");
  EXPECT_EQ(verdict.tier, Tier::T0);
  EXPECT_EQ(reason_of(judge_tdx(findings)), "factor_not_checked");
}

TEST(Judge, AgeOfTheClaimsCounts) {
  Findings findings = everything_passes(EvidenceKind::Tdx);
  const ScriptedVerifier verifier(EvidenceKind::Tdx, findings);
  const EvidenceVerifier* verifiers[] = {&verifier};
  const Expectation stale{
      .report_data = kBound,
      .freshness = failed(FactorId::Freshness, Refusal::EvidenceStale, "It is old.")};
  EXPECT_EQ(reason_of(judge(kJudgedAt, TdxEvidence{}, stale, production(), verifiers)),
            "evidence_stale");
}

TEST(Judge, EmptyListOfImagesAllowsNone) {
  EXPECT_EQ(reason_of(judge_tdx(everything_passes(EvidenceKind::Tdx), production_policy({}))),
            "image_not_allowed");
}

TEST(Judge, RealEvidenceWithoutVerifierIsReadAndRefused) {
  const Evidence real = TdxEvidence{vector_file("tdx-v4.bin")};
  const Policy careless{"careless", {{EvidenceKind::Tdx, {}}}, std::nullopt};
  for (const Policy& policy : {production(), careless}) {
    const Verdict unbound = judge(kJudgedAt, real, {}, policy, {});
    EXPECT_EQ(reason_of(unbound), "verifier_missing") << policy.name;
    ASSERT_TRUE(unbound.statement.has_value());
    // Bound to the right key it is worth no more.
    const Verdict bound = judge(kJudgedAt, real, {unbound.statement->report_data}, policy, {});
    EXPECT_EQ(reason_of(bound), "verifier_missing") << policy.name;
    EXPECT_EQ(bound.factor(FactorId::SignatureChain).outcome, Outcome::NotChecked);
    EXPECT_EQ(bound.tier, Tier::T0);
  }
  const Policy other{"other", {{EvidenceKind::Simulated, {}}}, std::nullopt};
  EXPECT_EQ(reason_of(judge(kJudgedAt, real, {}, other, {})), "evidence_kind_not_accepted");
}

TEST(Judge, ProductionRefusesEachOtherKindByName) {
  const std::pair<Evidence, std::string_view> cases[] = {
      {NoEvidence{}, "evidence_missing"},
      {FakeTdxEvidence{kBound}, "fake_evidence"},
      {SimulatedEvidence{}, "simulated_evidence"},
      {RelayedEvidence{Statement{kMeasurements, kBound}}, "relayed_evidence"},
  };
  for (const auto& [evidence, reason] : cases) {
    const Verdict verdict = judge(kJudgedAt, evidence, {kBound}, production(), {});
    EXPECT_EQ(reason_of(verdict), reason);
    EXPECT_EQ(verdict.tier, Tier::T0);
  }
}

TEST(Judge, AcceptedKindWithoutVerifier) {
  const Policy policy{"development", {{EvidenceKind::Simulated, {}}}, std::nullopt};
  EXPECT_EQ(reason_of(judge(kJudgedAt, SimulatedEvidence{}, {kBound}, policy, {})),
            "verifier_missing");
}

TEST(Judge, AnyLooksAtNothing) {
  for (const Evidence& evidence :
       {Evidence(NoEvidence{}), Evidence(SimulatedEvidence{}), Evidence(TdxEvidence{})}) {
    const Verdict verdict = judge(kJudgedAt, evidence, {kBound}, any_policy(), {});
    EXPECT_EQ(reason_of(verdict), "accepted");
    EXPECT_EQ(verdict.kind, EvidenceKind::None);
    EXPECT_EQ(verdict.tier, Tier::T0);
    EXPECT_FALSE(verdict.image_hash);
    for (const Factor& factor : verdict.factors) EXPECT_EQ(factor.outcome, Outcome::NotChecked);
  }
}

TEST(Judge, AnyWithAListOfImagesAdmitsNobody) {
  Policy policy = any_policy();
  policy.allowed_images = {image_hash(TdxMeasurements{})};
  EXPECT_EQ(reason_of(judge(kJudgedAt, NoEvidence{}, {kBound}, policy, {})), "image_not_allowed");
}

TEST(ChooseEvidence, StrongestThatThePolicyAccepts) {
  const Evidence both[] = {FakeTdxEvidence{}, SimulatedEvidence{}};
  const Policy fake_only{"legacy", {{EvidenceKind::FakeTdx, {}}}, std::nullopt};
  EXPECT_EQ(kind_of(choose_evidence(both, fake_only)), EvidenceKind::FakeTdx);
  const Policy either{
      "either", {{EvidenceKind::FakeTdx, {}}, {EvidenceKind::Simulated, {}}}, std::nullopt};
  EXPECT_EQ(kind_of(choose_evidence(both, either)), EvidenceKind::Simulated);
  EXPECT_EQ(kind_of(choose_evidence(both, production())), EvidenceKind::Simulated);
  EXPECT_EQ(kind_of(choose_evidence({}, production())), EvidenceKind::None);
}

TEST(Tier, EachStepNeedsItsFactors) {
  std::array<Factor, kFactorCount> factors;
  for (std::size_t i = 0; i < kFactorCount; ++i) factors[i].id = static_cast<FactorId>(i);
  const auto pass = [&](FactorId id) {
    factors[static_cast<std::size_t>(id)].outcome = Outcome::Passed;
  };
  EXPECT_EQ(tier_of(EvidenceKind::SevSnp, factors), Tier::T0);
  for (const FactorId id : genuine_tee_factors(EvidenceKind::SevSnp)) pass(id);
  EXPECT_EQ(tier_of(EvidenceKind::SevSnp, factors), Tier::T1);
  EXPECT_EQ(tier_of(EvidenceKind::Tdx, factors), Tier::T0);
  pass(FactorId::PlatformEndorsement);
  pass(FactorId::GpuChain);
  pass(FactorId::GpuFirmware);
  EXPECT_EQ(tier_of(EvidenceKind::SevSnp, factors), Tier::T1);
  pass(FactorId::GpuConfidentialMode);
  EXPECT_EQ(tier_of(EvidenceKind::SevSnp, factors), Tier::T2);
  pass(FactorId::PlatformIdentity);
  EXPECT_EQ(tier_of(EvidenceKind::SevSnp, factors), Tier::T4);
  EXPECT_EQ(tier_of(EvidenceKind::Simulated, factors), Tier::T0);
}

TEST(Names, AreStableAndDistinct) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kFactorCount; ++i) {
    EXPECT_TRUE(names.insert(factor_name(static_cast<FactorId>(i))).second);
  }
  EXPECT_EQ(factor_name(FactorId::SignatureChain), "signature_chain");
  EXPECT_EQ(outcome_name(Outcome::NotChecked), "not_checked");
  EXPECT_EQ(evidence_kind_name(EvidenceKind::FakeTdx), "fake_tdx");
  EXPECT_EQ(tier_name(Tier::T4), "T4");
  EXPECT_EQ(tier_from_name("T2"), Tier::T2);
  EXPECT_EQ(tier_from_name("T5"), std::nullopt);
}

}  // namespace
}  // namespace cocoon::attest
