// What the chain reports, booked: withdrawals, charges that were settled, workers' pay.
#include <algorithm>
#include <string>
#include <utility>

#include "crypto/hash.h"
#include "payment/ledger.h"

namespace cocoon::payment {
namespace {

using base::Error;
using base::Nanoton;
using base::Result;

Error not_covered(std::string_view what) {
  return {PaymentReason::NotCovered, "the chain reports that " + std::string(what) +
                                         " than these books hold: they miss what came before"};
}

Result<void> check_not_ahead(const Account& account, const Metered& more) {
  if (more.tokens.count < 0 || more.amount < Nanoton{})
    return Error(PaymentReason::BadAmount, "what is settled can't be negative");
  if (more.tokens.count > account.on_disk.tokens.count - account.on_chain.tokens.count ||
      more.amount > account.on_disk.amount - account.on_chain.amount)
    return Error(PaymentReason::ChainAhead,
                 "more is settled on the chain for " + account.party +
                     " than these books have metered: they are older than the chain");
  return {};
}

// What a client has deposited and neither got back nor been charged on the chain, at most. A sum
// that is too large to count covers everything.
bool covers(const Account& client, Nanoton amount) {
  const auto left = base::checked_add(client.balance, client.unsettled());
  return !left || amount <= *left;
}

// What is settled beyond what these books have on disk.
Metered missing_of(const Account& account, const Metered& settled) {
  const std::int64_t tokens =
      settled.tokens.count - (account.on_disk.tokens.count - account.on_chain.tokens.count);
  const Nanoton amount = settled.amount - (account.on_disk.amount - account.on_chain.amount);
  return {{std::max<std::int64_t>(tokens, 0)}, std::max(amount, Nanoton{})};
}

bool has_room(const Account& account, base::TokenCount tokens, Nanoton amount) {
  return account.metered.tokens.count <= INT64_MAX - tokens.count &&
         base::checked_add(account.metered.amount, amount).has_value();
}

LedgerEntry settled(base::Now now, AccountId account, const base::Bits256& transaction,
                    base::TokenCount tokens) {
  LedgerEntry entry;
  entry.kind = EntryKind::Settled;
  entry.at = now.wall;
  entry.account = account;
  entry.reference = transaction;
  entry.tokens.prompt = entry.tokens.total = tokens;
  return entry;
}

void add(Metered& counter, base::TokenCount tokens, Nanoton amount) {
  counter.tokens.count += tokens.count;
  counter.amount += amount;
}

}  // namespace

Result<Repeat> Ledger::check_transaction(AccountId id, AccountKind kind,
                                         const base::Bits256& transaction) const {
  TRY(check_account(id, kind));
  if (deposits_.contains(transaction)) return Repeat::Repeated;
  if (deposits_.size() >= kMaxDeposits)
    return Error(PaymentReason::TooManyDeposits, "the ledger has no room for another transaction");
  return Repeat::First;
}

void Ledger::book_transaction(LedgerEntry entry) {
  deposits_.insert(entry.reference);
  record(std::move(entry));
}

Result<Repeat> Ledger::withdraw(base::Now now, AccountId client, const base::Bits256& transaction,
                                Nanoton amount) {
  if (TRY(check_transaction(client, AccountKind::Client, transaction)) == Repeat::Repeated)
    return Repeat::Repeated;
  if (amount < Nanoton{}) return Error(PaymentReason::BadAmount, "nothing negative is withdrawn");
  Account& account = at(client);
  if (!covers(account, amount) || amount > -at(kOutside).balance)
    return not_covered("a client got more back");
  account.balance -= amount;
  at(kOutside).balance += amount;
  LedgerEntry entry;
  entry.kind = EntryKind::Withdrawn;
  entry.at = now.wall;
  entry.account = client;
  entry.reference = transaction;
  entry.amount = amount;
  book_transaction(entry);
  return Repeat::First;
}

Result<Repeat> Ledger::settle_charge(base::Now now, AccountId client,
                                     const base::Bits256& transaction, const Metered& charged) {
  if (TRY(check_transaction(client, AccountKind::Client, transaction)) == Repeat::Repeated)
    return Repeat::Repeated;
  Account& account = at(client);
  TRY(check_not_ahead(account, charged));
  if (!covers(account, charged.amount)) return not_covered("a client was charged more");
  add(account.on_chain, charged.tokens, charged.amount);
  LedgerEntry entry = settled(now, client, transaction, charged.tokens);
  entry.amount = charged.amount;
  book_transaction(entry);
  return Repeat::First;
}

Result<Repeat> Ledger::settle_payout(base::Now now, AccountId worker,
                                     const base::Bits256& transaction, const Payout& payout) {
  if (TRY(check_transaction(worker, AccountKind::Worker, transaction)) == Repeat::Repeated)
    return Repeat::Repeated;
  Account& account = at(worker);
  TRY(check_not_ahead(account, {payout.tokens, payout.worker_part}));
  TRY(check_not_ahead(at(kCommission), {payout.tokens, payout.commission}));
  const auto total = base::checked_add(payout.worker_part, payout.commission);
  if (!total || *total > -at(kOutside).balance) return not_covered("a worker was paid more");
  account.balance -= payout.worker_part;
  at(kCommission).balance -= payout.commission;
  at(kOutside).balance += *total;
  add(account.on_chain, payout.tokens, payout.worker_part);
  add(at(kCommission).on_chain, payout.tokens, payout.commission);
  LedgerEntry entry = settled(now, worker, transaction, payout.tokens);
  entry.amount = *total;
  entry.worker_part = payout.worker_part;
  book_transaction(entry);
  return Repeat::First;
}

Result<void> Ledger::catch_up_charge(base::Now now, AccountId client,
                                     const base::Bits256& transaction, const Metered& charged) {
  TRY(check_account(client, AccountKind::Client));
  if (charged.tokens.count < 0 || charged.amount < Nanoton{})
    return Error(PaymentReason::BadAmount, "what is settled can't be negative");
  const Metered missing = missing_of(at(client), charged);
  const AccountId worker = TRY(open_account(now, AccountKind::Worker, kLostParty));
  return book_missing(now, client, worker, transaction, {missing.tokens, missing.amount, {}});
}

Result<void> Ledger::catch_up_payout(base::Now now, AccountId worker,
                                     const base::Bits256& transaction, const Payout& paid) {
  TRY(check_account(worker, AccountKind::Worker));
  if (paid.tokens.count < 0 || paid.worker_part < Nanoton{} || paid.commission < Nanoton{})
    return Error(PaymentReason::BadAmount, "what is settled can't be negative");
  const Metered missing = missing_of(at(worker), {paid.tokens, paid.worker_part});
  const Metered own = missing_of(at(kCommission), {paid.tokens, paid.commission});
  const AccountId client = TRY(open_account(now, AccountKind::Client, kLostParty));
  return book_missing(now, client, worker, transaction,
                      {std::max(missing.tokens, own.tokens), missing.amount, own.amount});
}

// As charges that are on disk already: should the disk lose them, the chain tells of them again.
Result<void> Ledger::book_missing(base::Now now, AccountId client, AccountId worker,
                                  const base::Bits256& transaction, const Payout& missing) {
  const auto amount = base::checked_add(missing.worker_part, missing.commission);
  if (!amount || !base::checked_add(-at(client).balance, *amount) ||
      !has_room(at(client), missing.tokens, *amount) ||
      !has_room(at(worker), missing.tokens, missing.worker_part) ||
      !has_room(at(kCommission), missing.tokens, missing.commission))
    return Error(PaymentReason::AmountOverflow, "what the books have missed is too large to count");
  LedgerEntry entry;
  entry.kind = EntryKind::Charged;
  entry.at = now.wall;
  entry.account = client;
  entry.worker = worker;
  entry.reference = crypto::sha256({base::as_bytes("cocoon caught up 1"), transaction});
  std::int64_t left = missing.tokens.count;
  do {
    const std::int64_t tokens = std::min(left, kMaxRequestTokens);
    left -= tokens;
    entry.tokens.prompt.count = entry.tokens.total.count = tokens;
    if (left == 0) entry.amount = *amount, entry.worker_part = missing.worker_part;
    move_charge(entry);
    record(entry);
    const Unpersisted charge = unpersisted_.back();
    unpersisted_.pop_back();
    add(at(charge.client).on_disk, charge.tokens, charge.amount);
    add(at(charge.worker).on_disk, charge.tokens, charge.worker_part);
    add(at(kCommission).on_disk, charge.tokens, charge.amount - charge.worker_part);
  } while (left > 0);
  return {};
}

}  // namespace cocoon::payment
