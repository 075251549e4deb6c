// From a quote and a file of collateral to a verdict.
#include "app/attestation/verifiers.h"

#include "app/attestation/policy_file.h"
#include "app/attestation/recorded_evidence.h"
#include "app/attestation/verdict_report.h"
#include "base/encoding.h"

namespace cocoon::app::attestation {
namespace {

attest::Verdict judge(const RecordedEvidence& recorded, const LiveCollateral* given,
                      const attest::Policy& policy, base::WallTime now) {
  auto collateral = std::make_shared<LiveCollateral>();
  if (given == nullptr) {
    EXPECT_TRUE(collateral->add_bundle(now, recorded.collateral).ok());
  }
  std::shared_ptr<const LiveCollateral> used = collateral;
  if (given != nullptr) used = std::shared_ptr<const LiveCollateral>(given, [](auto*) {});
  const auto verifiers = real_verifiers(used, policy);
  std::vector<const attest::EvidenceVerifier*> list;
  for (const auto& verifier : verifiers) list.push_back(verifier.get());
  const attest::TdxEvidence evidence{recorded.quote};
  return attest::judge(now, evidence, {}, policy, list);
}

// Without the factors that depend on who shows the quote.
attest::Policy bare_policy() { return genuine_policy(); }

TEST(RealVerifiers, RecordedQuoteWithItsCollateral) {
  const RecordedEvidence recorded = recorded_evidence("phala-v4");
  const attest::Verdict verdict = judge(recorded, nullptr, bare_policy(), recorded.time);
  // Nobody shows it here: only the binding is missing.
  ASSERT_TRUE(verdict.refusal);
  EXPECT_EQ(verdict.refusal->reason(), "report_data_mismatch") << verdict.refusal->message();
  const attest::Policy policy = bare_policy();
  for (const attest::FactorId id : policy.accepted[0].required) {
    EXPECT_EQ(verdict.factor(id).outcome, attest::Outcome::Passed) << attest::factor_name(id);
  }
  EXPECT_TRUE(verdict.platform);
}

TEST(RealVerifiers, MissingCollateralIsWantedFromThenOn) {
  const RecordedEvidence recorded = recorded_evidence("phala-v4");
  LiveCollateral empty;
  const attest::Verdict verdict = judge(recorded, &empty, bare_policy(), recorded.time);
  ASSERT_TRUE(verdict.refusal);
  EXPECT_EQ(verdict.refusal->reason(), "collateral_missing") << verdict.refusal->message();
  EXPECT_EQ(empty.due(recorded.time).size(), 4u);
}

TEST(RealVerifiers, StaleCollateral) {
  const RecordedEvidence recorded = recorded_evidence("phala-v4");
  const attest::Verdict verdict =
      judge(recorded, nullptr, bare_policy(), recorded.time + std::chrono::hours(24 * 365));
  ASSERT_TRUE(verdict.refusal);
  EXPECT_NE(verdict.refusal->reason(), "report_data_mismatch");
}

TEST(RealVerifiers, MixedBundles) {
  // Collateral of another platform's FMSPC does not stand in.
  const RecordedEvidence recorded = recorded_evidence("phala-v4");
  const RecordedEvidence other = recorded_evidence("gcp-cos113-v4");
  LiveCollateral collateral;
  ASSERT_TRUE(collateral.add_bundle(recorded.time, other.collateral).ok());
  const attest::Verdict verdict = judge(recorded, &collateral, bare_policy(), recorded.time);
  ASSERT_TRUE(verdict.refusal);
  EXPECT_EQ(verdict.refusal->reason(), "collateral_missing");
}

TEST(VerdictReport, SaysWhatHoldsAndWhatDoesNot) {
  const RecordedEvidence recorded = recorded_evidence("phala-v4");
  const attest::Verdict verdict = judge(recorded, nullptr, bare_policy(), recorded.time);
  const auto json = nlohmann::json::parse(verdict_json(verdict));
  EXPECT_EQ(json.at("accepted"), false);
  EXPECT_EQ(json.at("evidence"), "tdx");
  EXPECT_EQ(json.at("refusal").at("reason"), "report_data_mismatch");
  EXPECT_EQ(json.at("factors").size(), attest::kFactorCount);
  EXPECT_EQ(json.at("measurements").at("rtmr").size(), 4u);
  const auto lines = report_lines(verdict);
  ASSERT_EQ(lines.size(), attest::kFactorCount);
  EXPECT_EQ(lines[0].text.substr(0, 34), "hardware of the vendor has signed ");
  EXPECT_EQ(caveats(verdict).size(), 5u);
}

}  // namespace
}  // namespace cocoon::app::attestation
