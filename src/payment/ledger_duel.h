// Runs Ledger and its naive twin side by side through operations that a source of choices picks,
// and compares them after each one. The unit test feeds it a seeded generator, the fuzz target
// feeds it bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "payment/ledger.h"
#include "payment/ledger_twin.h"

namespace cocoon::payment {

// What survives a crash: the newest stored state of every account, and all entries that were
// stored.
struct DuelDisk {
  std::map<std::uint32_t, Account> accounts;
  std::vector<LedgerEntry> entries;
};

// `Choices` has below(n): a number in 0..n-1.
template <class Choices>
class LedgerDuel {
 public:
  explicit LedgerDuel(Choices& choices)
      : choices_(choices), twin_(kLimit, kAge.count()), ledger_(options()) {}

  // One operation on both; what differs afterwards, or nothing.
  std::optional<std::string> step() {
    now_.wall += base::Duration(choices_.below(3'000'000));
    const std::string difference = act(choices_.below(100));
    if (!difference.empty()) return difference;
    return compare();
  }

  std::uint64_t crashes() const { return crashes_; }
  std::uint64_t charges() const { return charges_; }
  std::uint64_t capped() const { return capped_; }
  std::uint64_t withdrawals() const { return withdrawals_; }
  std::uint64_t settlements() const { return settlements_; }

 private:
  static constexpr std::size_t kLimit = 10;
  static constexpr base::Duration kAge = std::chrono::seconds(60);
  static constexpr std::uint64_t kParties = 6;

  LedgerOptions options() { return {choices_.below(UINT32_MAX), kLimit, kAge}; }
  std::int64_t at() const { return now_.wall.time_since_epoch().count(); }

  std::string act(std::uint64_t choice) {
    if (choice < 3) return open();
    if (choice < 9) return credit();
    if (choice < 11) return withdraw();
    if (choice < 16) return settle();
    if (choice < 45) return reserve();
    if (choice < 75) return commit();
    if (choice < 85) return refund();
    if (choice < 86) return epoch();
    if (choice < 92) return poll();
    if (choice < 98 || choices_.below(10) != 0) return persist();
    return crash();
  }

  template <class R>
  std::string same(std::string_view what, const std::string& expected, const base::Result<R>& got,
                   bool repeated) {
    const std::string answer =
        got ? (repeated ? "repeated" : "") : std::string(got.error().reason());
    if (answer == expected) return "";
    return std::string(what) + ": expected '" + expected + "', got '" + answer + "'";
  }

  std::string open() {
    const bool is_client = choices_.below(2) == 0;
    const AccountKind kind = is_client ? AccountKind::Client : AccountKind::Worker;
    const std::string party = "party " + std::to_string(choices_.below(kParties));
    const auto known = ledger_.find_account(kind, party);
    const auto opened = ledger_.open_account(now_, kind, party);
    if (!opened) return "open: refused " + opened.error().message();
    if (known) return *known == *opened ? "" : "open: a second account for " + party;
    twin_.open(is_client ? 'c' : 'w', at());
    return opened->index + 1 == twin_.size() ? "" : "open: wrong id";
  }

  AccountId any_account() { return {static_cast<std::uint32_t>(choices_.below(twin_.size() + 1))}; }
  // Mostly one of the right kind, if there is one.
  AccountId account_of(char kind) {
    AccountId id = any_account();
    for (int i = 0; i < 8 && (id.index >= twin_.size() || twin_.kind(id.index) != kind); ++i)
      id = any_account();
    return id;
  }
  static base::Bits256 bits(int number) {
    base::Bits256 out{};
    for (std::size_t i = 0; i < 4; ++i)
      out[28 + i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(number) >> (8 * i));
    return out;
  }
  int request_number() { return static_cast<int>(choices_.below(25)); }

