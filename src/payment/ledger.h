// Ledger: the books of one proxy. Who was credited, what running requests hold back, who was
// charged, who earned it.
//
// Rules, each held after every operation:
//  - the balances of all accounts add up to zero;
//  - no request is admitted that its client's balance does not cover; only a withdrawal on the
//  chain makes a balance negative, and never by more than what is not settled yet;
//  - a request is charged at most once, never above its reservation, at the prices it was admitted
//  at;
//  - metered >= on disk >= on chain, for every account, and none of them ever falls;
//  - repeating an operation (same deposit id, same request) has no second effect, within the limits
//  of limits.h.
// Every change of the books is a LedgerEntry. poll_batch() hands entries and the accounts they
// changed to whoever stores them, in one atomic step; handle_persisted() says that they are safe.
// What a peer may rely on (the final part of an answer, a signed payment) waits until
// durable_sequence() has reached its entry. Reservations are not stored: after a crash no request
// is running.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/nanoton.h"
#include "base/result.h"
#include "base/time.h"
#include "payment/account.h"
#include "payment/entry.h"
#include "payment/limits.h"
#include "payment/pricing.h"
#include "payment/reason.h"
#include "payment/request_table.h"

namespace cocoon::payment {

struct LedgerOptions {
  std::uint64_t hash_seed = 0;  // random in production
  std::size_t finished_limit = kFinishedRequests;
  base::Duration finished_age = kFinishedAge;
};

// What must be stored together: the entries in order, and every account they changed as it is after
// the last of them.
struct LedgerBatch {
  std::vector<LedgerEntry> entries;
  std::vector<Account> accounts;
  std::uint64_t last_sequence = 0;
};

// Stored books: all accounts, and in ascending order every permanent entry (is_permanent), all
// entries since the newest epoch, and all of the window in which finished requests are remembered.
// Older ones may be gone.
struct LedgerSnapshot {
  std::vector<Account> accounts;
  std::vector<LedgerEntry> entries;
};

enum class Repeat { First, Repeated };

// A point of the books that seals everything before it: the digest of its entry covers all entries
// up to it and all accounts as they were. What a mark on the chain names.
struct Epoch {
  std::uint32_t number = 0;  // from 1, growing; 0: none yet
  std::uint64_t sequence = 0;
  base::Bits256 digest{};
};

// What a request cost. `repeat` tells whether this call charged it or an earlier one.
struct Charge {
  std::uint64_t sequence = 0;  // durable when durable_sequence() has reached it
  AdjustedTokens tokens;       // billed
  base::TokenCount
      excess;            // reported above the reservation, not billed: 0 unless the bill was capped
  base::Nanoton amount;  // the client pays
  base::Nanoton worker_part;  // of which the worker earns
  Repeat repeat = Repeat::First;
};

class Ledger {
 public:
  explicit Ledger(const LedgerOptions& options);
  // Takes over stored books, or refuses them: books_damaged (order, ids, kinds, amounts),
  // books_unbalanced, books_digest_mismatch, books_stale (an account is not the one that its newest
  // entry or the newest epoch left).
  static base::Result<Ledger> restore(const LedgerOptions& options, LedgerSnapshot snapshot,
                                      base::Now now);

  // The account of a client or worker, opened if it is new. Refuses bad_party, wrong_account_kind,
  // too_many_accounts.
  base::Result<AccountId> open_account(base::Now now, AccountKind kind, std::string_view party);
  std::optional<AccountId> find_account(AccountKind kind, std::string_view party) const;

  // Adds credit once per deposit id, however often it is called. Refuses bad_amount (not positive),
  // amount_overflow, unknown_account, wrong_account_kind, too_many_deposits.
  base::Result<Repeat> credit(base::Now now, AccountId client, const base::Bits256& deposit,
                              base::Nanoton amount);

  // What happened on the chain, each once per `transaction` (the hash of the one that says so),
  // which shares its space of names with deposits. All refuse bad_amount (negative), not_covered,
  // unknown_account, wrong_account_kind, too_many_deposits.
  //
  // Coins went back to the client.
  base::Result<Repeat> withdraw(base::Now now, AccountId client, const base::Bits256& transaction,
                                base::Nanoton amount);
  // `charged` more was charged to the client's channel. Also refuses chain_ahead.
  base::Result<Repeat> settle_charge(base::Now now, AccountId client,
                                     const base::Bits256& transaction, const Metered& charged);
  // The worker was paid its part, and the commission its own. Also refuses chain_ahead.
  struct Payout {
    base::TokenCount tokens;
    base::Nanoton worker_part;
    base::Nanoton commission;
  };
  base::Result<Repeat> settle_payout(base::Now now, AccountId worker,
                                     const base::Bits256& transaction, const Payout& payout);

  // For books that were lost in part: `settled` has happened on the chain, though it was never
  // metered here. Books what is missing as a charge, safe by the chain's word, from or to an
  // account of its own (kLostParty), so that the settlement can be booked. Refuses bad_amount,
  // amount_overflow, too_many_tokens, unknown_account, wrong_account_kind, too_many_accounts.
  base::Result<void> catch_up_charge(base::Now now, AccountId client,
                                     const base::Bits256& transaction, const Metered& settled);
  base::Result<void> catch_up_payout(base::Now now, AccountId worker,
                                     const base::Bits256& transaction, const Payout& settled);

