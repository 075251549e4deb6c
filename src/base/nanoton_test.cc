#include "base/nanoton.h"

#include <gtest/gtest.h>

#include <limits>

namespace cocoon::base {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Nanoton, PrintsEveryDigitAndNoMore) {
  EXPECT_EQ(to_string(Nanoton(0)), "0 TON");
  EXPECT_EQ(to_string(Nanoton(1)), "0.000000001 TON");
  EXPECT_EQ(to_string(Nanoton(1'500'000'000)), "1.5 TON");
  EXPECT_EQ(to_string(Nanoton(-20)), "-0.00000002 TON");
  EXPECT_EQ(to_string(Nanoton(std::numeric_limits<std::int64_t>::min())),
            "-9223372036.854775808 TON");
}

TEST(Nanoton, ReadsTheFormsPeopleWrite) {
  const Nanoton one_and_a_half(1'500'000'000);
  for (const auto* text : {"1.5", "1.5ton", "1.5 TON", "1500000000n", "1.500000000"}) {
    EXPECT_EQ(parse_nanoton(text), one_and_a_half) << text;
  }
}

TEST(Nanoton, RefusesWhatIsNoAmount) {
  for (const auto* text : {"", "ton", "n", "-1", "+1", "1.", ".5", "1.0000000001", "1e9", "1.5n",
                           "9223372037", "99999999999999999999n", "1 2"}) {
    EXPECT_FALSE(parse_nanoton(text)) << text;
  }
}

TEST(Nanoton, NeverOverflowsSilently) {
  EXPECT_FALSE(checked_add(Nanoton(kMax), Nanoton(1)));
  EXPECT_FALSE(checked_multiply(Nanoton(20), kMax / 2));
  EXPECT_EQ(checked_multiply(Nanoton(20), 3), Nanoton(60));
  EXPECT_DEATH(static_cast<void>(Nanoton(kMax) + Nanoton(1)), "invariant broken");
}

}  // namespace
}  // namespace cocoon::base
