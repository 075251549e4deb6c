// The ledger's rules one by one, on a small set of books. Random operations are in
// ledger_model_test.cc.
#include "payment/ledger.h"

#include <gtest/gtest.h>

#include <string>

namespace cocoon::payment {
namespace {

using base::Nanoton;
using base::TokenCount;

base::Bits256 credit_id(std::uint8_t value) {
  base::Bits256 out{};
  out[31] = value;
  return out;
}

AdjustedTokens completion(std::int64_t count) { return {{}, {}, {count}, {}, {count}}; }

class LedgerRules : public testing::Test {
 protected:
  LedgerRules() {
    client = *ledger.open_account(now, AccountKind::Client, "alice");
    worker = *ledger.open_account(now, AccountKind::Worker, "wanda");
    EXPECT_TRUE(ledger.credit(now, client, credit_id(1), Nanoton(1000)).ok());
  }
  ~LedgerRules() override {
    Nanoton sum;
    for (const Account& account : ledger.accounts()) sum += account.balance;
    EXPECT_EQ(sum, Nanoton(0));
  }
  RequestKey request(std::uint8_t id) const { return {client, credit_id(id)}; }
  Nanoton balance(AccountId id) const { return ledger.account(id).balance; }

  base::Now now{base::Instant{}, base::from_unix_seconds(1'700'000'000)};
  Ledger ledger{LedgerOptions{}};
  AccountId client;
  AccountId worker;
  Tariff tariff{Nanoton(20), Nanoton(19), {}, {}, {}, {}};
};

TEST_F(LedgerRules, TellsHowARequestEnded) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  ASSERT_TRUE(ledger.reserve(request(2), {1}, tariff).ok());
  EXPECT_EQ(ledger.end(now, request(1)), std::nullopt);
  ASSERT_TRUE(ledger.commit(now, request(1), worker, completion(10)).ok());
  ASSERT_TRUE(ledger.refund(now, request(2)).ok());
  EXPECT_EQ(ledger.end(now, request(1)), completion(10));
  EXPECT_EQ(ledger.end(now, request(2)), AdjustedTokens{});
}

TEST_F(LedgerRules, ARequestThatIsAskedForBeforeItBeginsNeverBegins) {
  const std::uint64_t before = ledger.sequence();
  EXPECT_EQ(ledger.end(now, request(1)), AdjustedTokens{});
  EXPECT_EQ(ledger.sequence(), before);
  const auto reserved = ledger.reserve(request(1), {1}, tariff);
  ASSERT_FALSE(reserved.ok());
  EXPECT_TRUE(reserved.error().is(PaymentReason::AlreadyRefunded));
}

TEST_F(LedgerRules, AChargeMovesClientWorkerAndCommissionTogether) {
  EXPECT_EQ(*ledger.reserve(request(1), {30}, tariff), Nanoton(600));
  EXPECT_EQ(ledger.account(client).available(), Nanoton(400));
  EXPECT_EQ(ledger.reservation(request(1))->tokens.count, 30);
  const auto charge = ledger.commit(now, request(1), worker, completion(10));
  ASSERT_TRUE(charge.ok());
  EXPECT_EQ(charge->amount, Nanoton(200));
  EXPECT_EQ(charge->worker_part, Nanoton(190));
  EXPECT_EQ(charge->excess.count, 0);
  EXPECT_EQ(balance(client), Nanoton(800));
  EXPECT_EQ(balance(worker), Nanoton(190));
  EXPECT_EQ(balance(kCommission), Nanoton(10));
  EXPECT_EQ(balance(kOutside), Nanoton(-1000));
  EXPECT_EQ(ledger.account(client).available(), Nanoton(800));
  EXPECT_EQ(ledger.account(client).metered, (Metered{{10}, Nanoton(200)}));
  EXPECT_EQ(ledger.account(worker).unsettled(), Nanoton(190));
  EXPECT_EQ(ledger.reservation(request(1)), nullptr);
}

TEST_F(LedgerRules, UsageAboveTheReservationIsBilledToNobody) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  const auto charge = ledger.commit(now, request(1), worker, {{5}, {0}, {40}, {0}, {45}});
  ASSERT_TRUE(charge.ok());
  EXPECT_EQ(charge->tokens, (AdjustedTokens{{5}, {0}, {25}, {0}, {30}}));
  EXPECT_EQ(charge->excess.count, 15);
  EXPECT_EQ(charge->amount, Nanoton(600));
  EXPECT_EQ(ledger.poll_batch()->entries.back().excess.count, 15);
}

TEST_F(LedgerRules, ARequestIsChargedAtThePricesItWasAdmittedAt) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  tariff.price_per_token = Nanoton(2000);
  EXPECT_EQ(ledger.commit(now, request(1), worker, completion(10))->amount, Nanoton(200));
}

TEST_F(LedgerRules, AReservationThatDoesNotFitNamesWhatIsMissing) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  const auto refused = ledger.reserve(request(2), {21}, tariff);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason(), "insufficient_funds");
  EXPECT_NE(refused.error().message().find("0.00000002 TON is missing"), std::string::npos)
      << refused.error().message();
  EXPECT_TRUE(ledger.reserve(request(2), {20}, tariff).ok());
  EXPECT_EQ(ledger.account(client).available(), Nanoton(0));
}

