// A kept verdict never outlives what it rested on.
#include "ratls/verdict_cache.h"

#include <gtest/gtest.h>

namespace cocoon::ratls {
namespace {

using namespace std::chrono_literals;

const base::WallTime kJudged = base::from_unix_seconds(1'795'400'000);

base::Bits256 key(std::uint8_t number) { return {number}; }

Admission admission(std::uint8_t number) {
  Admission out;
  out.public_key = {number};
  return out;
}

base::Error refusal() { return {CertificateError::Expired, "The peer's certificate has expired."}; }

TEST(VerdictCache, KeepsGoodAndBadVerdicts) {
  VerdictCache cache(10);
  cache.store(kJudged + 1h, {}, key(1), admission(1));
  cache.store(kJudged + 1h, {}, key(2), refusal());
  EXPECT_EQ((*cache.find(kJudged, {}, key(1)))->public_key, base::Bits256{1});
  EXPECT_EQ(cache.find(kJudged, {}, key(2))->error().reason(), "certificate_expired");
  EXPECT_EQ(cache.find(kJudged, {}, key(3)), nullptr);
}

TEST(VerdictCache, TimeEndsIt) {
  VerdictCache cache(10);
  cache.store(kJudged + 1h, {}, key(1), admission(1));
  EXPECT_NE(cache.find(kJudged + 1h - 1us, {}, key(1)), nullptr);
  EXPECT_EQ(cache.find(kJudged + 1h, {}, key(1)), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(VerdictCache, CertificateEndsIt) {
  VerdictCache cache(10);
  Admission short_lived = admission(1);
  short_lived.certificate_expires = kJudged + 1min;
  cache.store(kJudged + 1h, {}, key(1), short_lived);
  EXPECT_NE(cache.find(kJudged, {}, key(1)), nullptr);
  EXPECT_EQ(cache.find(kJudged + 1min, {}, key(1)), nullptr);
}

TEST(VerdictCache, EveryChangeOfTheGroundsEndsIt) {
  const Grounds before{.policy = 1, .lists = 1, .collateral = 1};
  for (const Grounds after : {Grounds{.policy = 2, .lists = 1, .collateral = 1},
                              Grounds{.policy = 1, .lists = 2, .collateral = 1},
                              Grounds{.policy = 1, .lists = 1, .collateral = 2},
                              Grounds{.policy = 1, .lists = 0, .collateral = 1}}) {
    VerdictCache cache(10);
    cache.store(kJudged + 1h, before, key(1), admission(1));
    ASSERT_NE(cache.find(kJudged, before, key(1)), nullptr);
    EXPECT_EQ(cache.find(kJudged, after, key(1)), nullptr);
  }
}

TEST(VerdictCache, IsBoundedAndForgetsTheLeastUsed) {
  VerdictCache cache(2);
  cache.store(kJudged + 1h, {}, key(1), admission(1));
  cache.store(kJudged + 1h, {}, key(2), admission(2));
  ASSERT_NE(cache.find(kJudged, {}, key(1)), nullptr);
  cache.store(kJudged + 1h, {}, key(3), admission(3));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_NE(cache.find(kJudged, {}, key(1)), nullptr);
  EXPECT_EQ(cache.find(kJudged, {}, key(2)), nullptr);
  EXPECT_NE(cache.find(kJudged, {}, key(3)), nullptr);
}

TEST(VerdictCache, NewVerdictReplacesTheOld) {
  VerdictCache cache(2);
  cache.store(kJudged + 1h, {}, key(1), admission(1));
  cache.store(kJudged + 1h, {}, key(1), refusal());
  EXPECT_FALSE(cache.find(kJudged, {}, key(1))->ok());
  EXPECT_EQ(cache.size(), 1u);
}

}  // namespace
}  // namespace cocoon::ratls
