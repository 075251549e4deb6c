// Each reason why nothing is settled right now, and what ends it.
#include "payment/chain/outlook.h"

#include <gtest/gtest.h>

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;

constexpr Nanoton kPrice{20};
constexpr SettlementRules kRules{.charge_at = Nanoton(500'000'000),
                                 .payout_at = Nanoton(2'000'000'000)};

Account owing(std::int64_t amount) {
  Account account;
  account.on_disk = {{amount / kPrice.count()}, Nanoton(amount)};
  return account;
}

Channel full_channel() {
  Channel channel;
  channel.balance = Nanoton(5'000'000'000);
  channel.stake = Nanoton(2'000'000'000);
  return channel;
}

Holdup charge(const Channel& channel, const Account& account,
              Settle settle = Settle::WhatIsWorthIt) {
  return charge_outlook(channel, account, kRules, kPrice, settle).holdup;
}

TEST(Outlook, ChargesWaitForTheAmountThatIsWorthTheirFees) {
  EXPECT_EQ(charge(full_channel(), owing(0)), Holdup::NothingOwed);
  EXPECT_EQ(charge(full_channel(), owing(499'999'980)), Holdup::BelowAmount);
  EXPECT_EQ(charge(full_channel(), owing(500'000'000)), Holdup::None);
  EXPECT_EQ(charge(full_channel(), owing(20), Settle::Everything), Holdup::None);
  EXPECT_EQ(charge(full_channel(), owing(0), Settle::Everything), Holdup::NothingOwed);
}

TEST(Outlook, ASmallStakeIsNotOverdrawn) {
  Channel small = full_channel();
  small.stake = Nanoton(600'000'000);
  const Outlook outlook =
      charge_outlook(small, owing(300'000'000), kRules, kPrice, Settle::WhatIsWorthIt);
  EXPECT_EQ(outlook.due_at, Nanoton(300'000'000)) << "half of it";
  EXPECT_EQ(outlook.holdup, Holdup::None);
  small.stake = {};
  EXPECT_EQ(charge(small, owing(79'999'980)), Holdup::BelowAmount)
      << "never less than a message carries";
}

TEST(Outlook, AClosingChannelIsChargedAtOnceAndAClosedOneNever) {
  Channel channel = full_channel();
  channel.state = ContractState::Closing;
  EXPECT_EQ(charge(channel, owing(20)), Holdup::None);
  channel.state = ContractState::Closed;
  EXPECT_EQ(charge(channel, owing(500'000'000), Settle::Everything), Holdup::Closed);
}

TEST(Outlook, WhatAChannelCanNotPayWaitsForADeposit) {
  Channel channel = full_channel();
  channel.balance = Nanoton(19);
  EXPECT_EQ(charge(channel, owing(500'000'000), Settle::Everything), Holdup::EmptyChannel);
  channel.balance = kPrice;
  EXPECT_EQ(charge(channel, owing(500'000'000)), Holdup::None);
}

TEST(Outlook, ClientsWithAVoucherKeyAreNotChargedByTheProxysWord) {
  Channel channel = full_channel();
  channel.has_voucher_key = true;
  EXPECT_EQ(charge(channel, owing(500'000'000), Settle::Everything), Holdup::Vouchers);
}

TEST(Outlook, WorkersArePaidAtTheirAmount) {
  const auto holdup = [](std::int64_t amount, Settle settle = Settle::WhatIsWorthIt) {
    return payout_outlook(owing(amount), kRules, settle).holdup;
  };
  EXPECT_EQ(holdup(0), Holdup::NothingOwed);
  EXPECT_EQ(holdup(1'999'999'980), Holdup::BelowAmount);
  EXPECT_EQ(holdup(2'000'000'000), Holdup::None);
  EXPECT_EQ(holdup(20, Settle::Everything), Holdup::None);
}

}  // namespace
}  // namespace cocoon::payment::chain