TEST_F(LedgerRules, RepeatingACommitAnswersWithTheFirstCharge) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  const auto first = ledger.commit(now, request(1), worker, completion(10));
  const auto again = ledger.commit(now, request(1), worker, completion(29));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->repeat, Repeat::Repeated);
  EXPECT_EQ(again->sequence, first->sequence);
  EXPECT_EQ(again->amount, Nanoton(200));
  EXPECT_EQ(balance(client), Nanoton(800));
  EXPECT_EQ(ledger.refund(now, request(1)).error().reason(), "already_charged");
  EXPECT_EQ(ledger.reserve(request(1), {1}, tariff).error().reason(), "already_charged");
}

TEST_F(LedgerRules, ARefundReleasesEverythingAndIsFinal) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  EXPECT_EQ(ledger.reserve(request(1), {30}, tariff).error().reason(), "already_reserved");
  EXPECT_EQ(*ledger.refund(now, request(1)), Repeat::First);
  EXPECT_EQ(*ledger.refund(now, request(1)), Repeat::Repeated);
  EXPECT_EQ(ledger.account(client).available(), Nanoton(1000));
  EXPECT_EQ(ledger.commit(now, request(1), worker, completion(1)).error().reason(),
            "already_refunded");
  EXPECT_EQ(ledger.reserve(request(1), {1}, tariff).error().reason(), "already_refunded");
  EXPECT_EQ(ledger.refund(now, request(9)).error().reason(), "unknown_request");
}

TEST_F(LedgerRules, ClientsMayChooseTheSameRequestId) {
  const AccountId other = *ledger.open_account(now, AccountKind::Client, "bob");
  ASSERT_TRUE(ledger.credit(now, other, credit_id(2), Nanoton(1000)).ok());
  EXPECT_TRUE(ledger.reserve(request(1), {10}, tariff).ok());
  EXPECT_TRUE(ledger.reserve({other, credit_id(1)}, {10}, tariff).ok());
  EXPECT_TRUE(ledger.commit(now, {other, credit_id(1)}, worker, completion(10)).ok());
  EXPECT_EQ(balance(client), Nanoton(1000));
  EXPECT_EQ(balance(other), Nanoton(800));
}

TEST_F(LedgerRules, AWorkersFalseReportChangesNothing) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff).ok());
  EXPECT_EQ(ledger.commit(now, request(1), worker, completion(-5)).error().reason(),
            "negative_tokens");
  EXPECT_EQ(ledger.commit(now, request(1), client, completion(5)).error().reason(),
            "wrong_account_kind");
  EXPECT_EQ(ledger.commit(now, request(1), {99}, completion(5)).error().reason(),
            "unknown_account");
  EXPECT_EQ(balance(client), Nanoton(1000));
  EXPECT_EQ(ledger.open_requests(), 1U);
  EXPECT_TRUE(ledger.refund(now, request(1)).ok());
}

