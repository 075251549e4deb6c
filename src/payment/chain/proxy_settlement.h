// ProxySettlement: a proxy's side of the chain. It learns from its contract's transactions who
// deposited, took back and was charged, books that in the ledger, and decides when to charge
// clients, pay workers and draw the commission.
//
// After a restart the contract's transactions are handed in again: from the first one, or from
// where a memory ends that was kept with the ledger. The ledger books each once. An order that a
// crash leaves behind is given again under the same id. The chain alone decides what happened: an
// order that was sent counts only when its effect is seen.
//
// It marks the ledger's epochs on the chain, one at every start and more as usage grows. A mark
// that the ledger does not know says that the disk was put back to an older state, or that a copy
// of it has gone on elsewhere: then no client is served and nothing is signed until somebody
// decides.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "crypto/ed25519.h"
#include "payment/chain/notices.h"
#include "payment/chain/order.h"
#include "payment/chain/outlook.h"
#include "payment/chain/record.h"
#include "payment/chain/settlement_memory.h"
#include "payment/chain/waiting.h"
#include "payment/ledger.h"
#include "ton/proofs.h"
#include "ton/signed_payment.h"

namespace cocoon::payment::chain {

struct SettlementTerms {
  ton::NetworkContracts contracts;
  ton::ProxyIdentity proxy;
  ton::Address owner;   // of the proxy contract
  ton::Address wallet;  // sends the orders, and gets back what they don't use
  base::Nanoton price_per_token;
  base::Nanoton min_proxy_stake;
  SettlementRules rules = {};
};

// A client proved itself by a message on the chain.
struct Registration {
  ton::Address owner;
  std::uint64_t nonce = 0;
};

class ProxySettlement {
 public:
  // `ledger` and `key` outlive it.
  ProxySettlement(SettlementTerms terms, Ledger& ledger, const crypto::Ed25519PrivateKey& key);

  // What memory() gave to an earlier process, before anything is handed in. Refuses one of another
  // contract (memory_damaged) and what the ledger refuses (too_many_accounts, bad_party), and has
  // learnt nothing then: all transactions are to be handed in.
  base::Result<void> restore(base::Now now, SettlementMemory memory);
  // As of the last transaction that was handed in, `cursor`. Nothing while the books are behind or
  // have not taken something: whoever starts again shall find out again.
  std::optional<SettlementMemory> memory(const ton::TransactionName& cursor) const;

  // Transactions of the proxy contract, from the first one on or from the memory's end, in order.
  void handle_transaction(base::Now now, const ton::Transaction& transaction);
  // All of them are handed in up to this state of the contract.
  void handle_current(base::Now now, const ton::ProvenAccount& account);
  void handle_time(base::Now now);
  // Settles everything that can be, however little it is.
  void handle_settle_now(base::Now now);
  // The wallet sent the order's messages, or never will.
  void handle_sent(base::Now now, std::uint64_t id);
  void handle_not_sent(base::Now now, std::uint64_t id, const base::Error& error);

  std::optional<ChainOrder> poll_order();
  std::optional<Registration> poll_registration();
  std::optional<base::Instant> poll_deadline() const;

  // The contract stands, is open and has its stake, and this start's epoch is marked there:
  // deposits are taken. Never while the books are behind.
  bool is_open() const { return open_ && !behind_ && start_epoch_ > 0 && marked_ >= start_epoch_; }
  // The chain has settled more than these books have metered, or knows an epoch that they don't:
  // the disk was put back to an older state. Whoever goes on would give away what was used since.
  bool is_behind() const { return behind_; }
  // The newest epoch that the chain knows; 0 if none.
  std::uint32_t marked_epoch() const { return std::max(marked_, lost_); }
  bool is_settling() const { return settle_ == Settle::Everything; }
  // Of a client's or worker's account.
  Outlook outlook(const Account& account) const;
  // Nothing for owners whose contract has never spoken.
  const Channel* channel(const ton::Address& owner) const;
  const std::map<ton::Address, Channel>& channels() const { return channels_; }
  const Records& records() const { return records_; }
  std::size_t orders_open() const { return pending_.size(); }
  // Handed in to this process.
  std::uint64_t transactions() const { return transactions_; }
  const std::optional<ProxyAccount>& account() const { return account_; }
  // The last thing that went wrong, for people; empty if nothing did. While the books are behind:
  // that, and what to do.
  std::string problem() const { return behind_ ? loss() : problem_; }

