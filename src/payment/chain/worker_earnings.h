// WorkerEarnings: a worker's side of one proxy. Keeps the proxy's newest signed word on what was
// earned, and has it paid out when that is worth its fees or when asked for.
//
// A word that is not signed by this proxy for this worker's contract, or that is no newer, changes
// nothing. A proxy that could not pay keeps owing: the same word is sent again later.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/time.h"
#include "payment/chain/accounts.h"
#include "payment/chain/order.h"
#include "payment/chain/waiting.h"
#include "ton/proofs.h"
#include "ton/signed_payment.h"

namespace cocoon::payment::chain {

struct EarningsTerms {
  ton::NetworkContracts contracts;
  ton::ProxyIdentity proxy;
  ton::Address owner;   // is paid
  ton::Address wallet;  // sends the orders
  base::Nanoton fee_per_token;
  base::Nanoton payout_at{10 * base::kNanotonsPerTon};
};

class WorkerEarnings {
 public:
  explicit WorkerEarnings(EarningsTerms terms);

  const ton::Address& contract() const { return contract_; }

  // The worker contract's state, whenever it has changed.
  void handle_current(base::Now now, const ton::ProvenAccount& account);
  // A proxy.signedPayment's bag of cells. Refuses what ton/signed_payment.h refuses, and payments
  // of another kind (payment_form).
  base::Result<void> handle_payment(base::Now now, base::BytesView payment);
  void handle_settle_now(base::Now now);
  void handle_time(base::Now now);
  void handle_sent(base::Now now, std::uint64_t id);
  void handle_not_sent(base::Now now, std::uint64_t id, const base::Error& error);

  std::optional<ChainOrder> poll_order();
  std::optional<base::Instant> poll_deadline() const;

  base::TokenCount promised() const { return best_ ? best_->order.tokens : base::TokenCount{}; }
  base::TokenCount paid() const { return account_ ? account_->tokens : base::TokenCount{}; }
  const std::string& problem() const { return problem_; }

 private:
  struct Pending {
    OrderWait wait;
    base::TokenCount tokens;
  };
  void plan(base::Now now);

  EarningsTerms terms_;
  ton::Address contract_;
  std::optional<WorkerAccount> account_;
  bool known_ = false;  // the contract was looked at
  bool settle_ = false;
  std::optional<ton::SignedPayment> best_;
  std::uint32_t attempt_ = 0;
  std::optional<Pending> pending_;
  std::deque<ChainOrder> orders_;
  std::string problem_;
};

}  // namespace cocoon::payment::chain