TEST_F(LedgerRules, CreditCountsOncePerDeposit) {
  EXPECT_EQ(*ledger.credit(now, client, credit_id(1), Nanoton(1000)), Repeat::Repeated);
  EXPECT_EQ(*ledger.credit(now, client, credit_id(2), Nanoton(5)), Repeat::First);
  EXPECT_EQ(balance(client), Nanoton(1005));
  EXPECT_EQ(ledger.credit(now, client, credit_id(3), Nanoton(0)).error().reason(), "bad_amount");
  EXPECT_EQ(ledger.credit(now, client, credit_id(3), Nanoton(INT64_MAX)).error().reason(),
            "amount_overflow");
  EXPECT_EQ(ledger.credit(now, worker, credit_id(3), Nanoton(1)).error().reason(),
            "wrong_account_kind");
  EXPECT_EQ(ledger.credit(now, {77}, credit_id(3), Nanoton(1)).error().reason(), "unknown_account");
}

TEST_F(LedgerRules, AccountsAreFoundByKindAndParty) {
  EXPECT_EQ(*ledger.open_account(now, AccountKind::Client, "alice"), client);
  EXPECT_NE(*ledger.open_account(now, AccountKind::Worker, "alice"), client);
  EXPECT_EQ(ledger.find_account(AccountKind::Worker, "wanda"), worker);
  EXPECT_EQ(ledger.find_account(AccountKind::Client, "wanda"), std::nullopt);
  EXPECT_EQ(ledger.open_account(now, AccountKind::Client, "").error().reason(), "bad_party");
  EXPECT_EQ(ledger.open_account(now, AccountKind::Client, std::string(129, 'a')).error().reason(),
            "bad_party");
  EXPECT_EQ(ledger.open_account(now, AccountKind::Outside, "x").error().reason(),
            "wrong_account_kind");
}

TEST_F(LedgerRules, CountersOnDiskFollowAcknowledgements) {
  for (std::uint8_t id = 1; id <= 2; ++id) {
    ASSERT_TRUE(ledger.reserve(request(id), {10}, tariff).ok());
    ASSERT_TRUE(ledger.commit(now, request(id), worker, completion(id)).ok());
  }
  const auto first = ledger.poll_batch();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->last_sequence, 5U);
  EXPECT_EQ(first->accounts.size(), 4U);
  ASSERT_TRUE(ledger.reserve(request(3), {10}, tariff).ok());
  ASSERT_TRUE(ledger.commit(now, request(3), worker, completion(7)).ok());
  EXPECT_EQ(ledger.account(client).on_disk, Metered{});
  ledger.handle_persisted(5);
  EXPECT_EQ(ledger.durable_sequence(), 5U);
  EXPECT_EQ(ledger.account(client).on_disk, (Metered{{3}, Nanoton(60)}));
  EXPECT_EQ(ledger.account(worker).on_disk, (Metered{{3}, Nanoton(57)}));
  EXPECT_EQ(ledger.account(kCommission).on_disk, (Metered{{3}, Nanoton(3)}));
  EXPECT_EQ(ledger.account(client).metered, (Metered{{10}, Nanoton(200)}));
  EXPECT_EQ(ledger.account(client).on_chain, Metered{});
  const auto second = ledger.poll_batch();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->entries.size(), 1U);
  EXPECT_EQ(second->accounts.size(), 3U);
  EXPECT_FALSE(ledger.poll_batch());
}

TEST_F(LedgerRules, NoRequestIsAdmittedWhileTheDiskIsFarBehind) {
  tariff = {};
  std::uint64_t count = 0;
  for (; count < kMaxUnpersisted + 10; ++count) {
    RequestKey key{client, {}};
    key.id[0] = static_cast<std::uint8_t>(count);
    key.id[1] = static_cast<std::uint8_t>(count >> 8U);
    key.id[2] = static_cast<std::uint8_t>(count >> 16U);
    const auto held = ledger.reserve(key, {1}, tariff);
    if (!held) {
      EXPECT_EQ(held.error().reason(), "disk_behind");
      break;
    }
    ASSERT_TRUE(ledger.refund(now, key).ok());
  }
  const std::uint64_t epochs = kMaxUnpersisted / kEpochEntries - 1;
  EXPECT_EQ(count, kMaxUnpersisted - 3 - epochs);  // three entries were there before
  ledger.handle_persisted(ledger.poll_batch()->last_sequence);
  EXPECT_TRUE(ledger.reserve(request(1), {1}, tariff).ok());
}

