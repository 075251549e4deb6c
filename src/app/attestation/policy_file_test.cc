// Policies from files: each key does what it says, and mistakes are named with their line.
#include "app/attestation/policy_file.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cocoon::app::attestation {
namespace {

const std::vector<base::Bits256> kImages{{1}};
const std::string kHash(64, 'a');

std::string reason_of(std::string_view text) {
  const auto policy = parse_policy(text, "p.toml", kImages);
  return policy ? "parsed" : std::string(policy.error().reason());
}

TEST(PolicyFile, EmptyOneIsProduction) {
  const auto policy = parse_policy("", "p.toml", kImages);
  ASSERT_TRUE(policy.ok());
  const attest::Policy production = attest::production_policy(kImages);
  EXPECT_EQ(policy->name, "p.toml");
  EXPECT_EQ(policy->allowed_images, production.allowed_images);
  EXPECT_EQ(policy->least_tier, attest::Tier::T1);
  ASSERT_EQ(policy->accepted.size(), production.accepted.size());
  for (std::size_t i = 0; i < policy->accepted.size(); ++i) {
    EXPECT_EQ(policy->accepted[i].required, production.accepted[i].required);
  }
  EXPECT_EQ(policy->tcb.statuses, std::vector<std::string>{"UpToDate"});
}

TEST(PolicyFile, EveryKey) {
  const std::string text = R"(
base = "legacy-network"
name = "mine"
least_tier = "T3"
required = ["freshness", "gpu_chain"]
images = [")" + kHash + R"("]
tcb_statuses = ["UpToDate", "ConfigurationNeeded"]
advisories = ["INTEL-SA-00837"]
evaluation_number_min = 18
verdict_lifetime_seconds = 600
[lists]
version = 7
revoked_platforms = [")" + kHash +
                           R"("]
enrolled_platforms = [")" + kHash +
                           R"("]
endorsed_platforms = [")" + kHash +
                           R"("]
revoked_images = [")" + kHash +
                           R"("]
revoked_keys = [")" + kHash +
                           R"("]
)";
  const auto policy = parse_policy(text, "p.toml", kImages);
  ASSERT_TRUE(policy.ok()) << policy.error().message();
  base::Bits256 hash;
  hash.fill(0xaa);
  const std::vector<base::Bits256> one{hash};
  EXPECT_EQ(policy->name, "mine");
  EXPECT_EQ(policy->least_tier, attest::Tier::T3);
  EXPECT_EQ(policy->allowed_images, one);
  EXPECT_EQ(policy->tcb.statuses.back(), "ConfigurationNeeded");
  EXPECT_EQ(policy->tcb.advisories, std::vector<std::string>{"INTEL-SA-00837"});
  EXPECT_EQ(policy->tcb.evaluation_number_min, 18u);
  EXPECT_EQ(policy->verdict_lifetime, std::chrono::seconds(600));
  EXPECT_EQ(policy->lists.version, 7u);
  for (const auto* list : {&policy->lists.revoked_platforms, &policy->lists.enrolled_platforms,
                           &policy->lists.endorsed_platforms, &policy->lists.revoked_images,
                           &policy->lists.revoked_keys}) {
    EXPECT_EQ(*list, one);
  }
  ASSERT_EQ(policy->accepted.size(), 1u);
  const auto& required = policy->accepted[0].required;
  EXPECT_NE(std::ranges::find(required, attest::FactorId::GpuChain), required.end());
  EXPECT_NE(std::ranges::find(required, attest::FactorId::Freshness), required.end());
}

TEST(PolicyFile, SessionEvidence) {
  const auto demand = [](const char* text) {
    const auto policy = parse_policy(text, "p.toml", kImages);
    return policy ? std::optional(policy->session) : std::nullopt;
  };
  EXPECT_EQ(demand(""), attest::SessionDemand::Required);
  EXPECT_EQ(demand("base = \"legacy-network\""), attest::SessionDemand::IfSpoken);
  EXPECT_EQ(demand("session_evidence = \"if_spoken\""), attest::SessionDemand::IfSpoken);
  EXPECT_EQ(demand("base = \"legacy-network\"\nsession_evidence = \"required\""),
            attest::SessionDemand::Required);
  EXPECT_EQ(demand("session_evidence = \"no\""), std::nullopt) << "a file can't switch it off";
}

TEST(PolicyFile, AnyAdvisory) {
  const auto policy = parse_policy("advisories = \"any\"", "p.toml", kImages);
  ASSERT_TRUE(policy.ok());
  EXPECT_FALSE(policy->tcb.advisories);
}

TEST(PolicyFile, Mistakes) {
  EXPECT_EQ(reason_of("a = "), "policy_bad_syntax");
  EXPECT_EQ(reason_of("base = \"any\""), "policy_unknown");
  EXPECT_EQ(reason_of("base = \"development\""), "policy_unknown");
  EXPECT_EQ(reason_of("base = 1"), "policy_bad_value");
  EXPECT_EQ(reason_of("least_teir = \"T1\""), "policy_unknown_key");
  EXPECT_EQ(reason_of("least_tier = \"T5\""), "policy_bad_value");
  EXPECT_EQ(reason_of("required = [\"debug\"]"), "policy_bad_value");
  EXPECT_EQ(reason_of("required = \"debug_off\""), "policy_bad_value");
  EXPECT_EQ(reason_of("images = [\"abc\"]"), "policy_bad_value");
  EXPECT_EQ(reason_of("tcb_statuses = [\"Revoked\"]"), "policy_bad_value");
  EXPECT_EQ(reason_of("evaluation_number_min = -1"), "policy_bad_value");
  EXPECT_EQ(reason_of("verdict_lifetime_seconds = 100000"), "policy_bad_value");
  EXPECT_EQ(reason_of("[lists]\nrevoked = []"), "policy_unknown_key");
  EXPECT_EQ(reason_of("lists = 3"), "policy_bad_value");
  const auto policy = parse_policy("\n\nleast_tier = \"T9\"", "p.toml", kImages);
  EXPECT_NE(policy.error().message().find("p.toml:3:"), std::string::npos);
}

TEST(BuiltInPolicies, ByName) {
  for (const std::string& name : built_in_policies()) {
    const auto policy = built_in_policy(name, kImages);
    ASSERT_TRUE(policy.ok());
    EXPECT_EQ(policy->name, name);
  }
  EXPECT_EQ(built_in_policy("development", kImages).error().reason(), "policy_unknown");
}

}  // namespace
}  // namespace cocoon::app::attestation