  std::string credit() {
    const AccountId client = account_of('c');
    const int deposit = static_cast<int>(choices_.below(400));
    auto amount = static_cast<std::int64_t>(choices_.below(200'000)) - 2'000;
    if (choices_.below(1000) == 0) amount += INT64_MAX / 3 * 2;  // more than all there is
    const auto got = ledger_.credit(now_, client, bits(deposit), base::Nanoton(amount));
    return same("credit", twin_.credit(client.index, deposit, amount, at()), got,
                got && *got == Repeat::Repeated);
  }

  std::string withdraw() {
    const AccountId client = account_of('c');
    const int number = static_cast<int>(choices_.below(400));
    const auto amount = static_cast<std::int64_t>(choices_.below(20'000)) - 500;
    const std::string expected = twin_.withdraw(client.index, number, amount, at());
    const auto got = ledger_.withdraw(now_, client, bits(number), base::Nanoton(amount));
    withdrawals_ += got && *got == Repeat::First ? 1 : 0;
    return same("withdraw", expected, got, got && *got == Repeat::Repeated);
  }

  // Mostly a part of what there is to settle.
  std::string settle() {
    const char kind = choices_.below(2) == 0 ? 'c' : 'w';
    const AccountId id = account_of(kind);
    const int number = static_cast<int>(choices_.below(4000));
    const auto some = [this](std::int64_t whole) {
      return static_cast<std::int64_t>(
                 choices_.below(static_cast<std::uint64_t>(whole < 0 ? 1 : whole + 3))) -
             1;
    };
    const std::uint32_t i = id.index;
    const std::int64_t tokens = some(twin_.disk_tokens[i] - twin_.chain_tokens[i]);
    const std::int64_t own = some(twin_.disk_amount[i] - twin_.chain_amount[i]);
    const std::int64_t rest = kind == 'c' ? 0 : some(200);
    const std::string expected = twin_.settle(kind, i, number, tokens, own + rest, own, at());
    const auto got =
        kind == 'c' ? ledger_.settle_charge(now_, id, bits(number), {{tokens}, base::Nanoton(own)})
                    : ledger_.settle_payout(now_, id, bits(number),
                                            {{tokens}, base::Nanoton(own), base::Nanoton(rest)});
    settlements_ += got && *got == Repeat::First ? 1 : 0;
    return same("settle", expected, got, got && *got == Repeat::Repeated);
  }

  std::string reserve() {
    const RequestKey request{account_of('c'), {}};
    const int number = request_number();
    LedgerTwin::Hold hold{static_cast<std::int64_t>(choices_.below(2'000)) - 5,
                          static_cast<std::int64_t>(choices_.below(25)), 0};
    hold.fee =
        static_cast<std::int64_t>(choices_.below(static_cast<std::uint64_t>(hold.price + 1)));
    switch (choices_.below(60)) {
      case 0:
        hold.fee = hold.price + 1;
        break;
      case 1:
        hold.price = -hold.price;
        break;
      case 2:
        hold.tokens = 1'000'000'000'000 + static_cast<std::int64_t>(choices_.below(2));
        hold.price = INT64_MAX / 1'000;
        break;
      default:
        break;
    }
    Tariff tariff;
    tariff.price_per_token = base::Nanoton(hold.price);
    tariff.worker_fee_per_token = base::Nanoton(hold.fee);
    const auto got = ledger_.reserve({request.client, bits(number)}, {hold.tokens}, tariff);
    return same("reserve", twin_.reserve({request.client.index, number}, hold), got, false);
  }

  // Mostly a request that runs, else any.
  LedgerTwin::Key some_request() {
    if (!twin_.holds.empty() && choices_.below(5) != 0) {
      auto it = twin_.holds.begin();
      std::advance(it, static_cast<std::ptrdiff_t>(choices_.below(twin_.holds.size())));
      return it->first;
    }
    return {account_of('c').index, request_number()};
  }

  std::string commit() {
    const LedgerTwin::Key key = some_request();
    const AccountId worker = account_of('w');
    std::vector<std::int64_t> kinds;
    for (int i = 0; i < 4; ++i) kinds.push_back(static_cast<std::int64_t>(choices_.below(500)));
    if (choices_.below(20) == 0) kinds[choices_.below(4)] = -1;
    if (choices_.below(20) == 0) kinds[choices_.below(4)] = 1'000'000'000'000;
    std::int64_t total = kinds[0] + kinds[1] + kinds[2] + kinds[3];
    if (choices_.below(20) == 0) ++total;
    const AdjustedTokens tokens{{kinds[0]}, {kinds[1]}, {kinds[2]}, {kinds[3]}, {total}};
    const std::string expected = twin_.commit(key, worker.index, kinds, total, at());
    const auto got = ledger_.commit(now_, {{key.first}, bits(key.second)}, worker, tokens);
    const bool repeated = got && got->repeat == Repeat::Repeated;
    if (auto difference = same("commit", expected, got, repeated); !difference.empty() || !got)
      return difference;
    charges_ += repeated ? 0 : 1;
    capped_ += got->excess.count > 0 ? 1 : 0;
    const LedgerTwin::Line& line = twin_.finished[key];
    if (!repeated && got->tokens.total.count + got->excess.count != total) return "commit: excess";
    if (got->tokens.total.count != line.tokens || got->amount.count() != line.amount ||
        got->worker_part.count() != line.part)
      return "commit: another charge";
    return check_reported(got->tokens) ? "" : "commit: kinds and total differ";
  }

  std::string refund() {
    const LedgerTwin::Key key = some_request();
    const auto got = ledger_.refund(now_, {{key.first}, bits(key.second)});
    return same("refund", twin_.refund(key, at()), got, got && *got == Repeat::Repeated);
  }

  std::string epoch() {
    const Epoch before = ledger_.newest_epoch();
    const Epoch begun = ledger_.begin_epoch(now_);
    twin_.epoch(at());
    if (begun.number != before.number + 1) return "epoch: wrong number";
    if (begun.sequence != twin_.lines.size()) return "epoch: wrong sequence";
    return ledger_.epoch_digest(begun.number) == ledger_.digest() ? "" : "epoch: wrong digest";
  }

  std::string poll() {
    auto batch = ledger_.poll_batch();
    if (!batch) return "";
    const bool fits =
        !batch->entries.empty() && batch->entries.back().sequence == batch->last_sequence;
    batches_.push_back(std::move(*batch));
    return fits ? "" : "poll: wrong last sequence";
  }

  std::string persist() {
    if (batches_.empty()) return "";
    LedgerBatch batch = std::move(batches_.front());
    batches_.pop_front();
    for (const Account& account : batch.accounts) disk_.accounts[account.id.index] = account;
    for (const LedgerEntry& entry : batch.entries) disk_.entries.push_back(entry);
    // The acknowledgement may be what a crash loses.
    if (choices_.below(40) == 0) return crash();
    ledger_.handle_persisted(batch.last_sequence);
    twin_.persist(batch.last_sequence);
    return "";
  }

  std::string crash() {
    ++crashes_;
    batches_.clear();
    LedgerSnapshot snapshot;
    for (const auto& [index, account] : disk_.accounts) snapshot.accounts.push_back(account);
    snapshot.entries = kept_entries();
    auto restored = Ledger::restore(options(), std::move(snapshot), now_);
    if (!restored) return "crash: " + restored.error().message();
    ledger_ = std::move(*restored);
    twin_.persist(disk_.entries.size());
    twin_.crash(at());
    return "";
  }

  // All entries, or only those that the ledger asks to be kept.
  std::vector<LedgerEntry> kept_entries() {
    if (choices_.below(2) == 0) return disk_.entries;
    std::deque<LedgerEntry> kept;
    std::size_t finished = 0;
    bool is_since_epoch = true;
    for (auto entry = disk_.entries.rbegin(); entry != disk_.entries.rend(); ++entry) {
      const bool is_finish =
          entry->kind == EntryKind::Charged || entry->kind == EntryKind::Refunded;
      const bool is_wanted = is_finish ? finished++ < kLimit : is_permanent(entry->kind);
      if (is_wanted || is_since_epoch) kept.push_front(*entry);
      is_since_epoch = is_since_epoch && entry->kind != EntryKind::Epoch;
    }
    return {kept.begin(), kept.end()};
  }

  std::optional<std::string> compare() {
    if (ledger_.accounts().size() != twin_.size()) return "number of accounts";
    if (ledger_.sequence() != twin_.lines.size()) return "sequence";
    if (ledger_.durable_sequence() != twin_.on_disk) return "durable sequence";
    if (ledger_.open_requests() != twin_.holds.size()) return "open requests";
    std::int64_t sum = 0;
    for (const Account& account : ledger_.accounts()) {
      const std::uint32_t id = account.id.index;
      const std::string who = " of account " + std::to_string(id);
      sum += account.balance.count();
      if (account.balance.count() != twin_.balance[id]) return "balance" + who;
      if (account.reserved.count() != twin_.reserved(id)) return "reserved" + who;
      if (account.metered.tokens.count != twin_.tokens[id]) return "tokens" + who;
      if (account.metered.amount.count() != twin_.amount[id]) return "amount" + who;
      if (account.on_disk.tokens.count != twin_.disk_tokens[id]) return "tokens on disk" + who;
      if (account.on_disk.amount.count() != twin_.disk_amount[id]) return "amount on disk" + who;
      if (account.on_chain.tokens.count != twin_.chain_tokens[id]) return "settled tokens" + who;
      if (account.on_chain.amount.count() != twin_.chain_amount[id]) return "settled amount" + who;
      // A sum too large to count is not below zero.
      const auto left = base::checked_add(account.balance, account.unsettled());
      if (id > 0 && left && *left < base::Nanoton{}) return "overdrawn" + who;
      if (account.on_chain.tokens > account.on_disk.tokens) return "chain ahead of disk" + who;
      if (account.on_chain.amount > account.on_disk.amount) return "chain ahead of disk" + who;
      if (account.on_disk.tokens > account.metered.tokens) return "disk ahead of memory" + who;
    }
    if (sum != 0) return "balances don't add up to zero";
    return std::nullopt;
  }

  Choices& choices_;
  base::Now now_{};
  LedgerTwin twin_;
  Ledger ledger_;
  DuelDisk disk_;
  std::deque<LedgerBatch> batches_;  // handed out, on the way to the disk
  std::uint64_t crashes_ = 0;
  std::uint64_t withdrawals_ = 0;
  std::uint64_t settlements_ = 0;
  std::uint64_t charges_ = 0;
  std::uint64_t capped_ = 0;
};

}  // namespace cocoon::payment
