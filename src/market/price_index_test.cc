// The index against a sorted set, at sizes where its blocks split and vanish.
#include "market/price_index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace cocoon::market {
namespace {

TEST(PriceIndex, AgreesWithASortedSet) {
  constexpr unsigned kSeed = 11;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  PriceIndex index;
  std::set<PriceIndex::Entry> twin;
  for (int round = 0; round < 40'000; ++round) {
    // Grows for a while, then shrinks to nothing, twice.
    const bool growing = round % 20'000 < 9'000;
    const PriceIndex::Entry entry{static_cast<std::uint32_t>(random() % 50),
                                  static_cast<std::uint32_t>(random() % 5000)};
    if (growing && twin.insert(entry).second) {
      index.add(entry);
    } else if (!growing && !twin.empty()) {
      auto victim = twin.lower_bound(entry);
      if (victim == twin.end()) victim = twin.begin();
      index.remove(*victim);
      twin.erase(victim);
    }
    ASSERT_EQ(index.size(), twin.size());
    if (round % 50 != 0) continue;
    const auto ceiling = static_cast<std::uint32_t>(random() % 60);
    const auto expected =
        static_cast<std::size_t>(std::distance(twin.begin(), twin.lower_bound({ceiling + 1, 0})));
    ASSERT_EQ(index.count_up_to(ceiling), expected);
    ASSERT_EQ(index.entries(), std::vector<PriceIndex::Entry>(twin.begin(), twin.end()));
    if (twin.empty()) continue;
    const std::size_t place = random() % twin.size();
    ASSERT_EQ(index.at(place), *std::next(twin.begin(), static_cast<std::ptrdiff_t>(place)));
  }
  EXPECT_LT(twin.size(), 100u);
}

TEST(PriceIndex, HoldsTheLargestNumbers) {
  PriceIndex index;
  index.add({UINT32_MAX, UINT32_MAX});
  index.add({0, 0});
  EXPECT_EQ(index.count_up_to(UINT32_MAX), 2u);
  EXPECT_EQ(index.count_up_to(UINT32_MAX - 1), 1u);
  EXPECT_EQ(index.at(1).slot, UINT32_MAX);
}

TEST(PriceIndex, MisuseEndsTheProcess) {
  PriceIndex index;
  index.add({1, 1});
  EXPECT_DEATH(index.add({1, 1}), "invariant broken");
  EXPECT_DEATH(index.remove({1, 2}), "invariant broken");
  EXPECT_DEATH(static_cast<void>(index.at(1)), "invariant broken");
}

}  // namespace
}  // namespace cocoon::market
