// What a client sends to its channel, and when.
#include "payment/chain/client_channel.h"

#include <algorithm>
#include <utility>

#include "payment/chain/bodies.h"

namespace cocoon::payment::chain {

using base::Nanoton;

ClientChannel::ClientChannel(ChannelTerms terms)
    : terms_(std::move(terms)),
      contract_(terms_.contracts.client_address(terms_.wallet, terms_.proxy)) {}

void ClientChannel::handle_current(base::Now now, const ton::ProvenAccount& account) {
  account_.reset();
  if (account.account && account.account->status == ton::AccountStatus::Active) {
    auto parsed = parse_client_account(account.account->state.data);
    if (parsed) {
      account_ = *parsed;
    } else {
      problem_ = parsed.error().message();
    }
  }
  known_ = true;
  chain_time_ = account.gen_utime;
  plan(now);
}

void ClientChannel::handle_registration_asked(base::Now now, std::uint64_t nonce) {
  nonce_ = nonce;
  plan(now);
}

void ClientChannel::handle_used(base::Now now, base::TokenCount tokens) {
  used_ = std::max(used_, tokens);
  plan(now);
}

void ClientChannel::handle_close(base::Now now) {
  closing_ = true;
  plan(now);
}

void ClientChannel::handle_time(base::Now now) { plan(now); }

void ClientChannel::handle_sent(base::Now now, std::uint64_t id) {
  if (!pending_ || pending_->wait.id() != id) return;
  if (pending_->nonce == nonce_) nonce_.reset();
  pending_->wait.handle_sent(now);
  plan(now);
}

void ClientChannel::handle_not_sent(base::Now now, std::uint64_t id, const base::Error& error) {
  if (!pending_ || pending_->wait.id() != id) return;
  problem_ = error.message();
  pending_->wait.handle_not_sent(now);
}

std::optional<ChainOrder> ClientChannel::poll_order() {
  if (orders_.empty()) return std::nullopt;
  ChainOrder order = std::move(orders_.front());
  orders_.pop_front();
  return order;
}

std::optional<base::Instant> ClientChannel::poll_deadline() const {
  return pending_ ? pending_->wait.deadline() : std::nullopt;
}

Nanoton ClientChannel::deposited() const {
  if (!account_) return {};
  const auto charged = base::checked_multiply(terms_.price_per_token, account_->tokens.count);
  const auto sum = charged ? base::checked_add(account_->balance, *charged) : std::nullopt;
  return sum.value_or(account_->balance);
}

bool ClientChannel::reached(const Goal& goal) const {
  if (goal.deposited && deposited() < *goal.deposited) return false;
  if (goal.secret && (!account_ || account_->secret_hash != terms_.secret_hash)) return false;
  return !goal.left || (account_ && account_->state != *goal.left);
}

// Less than half a deposit is left, and another one stays within the limit.
bool ClientChannel::wants_deposit() const {
  const auto next = base::checked_add(deposited(), terms_.deposit);
  if (!next || *next > terms_.limit) return false;
  if (!account_) return true;
  const std::int64_t open_tokens = std::max<std::int64_t>(used_.count - account_->tokens.count, 0);
  const auto owed = base::checked_multiply(terms_.price_per_token, open_tokens);
  return !owed || account_->balance - *owed < Nanoton(terms_.deposit.count() / 2);
}

ton::Transfer ClientChannel::to_contract(Nanoton amount, ton::CellRef body) const {
  const Nanoton value = kMessageValues.request + amount;
  if (account_) return transfer_to(contract_, value, std::move(body), nullptr);
  const ton::StateInit state = terms_.contracts.client_state(terms_.wallet, terms_.proxy);
  return transfer_to(contract_, value, std::move(body), &state);
}

void ClientChannel::plan_open(std::vector<ton::Transfer>& transfers, Goal& goal) const {
  if (account_ && account_->state != ContractState::Normal) return;
  const auto query = static_cast<std::uint64_t>(deposited().count());
  const Envelope envelope{query, terms_.wallet};
  const bool has_secret = account_ && account_->secret_hash == terms_.secret_hash;
  const Nanoton deposit = wants_deposit() ? terms_.deposit : Nanoton{};
  if (deposit > Nanoton{}) {
    goal.deposited = deposited() + deposit;
    goal.secret = !has_secret;
    transfers.push_back(to_contract(
        deposit, has_secret
                     ? client_top_up(envelope, deposit)
                     : client_change_secret_and_top_up(envelope, deposit, terms_.secret_hash)));
  } else if (account_ && !has_secret) {
    goal.secret = true;
    transfers.push_back(to_contract({}, client_change_secret(envelope, terms_.secret_hash)));
  }
  // A contract that does not stand and may not be paid for has nothing to register.
  if (nonce_ && (account_ || !transfers.empty())) {
    transfers.push_back(transfer_to(contract_, kMessageValues.request,
                                    client_register(envelope, *nonce_), nullptr));
  }
}

void ClientChannel::plan_close(std::vector<ton::Transfer>& transfers, Goal& goal) const {
  if (!account_ || account_->state == ContractState::Closed) return;
  if (account_->state == ContractState::Closing && chain_time_ <= account_->unlock_at) return;
  goal.left = account_->state;
  transfers.push_back(to_contract({}, client_request_refund({account_->unlock_at, terms_.wallet})));
}

void ClientChannel::plan(base::Now now) {
  if (!known_) return;
  if (pending_ && pending_->wait.is_sent() && reached(pending_->goal)) {
    pending_.reset();
    attempt_ = 0;
    problem_.clear();
  }
  if (pending_) {
    if (pending_->wait.waits(now)) return;
    pending_.reset();
    ++attempt_;
  }
  std::vector<ton::Transfer> transfers;
  Goal goal;
  if (closing_) {
    plan_close(transfers, goal);
  } else {
    plan_open(transfers, goal);
  }
  if (transfers.empty()) return;
  const std::string purpose = closing_ ? "close" : goal.deposited ? "deposit" : "register";
  const std::uint64_t number = static_cast<std::uint64_t>(deposited().count()) ^ nonce_.value_or(0);
  const auto id = order_id(purpose, contract_, closing_ ? account_->unlock_at : number, attempt_);
  pending_ = Pending{OrderWait(id), goal, nonce_};
  orders_.push_back({{id, std::move(transfers)}, purpose});
}

}  // namespace cocoon::payment::chain
