// Tariff arithmetic: the protocol's order of double operations, truncation, bounds, reservations.
#include "payment/pricing.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace cocoon::payment {
namespace {

using base::Nanoton;
using base::TokenCount;
using base::TokenUsage;

constexpr Tariff kLiveTariff{Nanoton(20), Nanoton(19), {10000}, {1000}, {80000}, {80000}};

struct AdjustCase {
  std::int64_t count;
  std::int32_t coefficient;
  std::uint32_t multiplier;
  std::int64_t expected;
};

TEST(Adjust, FollowsTheProtocolsOrderOfDoubleOperations) {
  // The last six differ by one when the four factors are multiplied in another order.
  for (const AdjustCase& c : {AdjustCase{100, 1000, 10000, 100},
                              {7, 1000, 1000, 0},
                              {10, 1000, 1000, 1},
                              {19, 1000, 1000, 1},
                              {1234567, 1300, 80000, 12839496},
                              {300, 1500, 80000, 3600},
                              {0, 999'999'999, UINT32_MAX, 0},
                              {1'000'000'000'000, 1000, 10000, 1'000'000'000'000},
                              {60322732625, 333, 80000, 160699759713},
                              {681245909125, 49, 80000, 267048396377},
                              {147768736523, 2003, 12345, 365388271990},
                              {225044359706, 333, 12345, 92513148264},
                              {397387429000, 1001, 10000, 397784816429},
                              {116494556875, 1001, 80000, 932888411455}}) {
    const auto adjusted = adjust({c.count}, {c.coefficient}, {c.multiplier});
    ASSERT_TRUE(adjusted.ok()) << adjusted.error().message();
    EXPECT_EQ(adjusted->count, c.expected) << c.count << " x " << c.coefficient;
  }
}

TEST(Adjust, RefusesWhatIsNoCount) {
  EXPECT_EQ(adjust({-1}, {1000}, {}).error().reason(), "negative_tokens");
  EXPECT_EQ(adjust({1}, {-1}, {}).error().reason(), "bad_coefficient");
  EXPECT_EQ(adjust({1}, {1'000'000'000}, {}).error().reason(), "bad_coefficient");
  EXPECT_EQ(adjust({kMaxRequestTokens + 1}, {1000}, {}).error().reason(), "too_many_tokens");
  EXPECT_EQ(adjust({INT64_MAX}, {999'999'999}, {UINT32_MAX}).error().reason(), "too_many_tokens");
}

TEST(PriceUsage, CountsContainedKindsOnce) {
  const auto tokens = price_usage({{100}, {40}, {30}, {10}}, {1000}, kLiveTariff);
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(*tokens, (AdjustedTokens{{60}, {4}, {160}, {80}, {304}}));
}

TEST(PriceUsage, ClampsAPartThatIsLargerThanItsWhole) {
  const auto tokens = price_usage({{10}, {50}, {5}, {6}}, {1000}, kLiveTariff);
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(*tokens, (AdjustedTokens{{0}, {1}, {0}, {40}, {41}}));
}

TEST(PriceUsage, RefusesNegativeAndUncountableUsage) {
  for (const TokenUsage& usage : {TokenUsage{{-1}, {}, {}, {}}, TokenUsage{{}, {-1}, {}, {}},
                                  TokenUsage{{}, {}, {-1}, {}}, TokenUsage{{}, {}, {}, {-1}}})
    EXPECT_EQ(price_usage(usage, {1000}, kLiveTariff).error().reason(), "negative_tokens");
  const TokenUsage large{{kMaxRequestTokens}, {}, {1}, {}};
  EXPECT_EQ(price_usage(large, {1000}, kLiveTariff).error().reason(), "too_many_tokens");
  EXPECT_EQ(price_usage({{1}, {}, {}, {}}, {-5}, kLiveTariff).error().reason(), "bad_coefficient");
}

TEST(PriceList, IsWhatAMillionTokensCost) {
  const PriceList list = price_list({1500}, kLiveTariff);
  EXPECT_EQ(list, (PriceList{Nanoton(30'000'000), Nanoton(3'000'000), Nanoton(240'000'000),
                             Nanoton(240'000'000)}));
  const auto million = adjust({1'000'000}, {1500}, kLiveTariff.completion);
  ASSERT_TRUE(million.ok());
  EXPECT_EQ(*cost(*million, kLiveTariff), list.completion);
  EXPECT_EQ(price_list({0}, kLiveTariff), PriceList{});
  // floor(1 x 1000 / 10), floor(333 x 7 / 10)
  EXPECT_EQ(price_list({1}, kLiveTariff).cached, Nanoton(2'000));
  Tariff odd = kLiveTariff;
  odd.prompt = {7};
  EXPECT_EQ(price_list({333}, odd).prompt, Nanoton(233 * 20));
  odd.prompt = {UINT32_MAX};
  odd.price_per_token = Nanoton(1000);
  EXPECT_EQ(price_list({kMaxCoefficient}, odd).prompt, Nanoton(INT64_MAX));
}

TEST(CheckReported, RefusesWhatAWorkerMustNotReport) {
  EXPECT_TRUE(check_reported({{1}, {2}, {3}, {4}, {10}}).ok());
  EXPECT_EQ(check_reported({{1}, {2}, {3}, {4}, {11}}).error().reason(), "total_mismatch");
  EXPECT_EQ(check_reported({{-1}, {2}, {3}, {4}, {8}}).error().reason(), "negative_tokens");
  EXPECT_EQ(check_reported({{INT64_MAX}, {INT64_MAX}, {0}, {2}, {0}}).error().reason(),
            "too_many_tokens");
  EXPECT_EQ(check_reported({{kMaxRequestTokens}, {1}, {0}, {0}, {kMaxRequestTokens + 1}})
                .error()
                .reason(),
            "too_many_tokens");
}

TEST(Cap, TakesFromTheLaterKindsFirstAndKeepsTheSum) {
  const AdjustedTokens tokens{{10}, {20}, {30}, {40}, {100}};
  EXPECT_EQ(cap(tokens, {100}), tokens);
  EXPECT_EQ(cap(tokens, {500}), tokens);
  EXPECT_EQ(cap(tokens, {75}), (AdjustedTokens{{10}, {20}, {30}, {15}, {75}}));
  EXPECT_EQ(cap(tokens, {25}), (AdjustedTokens{{10}, {15}, {0}, {0}, {25}}));
  EXPECT_EQ(cap(tokens, {0}), (AdjustedTokens{}));
}

TEST(WorstCase, BoundsThePromptByItsBytesUnlessItIsCounted) {
  const RequestBounds bytes{{}, 2000, {100}, {1000}};
  EXPECT_EQ(worst_case(bytes, kLiveTariff)->count, 2000 + kTemplateTokens + 800);
  const RequestBounds counted{TokenCount{500}, 2000, {100}, {2000}};
  EXPECT_EQ(worst_case(counted, kLiveTariff)->count, 1000 + 1600);
}

TEST(WorstCase, IsNeverBelowWhatUsageWithinTheBoundsCosts) {
  const Tariff odd{Nanoton(3), Nanoton(1), {700}, {12345}, {9999}, {3}};
  for (std::int64_t prompt = 0; prompt <= 40; ++prompt)
    for (std::int64_t completion = 0; completion <= 40; completion += 3)
      for (std::int64_t cached = 0; cached <= prompt; cached += 7) {
        const RequestBounds bounds{TokenCount{prompt}, 0, {completion}, {1300}};
        const TokenUsage usage{{prompt}, {cached}, {completion}, {completion / 2}};
        EXPECT_LE(price_usage(usage, {1300}, odd)->total, *worst_case(bounds, odd));
      }
}

TEST(WorstCase, RefusesHostileLimits) {
  const auto reason = [](const RequestBounds& bounds) {
    return worst_case(bounds, kLiveTariff).error().reason();
  };
  EXPECT_EQ(reason({{}, -1, {1}, {1000}}), "negative_tokens");
  EXPECT_EQ(reason({{}, 1, {-1}, {1000}}), "negative_tokens");
  EXPECT_EQ(reason({TokenCount{-1}, 1, {1}, {1000}}), "negative_tokens");
  EXPECT_EQ(reason({{}, INT64_MAX, {1}, {1000}}), "too_many_tokens");
  EXPECT_EQ(reason({{}, 1, {INT64_MAX}, {1000}}), "too_many_tokens");
  EXPECT_EQ(reason({{}, 1, {1}, {-1}}), "bad_coefficient");
}

TEST(Cost, IsExactAndRefusesOverflow) {
  EXPECT_EQ(*cost({304}, kLiveTariff), Nanoton(6080));
  EXPECT_EQ(*worker_part({304}, kLiveTariff), Nanoton(5776));
  EXPECT_EQ(cost({-1}, kLiveTariff).error().reason(), "negative_tokens");
  const Tariff dear{Nanoton(INT64_MAX / 2), Nanoton(0), {}, {}, {}, {}};
  EXPECT_EQ(cost({3}, dear).error().reason(), "amount_overflow");
}

TEST(Tariffs, AreRefusedWhenTheyWouldLoseMoney) {
  EXPECT_TRUE(check_tariff(kLiveTariff).ok());
  EXPECT_TRUE(check_tariff({}).ok());
  EXPECT_EQ(check_tariff({Nanoton(1), Nanoton(2), {}, {}, {}, {}}).error().reason(), "bad_tariff");
  EXPECT_EQ(check_tariff({Nanoton(-1), Nanoton(-1), {}, {}, {}, {}}).error().reason(),
            "bad_tariff");
}

TEST(AffordableTokens, CountsWholeTokens) {
  EXPECT_EQ(affordable_tokens(Nanoton(59), kLiveTariff).count, 2);
  EXPECT_EQ(affordable_tokens(Nanoton(-1), kLiveTariff).count, 0);
  EXPECT_EQ(affordable_tokens(Nanoton(0), Tariff{}).count, 1'000'000'000'000);
}

}  // namespace
}  // namespace cocoon::payment
