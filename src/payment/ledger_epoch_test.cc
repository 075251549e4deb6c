// Epochs: stored accounts that are not what the newest epoch sealed are refused, each of them
// alone; books that were lost in part catch up with the chain and stay sound.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "payment/ledger.h"

namespace cocoon::payment {
namespace {

using base::Nanoton;

const base::Now kNow{base::Instant{}, base::from_unix_seconds(1'700'000'000)};
constexpr Tariff kTariff{Nanoton(20), Nanoton(19), {}, {}, {}, {}};

base::Bits256 bits(std::uint8_t byte) {
  base::Bits256 out{};
  out[0] = byte;
  return out;
}

// Books as a disk keeps them, which can be read back as they were at any batch.
class Books {
 public:
  Books() : ledger(LedgerOptions{.hash_seed = 1}) {
    alice = *ledger.open_account(kNow, AccountKind::Client, "alice");
    bob = *ledger.open_account(kNow, AccountKind::Client, "bob");
    wanda = *ledger.open_account(kNow, AccountKind::Worker, "wanda");
    EXPECT_TRUE(ledger.credit(kNow, alice, bits(1), Nanoton(100'000)).ok());
    EXPECT_TRUE(ledger.credit(kNow, bob, bits(2), Nanoton(100'000)).ok());
    store();
  }
  void use(AccountId client, std::int64_t tokens) {
    const RequestKey request{client, bits(++requests_)};
    EXPECT_TRUE(ledger.reserve(request, {tokens}, kTariff).ok());
    EXPECT_TRUE(ledger.commit(kNow, request, wanda, {{tokens}, {}, {}, {}, {tokens}}).ok());
    store();
  }
  Epoch seal() {
    const Epoch epoch = ledger.begin_epoch(kNow);
    store();
    return epoch;
  }
  void store() {
    const auto batch = ledger.poll_batch();
    if (!batch) return;
    for (const Account& account : batch->accounts) accounts_[account.id.index] = account;
    entries_.insert(entries_.end(), batch->entries.begin(), batch->entries.end());
    ledger.handle_persisted(batch->last_sequence);
  }
  LedgerSnapshot stored() const {
    LedgerSnapshot snapshot{{}, entries_};
    for (const auto& [index, account] : accounts_) snapshot.accounts.push_back(account);
    return snapshot;
  }

  Ledger ledger;
  AccountId alice, bob, wanda;

 private:
  std::map<std::uint32_t, Account> accounts_;
  std::vector<LedgerEntry> entries_;
  std::uint8_t requests_ = 10;
};

std::string reason_of(LedgerSnapshot snapshot) {
  const auto restored = Ledger::restore({}, std::move(snapshot), kNow);
  return restored ? "" : std::string(restored.error().reason());
}

TEST(Epoch, IsKnownAgainAfterARestart) {
  Books books;
  books.use(books.alice, 10);
  const Epoch first = books.seal();
  books.use(books.bob, 10);
  const Epoch second = books.seal();
  EXPECT_EQ(first.number, 1U);
  EXPECT_EQ(second.number, 2U);
  auto restored = Ledger::restore({}, books.stored(), kNow);
  ASSERT_TRUE(restored) << restored.error().message();
  EXPECT_EQ(restored->newest_epoch().number, 2U);
  EXPECT_EQ(restored->newest_epoch().digest, second.digest);
  EXPECT_EQ(restored->epoch_digest(1), first.digest);
  EXPECT_EQ(restored->epoch_digest(3), std::nullopt);
  EXPECT_EQ(restored->begin_epoch(kNow, 9).number, 9U);
}

TEST(Epoch, TwoCopiesOfTheSameBooksMakeDifferentOnes) {
  Books books;
  auto one = Ledger::restore({.hash_seed = 1}, books.stored(), kNow);
  auto other = Ledger::restore({.hash_seed = 2}, books.stored(), kNow);
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->begin_epoch(kNow).digest, other->begin_epoch(kNow).digest);
}

TEST(Epoch, BeginsByItselfAfterManyEntries) {
  Ledger ledger{LedgerOptions{}};
  const AccountId client = *ledger.open_account(kNow, AccountKind::Client, "alice");
  for (std::uint64_t i = 0; i < kEpochEntries; ++i) {
    base::Bits256 id{};
    for (std::size_t k = 0; k < 8; ++k) id[k] = static_cast<std::uint8_t>(i >> (8 * k));
    ASSERT_TRUE(ledger.credit(kNow, client, id, Nanoton(1)).ok());
  }
  EXPECT_EQ(ledger.newest_epoch().number, 1U);
  EXPECT_EQ(ledger.newest_epoch().sequence, kEpochEntries + 1);
}

// A set of records that fits together by all sums, but is older than the entries.
TEST(Epoch, AllAccountsPutBackTogetherAreNoticed) {
  Books books;
  books.use(books.alice, 10);
  const auto old_accounts = books.stored().accounts;
  books.use(books.alice, 10);
  books.seal();
  auto snapshot = books.stored();
  ASSERT_EQ(reason_of(snapshot), "");
  snapshot.accounts = old_accounts;
  EXPECT_EQ(reason_of(snapshot), "books_stale");
}

TEST(Epoch, ASingleRecordPutBackIsNoticedAndNamed) {
  Books books;
  books.seal();
  books.use(books.alice, 10);
  const auto old_accounts = books.stored().accounts;
  books.use(books.alice, 10);
  for (const AccountId stale : {books.alice, books.wanda, kCommission}) {
    auto snapshot = books.stored();
    snapshot.accounts[stale.index] = old_accounts[stale.index];
    EXPECT_NE(reason_of(snapshot), "") << stale.index;
  }
  // Though all sums are right: two clients' records, changed against each other.
  for (const bool after : {false, true}) {
    auto snapshot = books.stored();
    if (after) books.seal(), snapshot = books.stored();
    snapshot.accounts[books.alice.index].balance += Nanoton(5);
    snapshot.accounts[books.bob.index].balance -= Nanoton(5);
    EXPECT_EQ(reason_of(snapshot), "books_stale");
  }
}

TEST(Epoch, EntriesSinceItMustAllBeThere) {
  Books books;
  books.seal();
  for (int i = 0; i < 4; ++i) books.use(books.alice, 10);
  auto snapshot = books.stored();
  snapshot.entries.erase(snapshot.entries.end() - 2);
  EXPECT_EQ(reason_of(snapshot), "books_damaged");
}

TEST(Epoch, OldEntriesMayBeGone) {
  Books books;
  for (int i = 0; i < 4; ++i) books.use(books.alice, 10);
  books.seal();
  auto snapshot = books.stored();
  std::erase_if(snapshot.entries,
                [](const LedgerEntry& entry) { return !is_permanent(entry.kind); });
  EXPECT_EQ(reason_of(snapshot), "");
}

// Every way in which an entry changes accounts is undone rightly: else a sound disk is refused.
TEST(Epoch, SoundBooksAreTakenOverWhateverHappenedSince) {
  std::mt19937_64 random(std::random_device{}());
  for (int round = 0; round < 50; ++round) {
    const std::uint64_t seed = random();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 choices(seed);
    Books books;
    std::uint8_t transaction = 100;
    for (int step = 0; step < 40; ++step) {
      const AccountId client = choices() % 2 == 0 ? books.alice : books.bob;
      const auto seen = bits(++transaction);
      const std::int64_t tokens = static_cast<std::int64_t>(choices() % 90);
      switch (choices() % 8) {
        case 0:
          books.seal();
          break;
        case 1:
          EXPECT_TRUE(books.ledger.credit(kNow, client, seen, Nanoton(tokens + 1)).ok());
          break;
        case 2:
          EXPECT_TRUE(books.ledger.withdraw(kNow, client, seen, Nanoton(tokens)).ok());
          break;
        case 3: {
          const Metered charged{{tokens}, Nanoton(tokens * 20)};
          EXPECT_TRUE(books.ledger.catch_up_charge(kNow, client, seen, charged).ok());
          EXPECT_TRUE(books.ledger.settle_charge(kNow, client, seen, charged).ok());
          break;
        }
        case 4: {
          const Ledger::Payout paid{{tokens}, Nanoton(tokens * 19), Nanoton(tokens)};
          EXPECT_TRUE(books.ledger.catch_up_payout(kNow, books.wanda, seen, paid).ok());
          EXPECT_TRUE(books.ledger.settle_payout(kNow, books.wanda, seen, paid).ok());
          break;
        }
        case 5:
          EXPECT_TRUE(
              books.ledger.open_account(kNow, AccountKind::Worker, std::to_string(step)).ok());
          break;
        default:
          books.use(client, tokens);
      }
      books.store();
      ASSERT_EQ(reason_of(books.stored()), "") << "step " << step;
    }
  }
}

TEST(CatchUp, MakesRoomForWhatTheChainHasSettled) {
  Books books;
  books.use(books.alice, 10);
  const Metered charged{{50}, Nanoton(1'000)};
  EXPECT_EQ(books.ledger.settle_charge(kNow, books.alice, bits(3), charged).error().reason(),
            "chain_ahead");
  ASSERT_TRUE(books.ledger.catch_up_charge(kNow, books.alice, bits(3), charged).ok());
  ASSERT_TRUE(books.ledger.settle_charge(kNow, books.alice, bits(3), charged).ok());
  const Ledger::Payout paid{{50}, Nanoton(950), Nanoton(50)};
  EXPECT_EQ(books.ledger.settle_payout(kNow, books.wanda, bits(4), paid).error().reason(),
            "chain_ahead");
  ASSERT_TRUE(books.ledger.catch_up_payout(kNow, books.wanda, bits(4), paid).ok());
  ASSERT_TRUE(books.ledger.settle_payout(kNow, books.wanda, bits(4), paid).ok());
  EXPECT_EQ(books.ledger.account(books.alice).metered, charged);
  EXPECT_EQ(books.ledger.account(books.alice).balance, Nanoton(99'000));
  EXPECT_EQ(books.ledger.account(books.wanda).balance, Nanoton{});
  const auto lost_worker = books.ledger.find_account(AccountKind::Worker, kLostParty);
  const auto lost_client = books.ledger.find_account(AccountKind::Client, kLostParty);
  ASSERT_TRUE(lost_worker && lost_client);
  EXPECT_EQ(books.ledger.account(*lost_worker).balance, Nanoton(800)) << "whoever it was";
  EXPECT_EQ(books.ledger.account(*lost_client).balance, Nanoton(-800)) << "never to be paid";
  books.store();
  EXPECT_EQ(reason_of(books.stored()), "");
}

TEST(CatchUp, RefusesWhatCanNotBeCounted) {
  Books books;
  const Metered negative{{-1}, Nanoton{}};
  EXPECT_EQ(books.ledger.catch_up_charge(kNow, books.alice, bits(3), negative).error().reason(),
            "bad_amount");
  EXPECT_EQ(books.ledger.catch_up_charge(kNow, books.wanda, bits(3), {}).error().reason(),
            "wrong_account_kind");
  const Ledger::Payout paid{{1}, Nanoton(INT64_MAX), Nanoton(1)};
  EXPECT_EQ(books.ledger.catch_up_payout(kNow, books.wanda, bits(3), paid).error().reason(),
            "amount_overflow");
}

// What is left to a client is its balance and what is not settled; the sum may be too large to
// count, which is no reason to stop.
TEST(CatchUp, SumsNearTheLargestNumberAreCounted) {
  Books books;
  constexpr Tariff kDear{Nanoton(INT64_MAX / 2), Nanoton(INT64_MAX / 2), {}, {}, {}, {}};
  const Nanoton half(INT64_MAX / 2);
  ASSERT_TRUE(books.ledger.credit(kNow, books.alice, bits(5), half).ok());
  ASSERT_TRUE(books.ledger.reserve({books.alice, bits(6)}, {1}, kDear).ok());
  ASSERT_TRUE(
      books.ledger.commit(kNow, {books.alice, bits(6)}, books.wanda, {{1}, {}, {}, {}, {1}}).ok());
  books.store();
  ASSERT_TRUE(books.ledger.settle_payout(kNow, books.wanda, bits(7), {{1}, half, Nanoton{}}).ok());
  ASSERT_TRUE(books.ledger.credit(kNow, books.alice, bits(8), half).ok());
  ASSERT_TRUE(books.ledger.credit(kNow, books.alice, bits(9), half - Nanoton(300'000)).ok());
  EXPECT_TRUE(books.ledger.withdraw(kNow, books.alice, bits(10), Nanoton(1)).ok());
  EXPECT_TRUE(books.ledger.settle_charge(kNow, books.alice, bits(11), {{1}, half}).ok());
}

}  // namespace
}  // namespace cocoon::payment
