// Development networks: whose quotes they accept, and whose not.
#include "attest/simulated/verifier.h"

#include <gtest/gtest.h>

#include "attest/limits.h"
#include "attest/simulated/policy.h"
#include "attest/simulated/provider.h"
#include "attest/simulated/quote.h"

namespace cocoon::attest::simulated {
namespace {

const base::WallTime kQuotedAt = base::from_unix_seconds(1'795'400'000);
const base::Bits512 kBound = {1, 2, 3};

crypto::Ed25519PrivateKey root(std::uint8_t number) {
  return *crypto::Ed25519PrivateKey::from_seed(base::Bytes(32, number));
}

Evidence evidence_of(std::uint8_t root_number, std::string program = "cocoon-worker") {
  return *Provider(root(root_number), std::move(program)).quote(kQuotedAt, kBound);
}

Verdict judge_at(base::WallTime now, const Evidence& evidence,
                 const Policy& policy = development_policy()) {
  const QuoteVerifier quotes({root(1).public_key(), root(2).public_key()});
  const FakeTdxVerifier fake;
  const EvidenceVerifier* verifiers[] = {&quotes, &fake};
  return judge(now, evidence, {kBound}, policy, verifiers);
}

std::string_view reason_of(const Verdict& verdict) {
  return verdict.refusal ? verdict.refusal->reason() : "accepted";
}

TEST(SimulatedVerdict, OwnNetworkIsTierZero) {
  const Verdict verdict = judge_at(kQuotedAt, evidence_of(2));
  EXPECT_EQ(reason_of(verdict), "accepted");
  EXPECT_EQ(verdict.tier, Tier::T0);
  EXPECT_EQ(verdict.image_hash, image_hash(measurements_of("cocoon-worker")));
  EXPECT_EQ(verdict.factor(FactorId::SignatureChain).outcome, Outcome::Passed);
  EXPECT_EQ(verdict.factor(FactorId::CollateralDates).outcome, Outcome::NotChecked);
}

TEST(SimulatedVerdict, OtherNetworksRoot) {
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, evidence_of(3))), "root_not_allowed");
}

TEST(SimulatedVerdict, ForgedSignature) {
  // A quote of network 3 that claims the root of network 1.
  base::Bytes quote = std::get<SimulatedEvidence>(evidence_of(3)).quote;
  const base::Bits256 claimed = root(1).public_key();
  std::copy(claimed.begin(), claimed.end(), quote.end() - 96);
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, SimulatedEvidence{quote})), "evidence_signature_invalid");
}

TEST(SimulatedVerdict, OtherKey) {
  const Evidence evidence = *Provider(root(1), "cocoon-worker").quote(kQuotedAt, {9});
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, evidence)), "report_data_mismatch");
}

TEST(SimulatedVerdict, Dates) {
  using std::chrono::seconds;
  const Evidence evidence = evidence_of(1);
  const seconds lifetime = kEvidenceLifetime;
  EXPECT_EQ(reason_of(judge_at(kQuotedAt + lifetime + kClockSkew, evidence)), "accepted");
  EXPECT_EQ(reason_of(judge_at(kQuotedAt + lifetime + kClockSkew + seconds(1), evidence)),
            "evidence_stale");
  EXPECT_EQ(reason_of(judge_at(kQuotedAt - kClockSkew, evidence)), "accepted");
  EXPECT_EQ(reason_of(judge_at(kQuotedAt - kClockSkew - seconds(1), evidence)),
            "evidence_from_future");
}

TEST(SimulatedVerdict, Images) {
  const Policy workers = development_policy({{image_hash(measurements_of("cocoon-worker"))}});
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, evidence_of(1), workers)), "accepted");
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, evidence_of(1, "cocoon-proxy"), workers)),
            "image_not_allowed");
}

TEST(SimulatedVerdict, ProductionRefusesItEvenWithTheVerifier) {
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, evidence_of(1), production_policy({}))),
            "simulated_evidence");
}

TEST(SimulatedVerdict, Malformed) {
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, SimulatedEvidence{base::Bytes(10)})),
            "evidence_malformed");
}

TEST(FakeTdxVerdict, ForLegacyTestNetworksOnly) {
  const Evidence fake = *FakeTdxProvider().quote(kQuotedAt, kBound);
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, fake)), "fake_evidence");
  const Verdict verdict = judge_at(kQuotedAt, fake, legacy_test_policy());
  EXPECT_EQ(reason_of(verdict), "accepted");
  EXPECT_EQ(verdict.tier, Tier::T0);
  EXPECT_EQ(verdict.image_hash, image_hash(TdxMeasurements{}));
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, FakeTdxEvidence{{9}}, legacy_test_policy())),
            "report_data_mismatch");
  EXPECT_EQ(reason_of(judge_at(kQuotedAt, evidence_of(1), legacy_test_policy())),
            "simulated_evidence");
}

}  // namespace
}  // namespace cocoon::attest::simulated