TEST_F(LedgerRules, FinishedRequestsAreForgottenByNumberAndAge) {
  LedgerOptions options;
  options.finished_limit = 2;
  Ledger small(options);
  const AccountId someone = *small.open_account(now, AccountKind::Client, "alice");
  for (std::uint8_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(small.reserve({someone, credit_id(id)}, {0}, tariff).ok());
    ASSERT_TRUE(small.refund(now, {someone, credit_id(id)}).ok());
  }
  EXPECT_EQ(small.refund(now, {someone, credit_id(1)}).error().reason(), "unknown_request");
  EXPECT_TRUE(small.refund(now, {someone, credit_id(2)}).ok());
  now.wall += kFinishedAge + base::Duration(1);
  ASSERT_TRUE(small.reserve({someone, credit_id(4)}, {0}, tariff).ok());
  ASSERT_TRUE(small.refund(now, {someone, credit_id(4)}).ok());
  EXPECT_EQ(small.refund(now, {someone, credit_id(3)}).error().reason(), "unknown_request");
}

TEST_F(LedgerRules, TheHashDependsOnItsSeed) {
  EXPECT_NE(SeededHash(1)(request(1)), SeededHash(2)(request(1)));
  EXPECT_NE(SeededHash(1)(request(1)), SeededHash(1)(request(2)));
}

// What the chain says: a deposit spent, charged there, paid out; each transaction once.
TEST_F(LedgerRules, TheChainSettlesWhatWasMetered) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff));
  ASSERT_TRUE(ledger.commit(now, request(1), worker, completion(30)));
  const Metered all{{30}, Nanoton(600)};
  // Nothing is on disk yet, so nothing can have been signed.
  EXPECT_EQ(ledger.settle_charge(now, client, credit_id(50), all).error().reason(), "chain_ahead");
  ledger.poll_batch();
  ledger.handle_persisted(ledger.sequence());
  EXPECT_EQ(*ledger.settle_charge(now, client, credit_id(50), all), Repeat::First);
  EXPECT_EQ(*ledger.settle_charge(now, client, credit_id(50), all), Repeat::Repeated);
  EXPECT_EQ(ledger.settle_charge(now, client, credit_id(51), all).error().reason(), "chain_ahead");
  EXPECT_EQ(ledger.account(client).unsettled(), Nanoton(0));
  EXPECT_EQ(balance(client), Nanoton(400));
  const Ledger::Payout pay{{30}, Nanoton(570), Nanoton(30)};
  EXPECT_EQ(*ledger.settle_payout(now, worker, credit_id(52), pay), Repeat::First);
  EXPECT_EQ(ledger.settle_payout(now, worker, credit_id(53), pay).error().reason(), "chain_ahead");
  EXPECT_EQ(balance(worker), Nanoton(0));
  EXPECT_EQ(balance(kCommission), Nanoton(0));
  EXPECT_EQ(balance(kOutside), Nanoton(-400));
  EXPECT_EQ(*ledger.withdraw(now, client, credit_id(54), Nanoton(400)), Repeat::First);
  EXPECT_EQ(ledger.withdraw(now, client, credit_id(55), Nanoton(1)).error().reason(),
            "not_covered");
}

// A client may take back on the chain what it has used and not been charged for: it then owes that.
TEST_F(LedgerRules, AWithdrawalCanLeaveADebtButNoMore) {
  ASSERT_TRUE(ledger.reserve(request(1), {30}, tariff));
  ASSERT_TRUE(ledger.commit(now, request(1), worker, completion(30)));
  EXPECT_EQ(*ledger.withdraw(now, client, credit_id(50), Nanoton(1000)), Repeat::First);
  EXPECT_EQ(balance(client), Nanoton(-600));
  EXPECT_EQ(ledger.reserve(request(2), {1}, tariff).error().reason(), "insufficient_funds");
  ASSERT_TRUE(ledger.credit(now, client, credit_id(51), Nanoton(620)));
  EXPECT_TRUE(ledger.reserve(request(3), {1}, tariff));
  ASSERT_TRUE(ledger.refund(now, request(3)));
}

}  // namespace
}  // namespace cocoon::payment
