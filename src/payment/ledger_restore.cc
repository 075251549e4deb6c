// Taking over stored books: nothing in them is believed before it fits everything else in them.
#include <cstdint>
#include <string>
#include <utility>

#include "payment/ledger.h"

namespace cocoon::payment {
namespace {

using base::Error;
using base::Nanoton;
using base::Result;

Error damaged(std::string_view what) {
  return {PaymentReason::BooksDamaged,
          "the stored books can't be taken over: " + std::string(what)};
}

bool is_metered_soundly(const Account& account) {
  return account.metered.tokens.count >= 0 && account.metered.amount >= Nanoton{} &&
         account.on_chain.tokens.count >= 0 && account.on_chain.amount >= Nanoton{} &&
         account.on_chain.tokens <= account.metered.tokens &&
         account.on_chain.amount <= account.metered.amount;
}

bool has_sound_party(const Account& account) {
  const bool is_own =
      account.kind == AccountKind::Outside || account.kind == AccountKind::Commission;
  const bool is_own_place = account.id == kOutside || account.id == kCommission;
  if (is_own != is_own_place) return false;
  if (is_own) return (account.kind == AccountKind::Outside) == (account.id == kOutside);
  return !account.party.empty() && account.party.size() <= kMaxPartyBytes;
}

// What a party's balance must be beside its counters: earnings that were not paid out, a client's
// credit left, and for the outside account the negative of all credit.
bool has_sound_balance(const Account& account) {
  switch (account.kind) {
    case AccountKind::Outside:
      return account.balance <= Nanoton{} && account.balance >= -Nanoton{INT64_MAX};
    case AccountKind::Client:
      return account.balance >= -account.unsettled();
    case AccountKind::Commission:
    case AccountKind::Worker:
      return account.balance == account.unsettled();
  }
  return false;
}

bool has_sound_amounts(const LedgerEntry& entry) {
  switch (entry.kind) {
    case EntryKind::Opened:
    case EntryKind::Refunded:
      return entry.amount == Nanoton{} && entry.worker_part == Nanoton{};
    case EntryKind::Credited:
      return entry.amount > Nanoton{} && entry.worker_part == Nanoton{};
    case EntryKind::Withdrawn:
      return entry.amount >= Nanoton{} && entry.worker_part == Nanoton{};
    case EntryKind::Settled:
      return entry.tokens.prompt.count >= 0 && entry.tokens.total == entry.tokens.prompt &&
             entry.worker_part >= Nanoton{} && entry.worker_part <= entry.amount;
    case EntryKind::Epoch:
      return entry.amount == Nanoton{} && entry.worker_part == Nanoton{} &&
             entry.tokens.total == entry.tokens.prompt && entry.tokens.prompt.count > 0 &&
             entry.tokens.prompt.count <= UINT32_MAX;
    case EntryKind::Charged:
      return entry.excess.count >= 0 && entry.worker_part >= Nanoton{} &&
             entry.worker_part <= entry.amount && check_reported(entry.tokens).ok();
  }
  return false;
}

// Adds without wrapping; a sum that can't be counted stays the one before, and says so.
bool add(Nanoton& sum, Nanoton amount) {
  const auto next = base::checked_add(sum, amount);
  if (next) sum = *next;
  return next.has_value();
}

}  // namespace

Result<Ledger> Ledger::restore(const LedgerOptions& options, LedgerSnapshot snapshot,
                               base::Now now) {
  if (snapshot.accounts.empty() && snapshot.entries.empty()) return Ledger(options);
  if (snapshot.accounts.size() < 2 || snapshot.entries.empty())
    return damaged("accounts or entries are missing");
  if (snapshot.accounts.size() > kMaxAccounts) return damaged("there are too many accounts");
  Ledger ledger(options, std::move(snapshot.accounts));
  TRY(ledger.take_entries(snapshot.entries));
  TRY(ledger.take_accounts());
  TRY(ledger.check_epoch(snapshot.entries));
  ledger.finished_.forget(now.wall);
  return ledger;
}

Result<void> Ledger::take_accounts() {
  Nanoton balances;
  Nanoton charged;
  Nanoton earned;
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    Account& account = accounts_[i];
    const std::string_view fault = take_account(account, i);
    if (!fault.empty()) return damaged("account " + std::to_string(i) + " " + std::string(fault));
    Nanoton& turnover = account.kind == AccountKind::Client ? charged : earned;
    if (!add(balances, account.balance) || !add(turnover, account.metered.amount))
      return damaged("the amounts are too large to count");
  }
  if (balances != Nanoton{})
    return Error(PaymentReason::BooksUnbalanced,
                 "the stored balances add up to " + std::to_string(balances.count()) +
                     " nanotons instead of 0: restore the newest backup of the ledger");
  if (charged != earned)
    return Error(PaymentReason::BooksUnbalanced,
                 "the stored books charge " + base::to_string(charged) + " to clients and give " +
                     base::to_string(earned) + " away: restore the newest backup of the ledger");
  return {};
}

