// What a proxy says of itself, against the network that was in force while conversations were
// recorded: its real claim, and every lie about it.
#include "registry/proxy_identity.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "ton/test_support.h"

namespace cocoon::registry {
namespace {

constexpr std::string_view kRootText = "EQBT4hy4vMEZ9uxSCuhw_gBKh9_AwmHXLe7Wo0O4Vh-4kRjJ";
constexpr std::string_view kOperatorText = "UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m";
constexpr std::string_view kContract = "UQBPkxYfPKgOBMbbi9VQVO2DQz7Wg3w9K5YTsl8x1_KaeZcZ";
constexpr std::string_view kClaimedClient = "UQCACjNFLY4ArI-ZdQsAazEAW41KvHyVIAWsFh9pbqcA1f12";
constexpr std::string_view kKey =
    "559087582b7e5ea2b2b986c258e0067b806a59b154e955decf00429610eab095";

Snapshot network() {
  return *parse_pseudo_config(*ton::parse_address(kRootText),
                              ton::vector_text("ton/fake-ton-config.json"));
}

ProxyClaim recorded_claim() {
  return {
      .owner = kOperatorText, .public_key = *base::bits256_from_hex(kKey), .contract = kContract};
}

std::string_view reason(const ProxyClaim& claim) {
  const auto identity = check_proxy_identity(network(), claim);
  return identity ? "accepted" : identity.error().reason();
}

TEST(ProxyIdentity, TheRecordedClaimHolds) {
  const auto identity = check_proxy_identity(network(), recorded_claim());
  ASSERT_TRUE(identity) << identity.error().message();
  EXPECT_EQ(identity->contract, *ton::parse_address(kContract));
  EXPECT_EQ(identity->public_key, recorded_claim().public_key);
}

TEST(ProxyIdentity, AnyFormOfAnAddressWillDo) {
  const std::string raw = to_raw_text(*ton::parse_address(kContract));
  ProxyClaim claim = recorded_claim();
  claim.contract = raw;
  EXPECT_EQ(reason(claim), "accepted");
}

TEST(ProxyIdentity, EveryLieHasItsName) {
  ProxyClaim claim = recorded_claim();
  claim.owner = "nobody";
  EXPECT_EQ(reason(claim), "bad_proxy_owner");
  claim = recorded_claim();
  claim.owner = kClaimedClient;
  EXPECT_EQ(reason(claim), "wrong_proxy_contract");
  claim = recorded_claim();
  claim.contract = "";
  EXPECT_EQ(reason(claim), "bad_proxy_contract");
  claim = recorded_claim();
  claim.contract = kClaimedClient;
  EXPECT_EQ(reason(claim), "wrong_proxy_contract");
  for (std::size_t i = 0; i < claim.public_key.size(); ++i) {
    claim = recorded_claim();
    claim.public_key[i] ^= 1;
    EXPECT_EQ(reason(claim), "wrong_proxy_contract") << "byte " << i << " of the key";
  }
}

}  // namespace
}  // namespace cocoon::registry
