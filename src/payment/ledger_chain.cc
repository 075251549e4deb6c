// What the chain reports, booked: withdrawals, charges that were settled, workers' pay.
#include <string>
#include <utility>

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
  if (amount > account.balance + account.unsettled() || amount > -at(kOutside).balance)
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
  if (charged.amount > account.balance + account.unsettled())
    return not_covered("a client was charged more");
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

}  // namespace cocoon::payment
