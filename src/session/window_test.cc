// [WIRE-110] [WIRE-111] Both ends of a window.
#include "session/window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cocoon::session {
namespace {

constexpr std::size_t kWhole = kAnswerWindow;

TEST(Window, EndsExactlyWhereItWasSaid) {
  ReceivingWindow receiver;
  EXPECT_TRUE(receiver.take(kWhole - 1));
  EXPECT_TRUE(receiver.take(1));
  EXPECT_FALSE(receiver.take(1));
}

TEST(Window, IsWidenedWhenHalfOfItIsUsed) {
  ReceivingWindow receiver;
  ASSERT_TRUE(receiver.take(kWhole / 2 - 1));
  EXPECT_EQ(receiver.widen(), std::nullopt);
  ASSERT_TRUE(receiver.take(1));
  EXPECT_EQ(receiver.widen(), kAnswerWindow + kAnswerWindow / 2);
  EXPECT_EQ(receiver.widen(), std::nullopt);
}

TEST(Window, OfOneThatPassesOnEndsNoFurtherThanTheNext) {
  ReceivingWindow receiver;
  ASSERT_TRUE(receiver.take(kWhole));
  EXPECT_EQ(receiver.widen(kAnswerWindow), std::nullopt);
  EXPECT_EQ(receiver.widen(kAnswerWindow + 1), kAnswerWindow + 1);
  EXPECT_TRUE(receiver.take(1));
  EXPECT_FALSE(receiver.take(1));
}

TEST(Window, NeverShrinks) {
  SendingWindow sender;
  sender.widen(kAnswerWindow + 10);
  sender.widen(-5);
  sender.widen(3);
  EXPECT_EQ(sender.room(), kWhole + 10);
  sender.spend(kWhole + 10);
  EXPECT_EQ(sender.room(), 0u);
}

// Whatever the sizes, and however late the receiver widens: a sender that keeps to its room is
// never refused, and all of the answer arrives.
TEST(Window, BothEndsAgreeOverAnySizes) {
  std::mt19937_64 dice(1);
  for (int round = 0; round < 200; ++round) {
    SendingWindow sender;
    ReceivingWindow receiver;
    std::size_t left = dice() % (8 * kWhole);
    while (left > 0) {
      const std::size_t piece = std::min({left, sender.room(), std::size_t{1 + dice() % 100'000}});
      sender.spend(piece);
      ASSERT_TRUE(receiver.take(piece));
      left -= piece;
      if (piece > 0 && dice() % 3 != 0) continue;
      if (const auto end = receiver.widen()) sender.widen(*end);
    }
  }
}

}  // namespace
}  // namespace cocoon::session
