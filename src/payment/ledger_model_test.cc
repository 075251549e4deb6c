// Random operations, crashes and replays on Ledger and on its naive twin: the books must stay equal
// at every step.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "payment/ledger_duel.h"

namespace cocoon::payment {
namespace {

class SeededChoices {
 public:
  explicit SeededChoices(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

// COCOON_SEED replays a failing run.
std::uint64_t test_seed() {
  if (const char* text = std::getenv("COCOON_SEED")) return std::strtoull(text, nullptr, 10);
  return std::random_device{}();
}

constexpr std::uint64_t kWorlds = 500;
constexpr int kOperations = 2'000;  // in each; together a million

TEST(LedgerModel, AgreesWithItsNaiveTwinAfterEveryOperation) {
  const std::uint64_t first_seed = test_seed();
  std::uint64_t crashes = 0;
  std::uint64_t charges = 0;
  std::uint64_t capped = 0;
  std::uint64_t withdrawals = 0;
  std::uint64_t settlements = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + kWorlds; ++seed) {
    SeededChoices choices(seed);
    LedgerDuel duel(choices);
    for (int step = 0; step < kOperations; ++step) {
      const auto difference = duel.step();
      ASSERT_FALSE(difference) << *difference << "; step " << step << ", COCOON_SEED=" << seed;
    }
    crashes += duel.crashes();
    charges += duel.charges();
    capped += duel.capped();
    withdrawals += duel.withdrawals();
    settlements += duel.settlements();
  }
  std::printf("seed %llu: %llu crashes, %llu charges, %llu capped\n",
              static_cast<unsigned long long>(first_seed), static_cast<unsigned long long>(crashes),
              static_cast<unsigned long long>(charges), static_cast<unsigned long long>(capped));
  // The operations reach what they are meant to reach.
  EXPECT_GT(crashes, 1'700U);
  EXPECT_GT(charges, 80'000U);
  EXPECT_GT(capped, 4'000U);
  EXPECT_GT(withdrawals, 4'000U);
  EXPECT_GT(settlements, 8'000U);
}

}  // namespace
}  // namespace cocoon::payment
