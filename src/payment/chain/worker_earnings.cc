// When a worker has itself paid.
#include "payment/chain/worker_earnings.h"

#include <utility>

namespace cocoon::payment::chain {

WorkerEarnings::WorkerEarnings(EarningsTerms terms)
    : terms_(std::move(terms)),
      contract_(terms_.contracts.worker_address(terms_.owner, terms_.proxy)) {}

void WorkerEarnings::handle_current(base::Now now, const ton::ProvenAccount& account) {
  account_.reset();
  if (account.account && account.account->status == ton::AccountStatus::Active) {
    auto parsed = parse_worker_account(account.account->state.data);
    if (parsed) {
      account_ = *parsed;
    } else {
      problem_ = parsed.error().message();
    }
  }
  known_ = true;
  plan(now);
}

base::Result<void> WorkerEarnings::handle_payment(base::Now now, base::BytesView boc) {
  ton::SignedPayment payment = TRY(ton::parse_signed_payment(boc));
  if (payment.order.op != ton::PaymentOp::WorkerPayout) {
    return base::Error(ton::TonError::PaymentForm, "The proxy's payment is not a worker's pay.");
  }
  if (payment.order.tokens <= promised()) return {};
  TRY(ton::verify_payment(payment, terms_.proxy.public_key, contract_));
  payment.excesses = terms_.wallet;
  best_ = std::move(payment);
  plan(now);
  return {};
}

void WorkerEarnings::handle_settle_now(base::Now now) {
  settle_ = true;
  plan(now);
}

void WorkerEarnings::handle_time(base::Now now) { plan(now); }

void WorkerEarnings::handle_sent(base::Now now, std::uint64_t id) {
  if (!pending_ || pending_->wait.id() != id) return;
  pending_->wait.handle_sent(now);
  plan(now);
}

void WorkerEarnings::handle_not_sent(base::Now now, std::uint64_t id, const base::Error& error) {
  if (!pending_ || pending_->wait.id() != id) return;
  problem_ = error.message();
  pending_->wait.handle_not_sent(now);
  settle_ = false;
}

void WorkerEarnings::plan(base::Now now) {
  if (!known_) return;
  if (pending_ && paid() >= pending_->tokens) {
    pending_.reset();
    attempt_ = 0;
    problem_.clear();
  }
  if (pending_) {
    if (pending_->wait.waits(now)) return;
    pending_.reset();
    ++attempt_;
  }
  const std::int64_t unpaid = promised().count - paid().count;
  if (unpaid <= 0) {
    settle_ = false;
    return;
  }
  const auto due = base::checked_multiply(terms_.fee_per_token, unpaid);
  if (!settle_ && due && *due < terms_.payout_at) return;
  const ton::StateInit state = terms_.contracts.worker_state(terms_.owner, terms_.proxy);
  const auto tokens = promised();
  const auto id = order_id("payout", contract_, static_cast<std::uint64_t>(tokens.count), attempt_);
  pending_ = Pending{OrderWait(id), tokens};
  orders_.push_back({{id,
                      {transfer_to(contract_, kMessageValues.request, ton::payment_message(*best_),
                                   account_ ? nullptr : &state)}},
                     "payout"});
}

std::optional<ChainOrder> WorkerEarnings::poll_order() {
  if (orders_.empty()) return std::nullopt;
  ChainOrder order = std::move(orders_.front());
  orders_.pop_front();
  return order;
}

std::optional<base::Instant> WorkerEarnings::poll_deadline() const {
  return pending_ ? pending_->wait.deadline() : std::nullopt;
}

}  // namespace cocoon::payment::chain
