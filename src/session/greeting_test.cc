// [WIRE-50] What two greetings must have in common, from either side.
#include "session/greeting.h"

#include <gtest/gtest.h>

#include <string>

namespace cocoon::session {
namespace {

constexpr OwnTerms kOwn{.is_test = true, .versions = kClientVersions};

std::string outcome(const base::Result<std::int32_t>& version) {
  return version ? std::to_string(*version) : std::string(version.error().reason());
}

TEST(Greeting, AgreesOnTheHighestVersionOfTheSameNetwork) {
  struct Case {
    RemoteTerms remote;
    std::string outcome;
  };
  const Case cases[] = {
      {{.is_test = true, .versions = {1, 2}}, "2"},
      {{.is_test = true, .versions = kLegacyVersions}, "0"},
      {{.is_test = true, .versions = {0, 99}}, "5"},
      {{.is_test = true, .versions = {6, 9}}, "no_common_version"},
      {{.is_test = false, .versions = {1, 2}}, "test_mode_mismatch"},
      {{.is_test = std::nullopt, .versions = {1, 2}}, "test_mode_missing"},
      // Another network's peer is told so, whatever it speaks.
      {{.is_test = false, .versions = {6, 9}}, "test_mode_mismatch"},
  };
  for (const Case& test : cases)
    EXPECT_EQ(outcome(check_greeting(kOwn, test.remote)), test.outcome);
}

TEST(Greeting, RealNetworksRefuseTestPeers) {
  const OwnTerms real{.is_test = false, .versions = kClientVersions};
  EXPECT_EQ(outcome(check_greeting(real, {.is_test = true, .versions = {0, 4}})),
            "test_mode_mismatch");
  EXPECT_EQ(outcome(check_greeting(real, {.is_test = false, .versions = {0, 4}})), "4");
}

TEST(Greeting, AProxysAnswerNamesOneVersion) {
  tl::ProxyParams params{};
  EXPECT_EQ(outcome(check_proxy_greeting(kOwn, params)), "test_mode_missing");
  params.flags = tl::ProxyParams::kHasIsTest;
  params.is_test = true;
  EXPECT_EQ(outcome(check_proxy_greeting(kOwn, params)), "0")
      << "without a version it is the first";
  // A field that the flags leave out does not count, whatever it holds.
  params.proto_version = 3;
  EXPECT_EQ(outcome(check_proxy_greeting(kOwn, params)), "0");
  params.flags |= tl::ProxyParams::kHasProtoVersion;
  EXPECT_EQ(outcome(check_proxy_greeting(kOwn, params)), "3");
  for (const std::int32_t version : {6, -1, INT32_MAX, INT32_MIN}) {
    params.proto_version = version;
    EXPECT_EQ(outcome(check_proxy_greeting(kOwn, params)), "no_common_version") << version;
  }
  params.proto_version = 3;
  params.is_test = false;
  EXPECT_EQ(outcome(check_proxy_greeting(kOwn, params)), "test_mode_mismatch");
}

}  // namespace
}  // namespace cocoon::session
