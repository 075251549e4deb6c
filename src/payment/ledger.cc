// The ledger's operations: each checks everything first, and only then moves money and records one
// entry.
#include "payment/ledger.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"

namespace cocoon::payment {
namespace {

using base::Error;
using base::Nanoton;
using base::Now;
using base::Result;
using base::TokenCount;

Account account_of(AccountId id, AccountKind kind, std::string_view party) {
  Account account;
  account.id = id;
  account.kind = kind;
  account.party = party;
  return account;
}

std::vector<Account> own_accounts() {
  return {account_of(kOutside, AccountKind::Outside, {}),
          account_of(kCommission, AccountKind::Commission, {})};
}

Charge charge_of(const Outcome& outcome, Repeat repeat) {
  return {outcome.sequence, outcome.tokens,      outcome.excess,
          outcome.amount,   outcome.worker_part, repeat};
}

// The price of tokens within a reservation: it can be counted, because that of the whole
// reservation could.
Nanoton within_reservation(const Result<Nanoton>& amount) {
  CHECK(amount.ok());
  return *amount;
}

void earn(Metered& counter, TokenCount tokens, Nanoton amount) {
  counter.tokens.count += tokens.count;
  counter.amount += amount;
}

}  // namespace

Ledger::Ledger(const LedgerOptions& options) : Ledger(options, own_accounts()) {
  touch(kOutside);
  touch(kCommission);
}

Ledger::Ledger(const LedgerOptions& options, std::vector<Account> accounts)
    : accounts_(std::move(accounts)),
      deposits_(0, SeededHash(options.hash_seed)),
      reservations_(0, SeededHash(options.hash_seed)),
      finished_(options.hash_seed, options.finished_limit, options.finished_age),
      digest_(first_digest()),
      is_changed_(accounts_.size(), false),
      seed_(options.hash_seed) {}

Result<AccountId> Ledger::open_account(Now now, AccountKind kind, std::string_view party) {
  if (kind != AccountKind::Client && kind != AccountKind::Worker)
    return Error(PaymentReason::WrongAccountKind, "only client and worker accounts are opened");
  if (party.empty() || party.size() > kMaxPartyBytes)
    return Error(PaymentReason::BadParty,
                 "an account's party has 1 to " + std::to_string(kMaxPartyBytes) + " bytes");
  if (const auto known = find_account(kind, party)) return *known;
  if (accounts_.size() >= kMaxAccounts)
    return Error(PaymentReason::TooManyAccounts, "the ledger has no room for another account");
  const AccountId id{static_cast<std::uint32_t>(accounts_.size())};
  accounts_.push_back(account_of(id, kind, party));
  is_changed_.push_back(false);
  (kind == AccountKind::Client ? clients_ : workers_).emplace(party, id);
  LedgerEntry entry;
  entry.kind = EntryKind::Opened;
  entry.at = now.wall;
  entry.account = id;
  entry.reference = party_reference(kind, party);
  record(entry);
  return id;
}

std::optional<AccountId> Ledger::find_account(AccountKind kind, std::string_view party) const {
  if (kind == AccountKind::Outside || kind == AccountKind::Commission)
    return kind == AccountKind::Outside ? kOutside : kCommission;
  const auto& parties = kind == AccountKind::Client ? clients_ : workers_;
  const auto found = parties.find(party);
  if (found == parties.end()) return std::nullopt;
  return found->second;
}

Result<Repeat> Ledger::credit(Now now, AccountId client, const base::Bits256& deposit,
                              Nanoton amount) {
  TRY(check_account(client, AccountKind::Client));
  if (deposits_.contains(deposit)) return Repeat::Repeated;
  if (amount <= Nanoton{}) return Error(PaymentReason::BadAmount, "a credit must be positive");
  if (deposits_.size() >= kMaxDeposits)
    return Error(PaymentReason::TooManyDeposits, "the ledger has no room for another deposit");
  // The outside account owes all credit together, so if this sum can be counted every balance can.
  if (!base::checked_add(-at(kOutside).balance, amount))
    return Error(PaymentReason::AmountOverflow, "all credit together is too large to count");
  deposits_.insert(deposit);
  at(kOutside).balance -= amount;
  at(client).balance += amount;
  LedgerEntry entry;
  entry.kind = EntryKind::Credited;
  entry.at = now.wall;
  entry.account = client;
  entry.reference = deposit;
  entry.amount = amount;
  record(entry);
  return Repeat::First;
}

Result<Nanoton> Ledger::reserve(const RequestKey& request, TokenCount worst_case,
                                const Tariff& tariff) {
  TRY(check_new_request(request));
  TRY(check_tariff(tariff));
  if (worst_case.count > kMaxRequestTokens)
    return Error(PaymentReason::TooManyTokens,
                 "one request may use at most " + std::to_string(kMaxRequestTokens) + " tokens");
  const Nanoton amount = TRY(cost(worst_case, tariff));
  Account& client = at(request.client);
  if (amount > client.available())
    return Error(PaymentReason::InsufficientFunds,
                 "this request may cost up to " + base::to_string(amount) +
                     ", the account has room for " + base::to_string(client.available()) + ": " +
                     base::to_string(amount - client.available()) + " is missing");
  client.reserved += amount;
  client.reserved_tokens.count += worst_case.count;
  ++client.open_requests;
  reservations_.emplace(request, Reservation{worst_case, amount, tariff});
  return amount;
}

Result<Charge> Ledger::commit(Now now, const RequestKey& request, AccountId worker,
                              const AdjustedTokens& reported) {
  if (const Outcome* outcome = finished_.find(request)) {
    if (outcome->finish == Finish::Charged) return charge_of(*outcome, Repeat::Repeated);
    return Error(PaymentReason::AlreadyRefunded, "this request was refunded already");
  }
  const auto found = reservations_.find(request);
  if (found == reservations_.end())
    return Error(PaymentReason::UnknownRequest, "no reservation is held for this request");
  TRY(check_account(worker, AccountKind::Worker));
  TRY(check_reported(reported));
  const Reservation held = found->second;
  LedgerEntry entry;
  entry.kind = EntryKind::Charged;
  entry.at = now.wall;
  entry.account = request.client;
  entry.worker = worker;
  entry.reference = request.id;
  entry.tokens = cap(reported, held.tokens);
  entry.excess = {reported.total.count - entry.tokens.total.count};
  entry.amount = within_reservation(cost(entry.tokens.total, held.tariff));
  entry.worker_part = within_reservation(worker_part(entry.tokens.total, held.tariff));
  TRY(check_token_room(entry.tokens.total));
  release(found);
  move_charge(entry);
  entry.sequence = record(entry);
  const Outcome outcome{Finish::Charged, entry.sequence, entry.tokens,
                        entry.excess,    entry.amount,   entry.worker_part};
  finished_.add(now.wall, request, outcome);
  return charge_of(outcome, Repeat::First);
}

Result<Repeat> Ledger::refund(Now now, const RequestKey& request) {
  if (const Outcome* outcome = finished_.find(request)) {
    if (outcome->finish == Finish::Refunded) return Repeat::Repeated;
    return Error(PaymentReason::AlreadyCharged, "this request was charged already");
  }
  const auto found = reservations_.find(request);
  if (found == reservations_.end())
    return Error(PaymentReason::UnknownRequest, "no reservation is held for this request");
  release(found);
  LedgerEntry entry;
  entry.kind = EntryKind::Refunded;
  entry.at = now.wall;
  entry.account = request.client;
  entry.reference = request.id;
  Outcome outcome;
  outcome.sequence = record(entry);
  finished_.add(now.wall, request, outcome);
  return Repeat::First;
}

std::optional<AdjustedTokens> Ledger::end(Now now, const RequestKey& request) {
  if (const Outcome* outcome = finished_.find(request)) return outcome->tokens;
  if (reservations_.contains(request)) return std::nullopt;
  finished_.add(now.wall, request, Outcome{});
  return AdjustedTokens{};
}

std::optional<LedgerBatch> Ledger::poll_batch() {
  if (unpolled_.empty()) return std::nullopt;
  LedgerBatch batch;
  batch.entries = std::exchange(unpolled_, {});
  batch.accounts.reserve(changed_.size());
  for (const AccountId id : changed_) {
    batch.accounts.push_back(at(id));
    is_changed_[id.index] = false;
  }
  changed_.clear();
  batch.last_sequence = polled_sequence_ = sequence_;
  return batch;
}

void Ledger::handle_persisted(std::uint64_t sequence) {
  CHECK(sequence <= polled_sequence_);
  durable_sequence_ = std::max(durable_sequence_, sequence);
  while (!unpersisted_.empty() && unpersisted_.front().sequence <= sequence) {
    const Unpersisted& charge = unpersisted_.front();
    earn(at(charge.client).on_disk, charge.tokens, charge.amount);
    earn(at(charge.worker).on_disk, charge.tokens, charge.worker_part);
    earn(at(kCommission).on_disk, charge.tokens, charge.amount - charge.worker_part);
    unpersisted_.pop_front();
  }
}

const Account& Ledger::account(AccountId id) const {
  CHECK(id.index < accounts_.size());
  return accounts_[id.index];
}

const Reservation* Ledger::reservation(const RequestKey& request) const {
  const auto found = reservations_.find(request);
  return found == reservations_.end() ? nullptr : &found->second;
}

Result<void> Ledger::check_account(AccountId id, AccountKind kind) const {
  if (id.index >= accounts_.size())
    return Error(PaymentReason::UnknownAccount, "there is no account with this id");
  if (accounts_[id.index].kind != kind)
    return Error(PaymentReason::WrongAccountKind,
                 "the account is not a " + std::string(account_kind_name(kind)) + "'s");
  return {};
}

Result<void> Ledger::check_new_request(const RequestKey& request) const {
  TRY(check_account(request.client, AccountKind::Client));
  if (const Outcome* outcome = finished_.find(request)) {
    if (outcome->finish == Finish::Charged)
      return Error(PaymentReason::AlreadyCharged,
                   "a request with this id was charged already: use a new id for a new request");
    return Error(PaymentReason::AlreadyRefunded,
                 "a request with this id has failed already: use a new id for a new request");
  }
  if (reservations_.contains(request))
    return Error(PaymentReason::AlreadyReserved, "a request with this id is running");
  if (reservations_.size() >= kMaxOpenRequests)
    return Error(PaymentReason::TooManyRequests, "too many requests are running");
  if (sequence_ - durable_sequence_ >= kMaxUnpersisted)
    return Error(PaymentReason::DiskBehind, "the disk is behind: no new request for now");
  return {};
}

Result<void> Ledger::check_token_room(TokenCount tokens) const {
  // The commission account counts the tokens of all requests, so it is the first that could be
  // full.
  if (accounts_[kCommission.index].metered.tokens.count > INT64_MAX - tokens.count)
    return Error(PaymentReason::TooManyTokens, "the token counters of the ledger are full");
  return {};
}

void Ledger::release(Reservations::iterator found) {
  Account& client = at(found->first.client);
  client.reserved -= found->second.amount;
  client.reserved_tokens.count -= found->second.tokens.count;
  --client.open_requests;
  reservations_.erase(found);
}

void Ledger::move_charge(const LedgerEntry& entry) {
  const Nanoton commission = entry.amount - entry.worker_part;
  at(entry.account).balance -= entry.amount;
  at(entry.worker).balance += entry.worker_part;
  at(kCommission).balance += commission;
  earn(at(entry.account).metered, entry.tokens.total, entry.amount);
  earn(at(entry.worker).metered, entry.tokens.total, entry.worker_part);
  earn(at(kCommission).metered, entry.tokens.total, commission);
}

std::uint64_t Ledger::record(LedgerEntry entry) {
  entry.sequence = ++sequence_;
  digest_ = entry.digest = entry_digest(digest_, entry);
  touch(entry.account);
  if (entry.kind == EntryKind::Credited || entry.kind == EntryKind::Withdrawn) touch(kOutside);
  if (entry.kind == EntryKind::Settled && at(entry.account).kind == AccountKind::Worker) {
    touch(kOutside);
    touch(kCommission);
  }
  if (entry.kind == EntryKind::Charged) {
    touch(entry.worker);
    touch(kCommission);
    unpersisted_.push_back({entry.sequence, entry.account, entry.worker, entry.tokens.total,
                            entry.amount, entry.worker_part});
  }
  unpolled_.push_back(entry);
  if (sequence_ - newest_epoch_.sequence >= kEpochEntries && newest_epoch_.number < UINT32_MAX)
    write_epoch(entry.at, newest_epoch_.number + 1);
  return entry.sequence;
}

void Ledger::touch(AccountId id) {
  at(id).sequence = sequence_;
  if (is_changed_[id.index]) return;
  is_changed_[id.index] = true;
  changed_.push_back(id);
}

}  // namespace cocoon::payment
