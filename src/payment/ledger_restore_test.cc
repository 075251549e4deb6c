// Restoring stored books: everything comes back, and every single change to what was stored is
// refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "payment/ledger.h"

namespace cocoon::payment {
namespace {

using base::Nanoton;

const base::Now kStored{base::Instant{}, base::from_unix_seconds(1'700'000'000)};
constexpr Tariff kStoredTariff{Nanoton(20), Nanoton(19), {}, {}, {}, {}};

RequestKey request(AccountId client, std::uint8_t id) {
  RequestKey key{client, {}};
  key.id[0] = id;
  return key;
}

// alice (2) and wanda (3); request 1 charged, 2 refunded, 3 running, 4 charged after the snapshot.
LedgerSnapshot stored_books() {
  Ledger ledger{LedgerOptions{}};
  const AccountId client = *ledger.open_account(kStored, AccountKind::Client, "alice");
  const AccountId worker = *ledger.open_account(kStored, AccountKind::Worker, "wanda");
  EXPECT_TRUE(ledger.credit(kStored, client, opening_credit_id("alice"), Nanoton(10'000)).ok());
  for (std::uint8_t id = 1; id <= 4; ++id)
    EXPECT_TRUE(ledger.reserve(request(client, id), {50}, kStoredTariff).ok());
  EXPECT_TRUE(ledger.commit(kStored, request(client, 1), worker, {{1}, {2}, {3}, {4}, {10}}).ok());
  EXPECT_TRUE(ledger.refund(kStored, request(client, 2)).ok());
  auto batch = ledger.poll_batch();
  EXPECT_TRUE(ledger.commit(kStored, request(client, 4), worker, {{1}, {0}, {0}, {0}, {1}}).ok());
  LedgerSnapshot out{std::move(batch->accounts), std::move(batch->entries)};
  std::sort(out.accounts.begin(), out.accounts.end(),
            [](const Account& a, const Account& b) { return a.id < b.id; });
  return out;
}

TEST(Restore, BringsBackWhatWasStoredAndNothingElse) {
  auto ledger = Ledger::restore({}, stored_books(), kStored);
  ASSERT_TRUE(ledger.ok()) << ledger.error().message();
  const AccountId client = *ledger->find_account(AccountKind::Client, "alice");
  const AccountId worker = *ledger->find_account(AccountKind::Worker, "wanda");
  EXPECT_EQ(ledger->account(client).balance, Nanoton(9'800));
  EXPECT_EQ(ledger->account(client).reserved, Nanoton(0));
  EXPECT_EQ(ledger->account(client).on_disk, (Metered{{10}, Nanoton(200)}));
  EXPECT_EQ(ledger->sequence(), 5U);
  EXPECT_EQ(ledger->durable_sequence(), 5U);
  const auto again = ledger->commit(kStored, request(client, 1), worker, {});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->repeat, Repeat::Repeated);
  EXPECT_EQ(again->amount, Nanoton(200));
  EXPECT_EQ(again->tokens, (AdjustedTokens{{1}, {2}, {3}, {4}, {10}}));
  EXPECT_EQ(*ledger->refund(kStored, request(client, 2)), Repeat::Repeated);
  EXPECT_EQ(ledger->refund(kStored, request(client, 3)).error().reason(), "unknown_request");
  EXPECT_EQ(ledger->refund(kStored, request(client, 4)).error().reason(), "unknown_request");
  EXPECT_EQ(*ledger->credit(kStored, client, opening_credit_id("alice"), Nanoton(10'000)),
            Repeat::Repeated);
  EXPECT_FALSE(ledger->poll_batch());
}

TEST(Restore, AnEmptyStoreIsAnEmptyLedger) {
  const auto ledger = Ledger::restore({}, {}, kStored);
  ASSERT_TRUE(ledger.ok());
  EXPECT_EQ(ledger->accounts().size(), 2U);
  EXPECT_EQ(ledger->digest(), first_digest());
}

TEST(Restore, OldFinishedRequestsAreForgotten) {
  base::Now later = kStored;
  later.wall += kFinishedAge + base::Duration(1);
  auto ledger = Ledger::restore({}, stored_books(), later);
  ASSERT_TRUE(ledger.ok());
  EXPECT_EQ(ledger->refund(later, request({2}, 2)).error().reason(), "unknown_request");
}

struct Damage {
  std::string name;
  std::string_view reason;
  std::function<void(LedgerSnapshot&)> apply;
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

class RestoreDamaged : public testing::TestWithParam<Damage> {};

TEST_P(RestoreDamaged, IsRefused) {
  LedgerSnapshot books = stored_books();
  GetParam().apply(books);
  const auto ledger = Ledger::restore({}, std::move(books), kStored);
  ASSERT_FALSE(ledger.ok());
  EXPECT_EQ(ledger.error().reason(), GetParam().reason) << ledger.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Each, RestoreDamaged,
    testing::Values(
        Damage{"client_richer", "books_unbalanced",
               [](LedgerSnapshot& s) { s.accounts[2].balance += Nanoton(1); }},
        Damage{"client_richer_at_our_expense", "books_damaged",
               [](LedgerSnapshot& s) {
                 s.accounts[2].balance += Nanoton(1);
                 s.accounts[1].balance -= Nanoton(1);
               }},
        Damage{"less_charged_than_earned", "books_unbalanced",
               [](LedgerSnapshot& s) { s.accounts[2].metered.amount -= Nanoton(1); }},
        Damage{"client_overdrawn", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[2].balance = Nanoton(-201); }},
        Damage{"outside_positive", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[0].balance = Nanoton(1); }},
        Damage{"outside_uncountable", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[0].balance = Nanoton(INT64_MIN); }},
        Damage{"balances_uncountable", "books_damaged",
               [](LedgerSnapshot& s) {
                 s.accounts[0].balance = Nanoton(0);
                 s.accounts[2].balance = Nanoton(INT64_MAX);
               }},
        Damage{"tokens_above_all", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[3].metered.tokens = {11}; }},
        Damage{"tokens_negative", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[3].metered.tokens = {-1}; }},
        Damage{"settled_above_metered", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[2].on_chain.tokens = {11}; }},
        Damage{"newer_account", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[2].sequence = 6; }},
        Damage{"account_missing", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts.erase(s.accounts.begin() + 2); }},
        Damage{"accounts_missing", "books_damaged", [](LedgerSnapshot& s) { s.accounts.clear(); }},
        Damage{"account_twice", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts.push_back(s.accounts.back()); }},
        Damage{"party_changed", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[2].party = "mallory"; }},
        Damage{"kind_changed", "books_damaged",
               [](LedgerSnapshot& s) { s.accounts[1].kind = AccountKind::Worker; }},
        Damage{"entries_missing", "books_damaged", [](LedgerSnapshot& s) { s.entries.clear(); }},
        Damage{"entries_swapped", "books_damaged",
               [](LedgerSnapshot& s) { std::swap(s.entries[3], s.entries[4]); }},
        Damage{"entry_twice", "books_damaged",
               [](LedgerSnapshot& s) { s.entries.push_back(s.entries.back()); }},
        Damage{"entry_renumbered", "books_digest_mismatch",
               [](LedgerSnapshot& s) {
                 s.entries.erase(s.entries.begin()), s.entries[0].sequence = 1;
               }},
        Damage{"charge_changed", "books_digest_mismatch",
               [](LedgerSnapshot& s) { s.entries[3].amount -= Nanoton(1); }},
        Damage{"time_changed", "books_digest_mismatch",
               [](LedgerSnapshot& s) { s.entries[3].at += base::Duration(1); }},
        Damage{"digest_changed", "books_digest_mismatch",
               [](LedgerSnapshot& s) { s.entries[2].digest[0] ^= 1; }},
        Damage{"total_changed", "books_damaged",
               [](LedgerSnapshot& s) { s.entries[3].tokens.total = {11}; }},
        Damage{"gap_and_unknown_account", "books_damaged",
               [](LedgerSnapshot& s) {
                 s.entries.erase(s.entries.begin(), s.entries.end() - 1);
                 s.entries[0].account = {9};
               }},
        Damage{"gap_and_no_client", "books_damaged",
               [](LedgerSnapshot& s) {
                 s.entries.erase(s.entries.begin(), s.entries.end() - 1);
                 s.entries[0].account = {3};
               }}),
    [](const auto& info) { return info.param.name; });

TEST(EntryDigest, CoversEveryField) {
  const LedgerEntry entry = stored_books().entries[3];
  const auto before = first_digest();
  const auto digest = entry_digest(before, entry);
  const std::vector<std::function<void(LedgerEntry&)>> changes{
      [](LedgerEntry& e) { ++e.sequence; },
      [](LedgerEntry& e) { e.kind = EntryKind::Refunded; },
      [](LedgerEntry& e) { e.at += base::Duration(1); },
      [](LedgerEntry& e) { ++e.account.index; },
      [](LedgerEntry& e) { ++e.worker.index; },
      [](LedgerEntry& e) { e.reference[31] ^= 1; },
      [](LedgerEntry& e) { ++e.tokens.prompt.count; },
      [](LedgerEntry& e) { ++e.tokens.cached.count; },
      [](LedgerEntry& e) { ++e.tokens.completion.count; },
      [](LedgerEntry& e) { ++e.tokens.reasoning.count; },
      [](LedgerEntry& e) { ++e.excess.count; },
      [](LedgerEntry& e) { e.amount += Nanoton(1); },
      [](LedgerEntry& e) { e.worker_part += Nanoton(1); }};
  for (const auto& change : changes) {
    LedgerEntry other = entry;
    change(other);
    EXPECT_NE(entry_digest(before, other), digest);
  }
  EXPECT_NE(entry_digest(digest, entry), digest);
}

TEST(Names, OfKindsAreReadBack) {
  for (const EntryKind kind :
       {EntryKind::Opened, EntryKind::Credited, EntryKind::Charged, EntryKind::Refunded})
    EXPECT_EQ(parse_entry_kind(entry_kind_name(kind)), kind);
  for (const AccountKind kind :
       {AccountKind::Outside, AccountKind::Commission, AccountKind::Client, AccountKind::Worker})
    EXPECT_EQ(parse_account_kind(account_kind_name(kind)), kind);
  EXPECT_EQ(parse_entry_kind("Charged"), std::nullopt);
  EXPECT_EQ(parse_account_kind(""), std::nullopt);
}

}  // namespace
}  // namespace cocoon::payment