 private:
  enum class Purpose { Deploy, Stake, Mark, Charge, Grant, Payout, Withdraw };
  // Of one kind, for one contract; at most one at a time.
  using Slot = std::pair<Purpose, ton::Address>;
  struct Pending {
    OrderWait wait;
    std::uint32_t attempt = 0;
  };

  void take(base::Now now, const ton::Transaction& transaction, const ClientReport& report);
  void take(base::Now now, const ton::Transaction& transaction, const WorkerReport& report);
  void take(base::Now now, const ton::Transaction& transaction, const CommissionWithdrawn& out);
  void take(base::Now now, const ton::Transaction& transaction, const MarkSeen& seen);
  void book_refund(base::Now now, const ton::Transaction& transaction, const ClientReport& report,
                   const base::Bits256& reference, base::Nanoton amount);
  void book_untold_charge(base::Now now, const ton::Transaction& transaction,
                          const ClientReport& report);
  void keep(const ton::Transaction& transaction, Record record);
  void note(const base::Error& error);
  void note_unbooked(const base::Error& error);
  base::Result<Repeat> settle(base::Now now, AccountId client, const base::Bits256& reference,
                              const Metered& charged);
  base::Result<Repeat> settle(base::Now now, AccountId worker, const base::Bits256& reference,
                              const Ledger::Payout& paid);
  bool may_catch_up(const base::Result<Repeat>& booked) const;
  std::string loss() const;

  void plan(base::Now now);
  void plan_contract(base::Now now);
  void plan_epoch(base::Now now);
  bool epoch_is_due(base::Now now) const;
  void plan_charge(base::Now now, const Channel& channel);
  Outlook client_outlook(const Account& account) const;
  Outlook worker_outlook(const Account& account) const;
  void plan_payout(base::Now now, const Account& worker);
  void plan_withdrawal(base::Now now);
  base::Nanoton earned() const;
  std::int64_t payable_tokens(const Account& worker) const;
  void order(base::Now now, Purpose purpose, const ton::Address& contract, std::uint64_t number,
             std::vector<ton::Transfer> transfers);
  ton::Transfer signed_transfer(ton::PaymentOp op, const ton::Address& contract,
                                base::TokenCount tokens, const ton::StateInit* state) const;
  void finish(Purpose purpose, const ton::Address& contract);

  SettlementTerms terms_;
  Ledger& ledger_;
  const crypto::Ed25519PrivateKey& key_;
  std::map<ton::Address, Channel> channels_;               // by owner
  std::map<ton::Address, ton::Address> worker_contracts_;  // by owner; those that stand
  std::optional<ProxyAccount> account_;
  std::uint64_t transactions_ = 0;
  bool unbooked_ = false;  // the books have refused what a transaction says
  bool current_ = false;   // the whole history is handed in
  bool fresh_ = false;     // `account_` is as of the newest transaction
  bool open_ = false;
  bool behind_ = false;
  Settle settle_ = Settle::WhatIsWorthIt;
  std::uint32_t marked_ = 0;       // the newest of the ledger's epochs that the chain knows
  std::uint32_t lost_ = 0;         // the newest that only the chain knows
  std::uint32_t start_epoch_ = 0;  // begun by this process; 0: not yet
  base::Instant epoch_begun_{};
  base::TokenCount epoch_tokens_;  // metered in all when the newest epoch began
  std::map<Slot, Pending> pending_;
  std::deque<ChainOrder> orders_;
  std::deque<Registration> registrations_;
  Records records_;
  std::string problem_;
};

}  // namespace cocoon::payment::chain