  // Begins a new epoch, numbered above all before it and not below `at_least`.
  Epoch begin_epoch(base::Now now, std::uint32_t at_least = 1);
  const Epoch& newest_epoch() const { return newest_epoch_; }
  // The digest of that epoch's entry, if the books have it.
  std::optional<base::Bits256> epoch_digest(std::uint32_t number) const;

  // Holds what `worst_case` tokens cost, and answers with that amount. Refuses insufficient_funds
  // (the message names the missing amount), already_reserved, already_charged, already_refunded,
  // too_many_requests, disk_behind, unknown_account, wrong_account_kind, bad_tariff,
  // negative_tokens, too_many_tokens, amount_overflow.
  base::Result<base::Nanoton> reserve(const RequestKey& request, base::TokenCount worst_case,
                                      const Tariff& tariff);
  // Ends a request with a charge, in one entry: the hold is released, client, worker and commission
  // move together. Usage above the reservation is billed to nobody and said so in `excess`. A
  // repeated commit answers with the first charge. Refuses unknown_request, already_refunded,
  // unknown_account, wrong_account_kind, and counts that check_reported() refuses; the reservation
  // then stays, to be refunded.
  base::Result<Charge> commit(base::Now now, const RequestKey& request, AccountId worker,
                              const AdjustedTokens& reported);
  // Ends a request that costs nothing; repeated, it does nothing. Refuses unknown_request,
  // already_charged.
  base::Result<Repeat> refund(base::Now now, const RequestKey& request);

  // How a request has ended: what it was billed, nothing at all if it was refunded. Nothing is
  // returned while it is running. A request that is not known can't begin any more, as if refunded;
  // that alone is not kept on disk.
  std::optional<AdjustedTokens> end(base::Now now, const RequestKey& request);

  // What has changed since the last call; nothing if nothing has.
  std::optional<LedgerBatch> poll_batch();
  // All entries up to `sequence`, which poll_batch() has handed out, are on disk.
  void handle_persisted(std::uint64_t sequence);

  const Account& account(AccountId id) const;
  const std::vector<Account>& accounts() const { return accounts_; }
  // Nothing if the request is not running.
  const Reservation* reservation(const RequestKey& request) const;
  std::size_t open_requests() const { return reservations_.size(); }
  // The newest entry, and the newest that is known to be on disk.
  std::uint64_t sequence() const { return sequence_; }
  std::uint64_t durable_sequence() const { return durable_sequence_; }
  // Digest of all entries up to sequence().
  const base::Bits256& digest() const { return digest_; }

 private:
  // What an entry that is not yet on disk adds to the `on_disk` counters.
  struct Unpersisted {
    std::uint64_t sequence;
    AccountId client;
    AccountId worker;
    base::TokenCount tokens;
    base::Nanoton amount;
    base::Nanoton worker_part;
  };

  using Reservations = std::unordered_map<RequestKey, Reservation, SeededHash>;

  Ledger(const LedgerOptions& options, std::vector<Account> accounts);
  base::Result<void> check_account(AccountId id, AccountKind kind) const;
  base::Result<void> check_new_request(const RequestKey& request) const;
  base::Result<void> check_token_room(base::TokenCount tokens) const;
  // First or Repeated, if the chain's entry may be booked; see withdraw().
  base::Result<Repeat> check_transaction(AccountId id, AccountKind kind,
                                         const base::Bits256& transaction) const;
  void book_transaction(LedgerEntry entry);
  base::Result<void> take_accounts();
  base::Result<void> check_epoch(const std::vector<LedgerEntry>& entries) const;
  base::Result<void> take_entries(const std::vector<LedgerEntry>& entries);
  // What is wrong with a stored account or entry; empty if nothing is.
  std::string_view take_account(Account& account, std::size_t place);
  std::string_view take_entry(const LedgerEntry& entry);
  std::string_view take_epoch(const LedgerEntry& entry);
  void release(Reservations::iterator found);
  void move_charge(const LedgerEntry& entry);
  std::uint64_t record(LedgerEntry entry);
  base::Result<void> book_missing(base::Now now, AccountId client, AccountId worker,
                                  const base::Bits256& transaction, const Payout& missing);
  Epoch write_epoch(base::WallTime at, std::uint32_t number);
  void touch(AccountId id);
  Account& at(AccountId id) { return accounts_[id.index]; }

  std::vector<Account> accounts_;  // by AccountId::index
  std::map<std::string, AccountId, std::less<>> clients_;
  std::map<std::string, AccountId, std::less<>> workers_;
  std::unordered_set<base::Bits256, SeededHash> deposits_;  // and transactions of the chain
  Reservations reservations_;
  FinishedRequests finished_;

  std::uint64_t sequence_ = 0;
  std::uint64_t polled_sequence_ = 0;
  std::uint64_t durable_sequence_ = 0;
  base::Bits256 digest_;
  std::vector<LedgerEntry> unpolled_;
  std::vector<AccountId> changed_;  // since the last poll, each once
  std::vector<bool> is_changed_;
  std::deque<Unpersisted> unpersisted_;

  std::uint64_t seed_;
  std::map<std::uint32_t, base::Bits256> epochs_;  // by number
  Epoch newest_epoch_;
  std::vector<base::Bits256> sealed_;  // of each account, as the newest epoch sealed it
};

// The party of the accounts that stand for whoever was forgotten: a client that never pays, a
// worker that nobody knows.
inline constexpr std::string_view kLostParty = "lost";

}  // namespace cocoon::payment