std::string_view Ledger::take_account(Account& account, std::size_t place) {
  if (account.id.index != place) return "is missing or there twice";
  if (!has_sound_party(account)) return "has a wrong kind or party";
  if (!is_metered_soundly(account)) return "has wrong counters";
  if (account.metered.tokens > at(kCommission).metered.tokens)
    return "has more tokens than were metered in all";
  if (!has_sound_balance(account)) return "has a wrong balance";
  if (account.sequence > sequence_) return "is newer than the last entry";
  account.on_disk = account.metered;
  account.reserved = {};
  account.reserved_tokens = {};
  account.open_requests = 0;
  if (account.kind != AccountKind::Client && account.kind != AccountKind::Worker) return {};
  auto& parties = account.kind == AccountKind::Client ? clients_ : workers_;
  return parties.emplace(account.party, account.id).second ? "" : "has the party of another";
}

Result<void> Ledger::take_entries(const std::vector<LedgerEntry>& entries) {
  for (const LedgerEntry& entry : entries) {
    const std::string where = "entry " + std::to_string(entry.sequence);
    if (entry.sequence <= sequence_) return damaged(where + " is out of order");
    // After a gap, which dropping old entries leaves, there is no digest to compare with.
    if (entry.sequence == sequence_ + 1 && entry.digest != entry_digest(digest_, entry))
      return Error(PaymentReason::BooksDigestMismatch,
                   where +
                       " of the stored books is not the one that was written: restore the "
                       "newest backup of the ledger");
    const std::string_view fault = take_entry(entry);
    if (!fault.empty()) return damaged(where + " " + std::string(fault));
    sequence_ = entry.sequence;
    digest_ = entry.digest;
  }
  polled_sequence_ = durable_sequence_ = sequence_;
  return {};
}

std::string_view Ledger::take_entry(const LedgerEntry& entry) {
  if (!has_sound_amounts(entry)) return "has wrong amounts";
  if (entry.account.index >= accounts_.size()) return "is of an unknown account";
  const Account& account = accounts_[entry.account.index];
  if (entry.kind == EntryKind::Epoch) return take_epoch(entry);
  if (entry.kind == EntryKind::Opened) {
    const bool is_same = entry.reference == party_reference(account.kind, account.party);
    return is_same ? "" : "opened another account than the stored one";
  }
  const bool is_payout = entry.kind == EntryKind::Settled && account.kind == AccountKind::Worker;
  if (account.kind != AccountKind::Client && !is_payout)
    return "is of an account that is no client's";
  if (is_from_outside(entry.kind))
    return deposits_.insert(entry.reference).second ? ""
                                                    : "is a deposit or transaction booked twice";
  if (entry.kind == EntryKind::Charged && !check_account(entry.worker, AccountKind::Worker))
    return "pays an account that is no worker's";
  const Finish finish = entry.kind == EntryKind::Charged ? Finish::Charged : Finish::Refunded;
  finished_.add(
      entry.at, RequestKey{entry.account, entry.reference},
      Outcome{finish, entry.sequence, entry.tokens, entry.excess, entry.amount, entry.worker_part});
  return {};
}

}  // namespace cocoon::payment
