// The worked example of docs/money.md, number by number.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "payment/ledger.h"

namespace cocoon::payment {
namespace {

using base::Nanoton;

TEST(MoneyExample, HoldsAsWritten) {
  const base::Now now{base::Instant{}, base::from_unix_seconds(1'767'225'600)};
  const Tariff tariff{Nanoton(20), Nanoton(19), {10000}, {1000}, {80000}, {80000}};
  Ledger ledger{LedgerOptions{}};
  const AccountId client = *ledger.open_account(now, AccountKind::Client, "EQClient");
  const AccountId worker = *ledger.open_account(now, AccountKind::Worker, "EQWorker");
  ASSERT_TRUE(ledger.credit(now, client, opening_credit_id("EQClient"), Nanoton(10'000'000)).ok());

  const RequestBounds bounds{{}, 488, {1000}, {1500}};
  const auto tokens = worst_case(bounds, tariff);
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(tokens->count, 13'500);
  const RequestKey request{client, {1}};
  EXPECT_EQ(*ledger.reserve(request, *tokens, tariff), Nanoton(270'000));

  const auto billed = price_usage({{120}, {45}, {301}, {100}}, {1300}, tariff);
  ASSERT_TRUE(billed.ok());
  EXPECT_EQ(*billed, (AdjustedTokens{{97}, {5}, {2090}, {1040}, {3232}}));
  const auto charge = ledger.commit(now, request, worker, *billed);
  ASSERT_TRUE(charge.ok());
  EXPECT_EQ(charge->amount, Nanoton(64'640));
  EXPECT_EQ(charge->worker_part, Nanoton(61'408));

  EXPECT_EQ(ledger.account(client).balance, Nanoton(9'935'360));
  EXPECT_EQ(ledger.account(worker).balance, Nanoton(61'408));
  EXPECT_EQ(ledger.account(kCommission).balance, Nanoton(3'232));
  EXPECT_EQ(ledger.account(kOutside).balance, Nanoton(-10'000'000));
  EXPECT_EQ(ledger.account(client).unsettled(), Nanoton(64'640));
  EXPECT_EQ(ledger.sequence(), 4U);
  EXPECT_EQ(base::to_hex(ledger.digest()),
            "c3efcde3b5c134192ddac1fd21b4b41c617e52e668cf59e286717c4aaced4d1d");
}

}  // namespace
}  // namespace cocoon::payment
