// What the chain says, booked; and what to send, decided.
#include "payment/chain/proxy_settlement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/hash.h"

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;
using base::TokenCount;

// A transaction that books two things gives the second a name of its own.
base::Bits256 second_reference(const base::Bits256& transaction) {
  return crypto::sha256({base::as_bytes("cocoon second entry 1"), transaction});
}

std::string party_of(const ton::Address& owner) { return ton::to_raw_text(owner); }

std::optional<ton::Address> owner_of(const Account& account) {
  const auto owner = ton::parse_raw_address(account.party);
  return owner ? std::optional(*owner) : std::nullopt;
}

TokenCount unsettled_tokens(const Account& account) {
  return {account.on_disk.tokens.count - account.on_chain.tokens.count};
}

// An order that had no effect in time is in nobody's way: it is given again, or no longer needed.
template <class Orders, class Wanted>
bool any_waits(const Orders& orders, base::Now now, Wanted wanted) {
  return std::ranges::any_of(orders, [&](const auto& entry) {
    return wanted(entry.first.first) && entry.second.wait.waits(now);
  });
}

// Names the step from what is settled to what is owed: another one has another name.
std::uint64_t step_of(const Account& account) {
  return static_cast<std::uint64_t>(account.on_disk.tokens.count) * 0x9e3779b97f4a7c15 +
         static_cast<std::uint64_t>(account.on_chain.tokens.count);
}

}  // namespace

std::string_view record_kind_name(RecordKind kind) {
  switch (kind) {
    case RecordKind::Deposit:
      return "deposit";
    case RecordKind::Charge:
      return "charge";
    case RecordKind::Refund:
      return "refund";
    case RecordKind::Payout:
      return "payout";
    case RecordKind::Commission:
      return "commission";
  }
  CHECK(false);
}

ProxySettlement::ProxySettlement(SettlementTerms terms, Ledger& ledger,
                                 const crypto::Ed25519PrivateKey& key)
    : terms_(std::move(terms)), ledger_(ledger), key_(key) {}

const Channel* ProxySettlement::channel(const ton::Address& owner) const {
  const auto found = channels_.find(owner);
  return found == channels_.end() ? nullptr : &found->second;
}

base::Result<void> ProxySettlement::restore(base::Now now, SettlementMemory memory) {
  if (memory.contract != terms_.proxy.contract)
    return base::Error(PaymentReason::MemoryDamaged, "it is of another contract");
  for (auto& [owner, channel] : memory.channels)
    channel.account = TRY(ledger_.open_account(now, AccountKind::Client, party_of(owner)));
  channels_ = std::move(memory.channels);
  worker_contracts_ = std::move(memory.worker_contracts);
  records_ = std::move(memory.records);
  marked_ = memory.marked;
  lost_ = memory.lost;
  behind_ = lost_ > terms_.rules.accept_loss;
  return {};
}

std::optional<SettlementMemory> ProxySettlement::memory(const ton::TransactionName& cursor) const {
  if (behind_ || unbooked_) return std::nullopt;
  return SettlementMemory{.contract = terms_.proxy.contract,
                          .cursor = cursor,
                          .channels = channels_,
                          .worker_contracts = worker_contracts_,
                          .marked = marked_,
                          .lost = lost_,
                          .records = records_};
}

// ---- What the chain says ----

void ProxySettlement::handle_transaction(base::Now now, const ton::Transaction& transaction) {
  const auto notice = read_notice(terms_.contracts, terms_.proxy, terms_.owner, transaction);
  fresh_ = false;
  ++transactions_;
  if (!notice) return;
  std::visit([&](const auto& said) { take(now, transaction, said); }, *notice);
}

void ProxySettlement::take(base::Now now, const ton::Transaction& transaction,
                           const ClientReport& report) {
  const auto opened = ledger_.open_account(now, AccountKind::Client, party_of(report.owner));
  if (!opened) return note_unbooked(opened.error());
  Channel& channel = channels_[report.owner];
  channel.account = *opened;
  channel.contract = report.contract;
  channel.state = report.state;
  channel.balance = report.balance;
  channel.stake = report.stake;
  channel.secret_hash = report.secret_hash;
  const auto book = [&](const base::Result<Repeat>& booked, const Record& record) {
    if (!booked) return note_unbooked(booked.error());
    keep(transaction, record);
  };
  if (const auto* deposit = std::get_if<ToppedUp>(&report.event)) {
    book(ledger_.credit(now, *opened, transaction.hash, deposit->amount),
         {.kind = RecordKind::Deposit, .party = report.owner, .amount = deposit->amount});
  } else if (const auto* restored = std::get_if<Restored>(&report.event)) {
    book(ledger_.credit(now, *opened, transaction.hash, restored->amount),
         {.kind = RecordKind::Deposit, .party = report.owner, .amount = restored->amount});
  } else if (const auto* refund = std::get_if<Refunded>(&report.event)) {
    book_refund(now, transaction, report, transaction.hash, refund->amount);
  } else if (const auto* charged = std::get_if<Charged>(&report.event)) {
    book(settle(now, *opened, transaction.hash, Metered{charged->tokens, charged->amount}),
         {.kind = RecordKind::Charge,
          .party = report.owner,
          .tokens = charged->tokens,
          .amount = charged->amount});
    book_refund(now, transaction, report, second_reference(transaction.hash), charged->refund);
    finish(Purpose::Charge, report.contract);
  } else if (const auto* registered = std::get_if<Registered>(&report.event)) {
    registrations_.push_back({report.owner, registered->nonce});
  } else if (std::holds_alternative<VoucherKeySet>(report.event)) {
    channel.has_voucher_key = true;
  }
  if (report.state == ContractState::Closed) finish(Purpose::Grant, report.contract);
  book_untold_charge(now, transaction, report);
}

// Contracts of the live network don't say what they charged; their count does.
void ProxySettlement::book_untold_charge(base::Now now, const ton::Transaction& transaction,
                                         const ClientReport& report) {
  const Channel& channel = channels_.at(report.owner);
  const Account& account = ledger_.account(channel.account);
  const std::int64_t tokens = report.tokens.count - account.on_chain.tokens.count;
  if (tokens <= 0 || std::holds_alternative<Charged>(report.event) || channel.has_voucher_key) {
    return;
  }
  const auto amount = base::checked_multiply(terms_.price_per_token, tokens);
  if (!amount) return;
  const auto booked =
      settle(now, channel.account, second_reference(transaction.hash), Metered{{tokens}, *amount});
  if (!booked) return note_unbooked(booked.error());
  keep(transaction,
       {.kind = RecordKind::Charge, .party = report.owner, .tokens = {tokens}, .amount = *amount});
  finish(Purpose::Charge, report.contract);
}

void ProxySettlement::book_refund(base::Now now, const ton::Transaction& transaction,
                                  const ClientReport& report, const base::Bits256& reference,
                                  Nanoton amount) {
  if (amount == Nanoton{}) return;
  const auto booked = ledger_.withdraw(now, channels_.at(report.owner).account, reference, amount);
  if (!booked) return note_unbooked(booked.error());
  keep(transaction, {.kind = RecordKind::Refund, .party = report.owner, .amount = amount});
}

void ProxySettlement::take(base::Now now, const ton::Transaction& transaction,
                           const WorkerReport& report) {
  worker_contracts_[report.owner] = report.contract;
  if (!report.paid) return;
  const auto opened = ledger_.open_account(now, AccountKind::Worker, party_of(report.owner));
  if (!opened) return note_unbooked(opened.error());
  const TokenCount before = ledger_.account(*opened).on_chain.tokens;
  const TokenCount paid{report.tokens.count - before.count};
  const auto booked =
      settle(now, *opened, transaction.hash,
             Ledger::Payout{paid, report.paid->worker_part, report.paid->proxy_part});
  if (!booked) return note_unbooked(booked.error());
  const Nanoton price = terms_.price_per_token;
  const Nanoton total = report.paid->worker_part + report.paid->proxy_part;
  keep(transaction, {.kind = RecordKind::Payout,
                     .party = report.owner,
                     .tokens = {price > Nanoton{} ? total.count() / price.count() : 0},
                     .amount = total,
                     .worker_part = report.paid->worker_part});
  finish(Purpose::Payout, report.contract);
}

void ProxySettlement::take(base::Now, const ton::Transaction& transaction,
                           const CommissionWithdrawn& out) {
  finish(Purpose::Withdraw, terms_.proxy.contract);
  if (out.amount > Nanoton{}) {
    keep(transaction,
         {.kind = RecordKind::Commission, .party = terms_.owner, .amount = out.amount});
  }
}

// Marks come in the order of their epochs, each after its entry is on this disk: one that these
// books don't have was made by others.
void ProxySettlement::take(base::Now, const ton::Transaction&, const MarkSeen& seen) {
  const std::uint32_t number = seen.mark.seqno;
  if (ledger_.epoch_digest(number) == seen.mark.session) {
    marked_ = std::max(marked_, number);
    if (marked_ == ledger_.newest_epoch().number) finish(Purpose::Mark, terms_.proxy.contract);
    return;
  }
  lost_ = std::max(lost_, number);
  if (number > terms_.rules.accept_loss) behind_ = true;
}

bool ProxySettlement::may_catch_up(const base::Result<Repeat>& booked) const {
  return !booked && booked.error().is(PaymentReason::ChainAhead) && terms_.rules.accept_loss > 0;
}

base::Result<Repeat> ProxySettlement::settle(base::Now now, AccountId client,
                                             const base::Bits256& reference,
                                             const Metered& charged) {
  auto booked = ledger_.settle_charge(now, client, reference, charged);
  if (!may_catch_up(booked)) return booked;
  TRY(ledger_.catch_up_charge(now, client, reference, charged));
  return ledger_.settle_charge(now, client, reference, charged);
}

base::Result<Repeat> ProxySettlement::settle(base::Now now, AccountId worker,
                                             const base::Bits256& reference,
                                             const Ledger::Payout& paid) {
  auto booked = ledger_.settle_payout(now, worker, reference, paid);
  if (!may_catch_up(booked)) return booked;
  TRY(ledger_.catch_up_payout(now, worker, reference, paid));
  return ledger_.settle_payout(now, worker, reference, paid);
}

std::string ProxySettlement::loss() const {
  const std::uint32_t newest = ledger_.newest_epoch().number;
  const std::string number = std::to_string(std::max({marked_, lost_, 1U}));
  const std::string what =
      lost_ > newest ? "the chain knows epoch " + number + " of this ledger, which ends at epoch " +
                           std::to_string(newest) + ": its disk was put back to an older state"
      : lost_ > 0 ? "the chain knows another epoch " + std::to_string(lost_) +
                        " than this ledger: a copy of it has gone on elsewhere"
                  : "more is settled on the chain than this ledger has metered: its disk was put "
                    "back to an older state";
  return what + ". No client is served. Stop this proxy and put the newest ledger in place; if " +
         "there is none, start it with accept_loss = " + number +
         ": it then goes on from what it has and what the chain has settled, and what was used " +
         "since and not charged is given away";
}

void ProxySettlement::keep(const ton::Transaction& transaction, Record record) {
  record.transaction = transaction.hash;
  record.lt = transaction.lt;
  record.at = transaction.now;
  records_.push_back(std::move(record));
  if (records_.size() > kRecordsKept) records_.pop_front();
}

void ProxySettlement::note(const base::Error& error) { problem_ = error.message(); }

// The next process shall read this transaction again, so none remembers having passed it.
void ProxySettlement::note_unbooked(const base::Error& error) {
  note(error);
  unbooked_ = true;
  if (error.is(PaymentReason::ChainAhead)) behind_ = true;
}

void ProxySettlement::handle_current(base::Now now, const ton::ProvenAccount& proven) {
  account_.reset();
  if (proven.account && proven.account->status == ton::AccountStatus::Active) {
    auto account = parse_proxy_account(proven.account->state.data);
    if (!account) {
      note(account.error());
    } else {
      account_ = *account;
    }
  }
  open_ = account_ && account_->state == ContractState::Normal &&
          account_->stake >= terms_.min_proxy_stake;
  if (account_) finish(Purpose::Deploy, terms_.proxy.contract);
  if (open_) finish(Purpose::Stake, terms_.proxy.contract);
  current_ = fresh_ = true;
  plan(now);
}

// ---- What to send ----

void ProxySettlement::handle_settle_now(base::Now now) {
  settle_ = Settle::Everything;
  if (!behind_) problem_.clear();
  for (auto& [slot, pending] : pending_) pending.wait.end_rest(now);
  plan(now);
}

void ProxySettlement::handle_time(base::Now now) { plan(now); }

std::optional<base::Instant> ProxySettlement::poll_deadline() const {
  std::optional<base::Instant> next;
  for (const auto& [slot, pending] : pending_) {
    const auto deadline = pending.wait.deadline();
    if (deadline) next = next ? std::min(*next, *deadline) : *deadline;
  }
  return next;
}

void ProxySettlement::handle_sent(base::Now now, std::uint64_t id) {
  for (auto& [slot, pending] : pending_) {
    if (pending.wait.id() == id) pending.wait.handle_sent(now);
  }
}

void ProxySettlement::handle_not_sent(base::Now now, std::uint64_t id, const base::Error& error) {
  for (auto& [slot, pending] : pending_) {
    if (pending.wait.id() != id) continue;
    note(error);
    pending.wait.handle_not_sent(now);
    settle_ = Settle::WhatIsWorthIt;
  }
}

void ProxySettlement::finish(Purpose purpose, const ton::Address& contract) {
  pending_.erase({purpose, contract});
}

// Gives the order unless one for the same purpose and contract is under way.
void ProxySettlement::order(base::Now now, Purpose purpose, const ton::Address& contract,
                            std::uint64_t number, std::vector<ton::Transfer> transfers) {
  static constexpr std::array<std::string_view, 7> kNames{"deploy", "stake",  "mark",    "charge",
                                                          "grant",  "payout", "withdraw"};
  const auto found = pending_.find({purpose, contract});
  if (found != pending_.end() && found->second.wait.waits(now)) return;
  const std::uint32_t attempt = found == pending_.end() ? 0 : found->second.attempt + 1;
  const std::string_view name = kNames[static_cast<std::size_t>(purpose)];
  const std::uint64_t id = order_id(name, contract, number, attempt);
  pending_.insert_or_assign({purpose, contract}, Pending{OrderWait(id), attempt});
  orders_.push_back({{id, std::move(transfers)}, std::string(name)});
}

ton::Transfer ProxySettlement::signed_transfer(ton::PaymentOp op, const ton::Address& contract,
                                               TokenCount tokens,
                                               const ton::StateInit* state) const {
  const auto payment = ton::sign_payment(
      {op, static_cast<std::uint64_t>(tokens.count), tokens, contract}, terms_.wallet, key_);
  return transfer_to(contract, kMessageValues.request, ton::payment_message(payment), state);
}

void ProxySettlement::plan(base::Now now) {
  // Whoever does not know what was promised promises nothing.
  if (!current_ || behind_) return;
  plan_contract(now);
  plan_epoch(now);
  if (!account_ || account_->state == ContractState::Closed) return;
  for (const auto& [owner, channel] : channels_) plan_charge(now, channel);
  for (const Account& account : ledger_.accounts()) {
    if (account.kind == AccountKind::Worker) plan_payout(now, account);
  }
  plan_withdrawal(now);
  const bool waits = any_waits(pending_, now, [](Purpose) { return true; });
  if (!waits && fresh_) settle_ = Settle::WhatIsWorthIt;
}

void ProxySettlement::plan_contract(base::Now now) {
  const ton::Address& contract = terms_.proxy.contract;
  std::vector<ton::Transfer> transfers;
  if (!account_) {
    const ton::StateInit state =
        terms_.contracts.proxy_state(terms_.owner, terms_.proxy.public_key);
    transfers.push_back(transfer_to(contract, kMessageValues.deploy_proxy, {}, &state));
  }
  const Nanoton stake = account_ ? account_->stake : Nanoton{};
  const Nanoton missing = terms_.min_proxy_stake - stake;
  const bool takes_stake = !account_ || account_->state == ContractState::Normal;
  if (missing > Nanoton{} && takes_stake) {
    const std::uint64_t query = static_cast<std::uint64_t>(stake.count());
    transfers.push_back(transfer_to(contract, kMessageValues.proxy + missing,
                                    proxy_increase_stake({query, terms_.wallet}, missing),
                                    nullptr));
  }
  if (transfers.empty()) return;
  order(now, account_ ? Purpose::Stake : Purpose::Deploy, contract,
        static_cast<std::uint64_t>(stake.count()), std::move(transfers));
}

bool ProxySettlement::epoch_is_due(base::Now now) const {
  if (start_epoch_ == 0) return true;
  const Epoch& newest = ledger_.newest_epoch();
  // While one is not marked yet, another would only cost.
  if (newest.number > marked_ || newest.sequence == ledger_.sequence()) return false;
  if (now.steady >= epoch_begun_ + kEpochTime) return true;
  const std::int64_t tokens =
      ledger_.account(kCommission).metered.tokens.count - epoch_tokens_.count;
  const auto used = base::checked_multiply(terms_.price_per_token, tokens);
  return !used || *used >= terms_.rules.mark_at;
}

// Begun in the books first, marked once that is on disk: the chain never knows more than the disk.
void ProxySettlement::plan_epoch(base::Now now) {
  if (!account_) return;
  if (epoch_is_due(now)) {
    ledger_.begin_epoch(now, std::max(marked_, lost_) + 1);
    epoch_begun_ = now.steady;
    epoch_tokens_ = ledger_.account(kCommission).metered.tokens;
    if (start_epoch_ == 0) start_epoch_ = ledger_.newest_epoch().number;
  }
  const Epoch& newest = ledger_.newest_epoch();
  if (newest.number == marked_ || newest.sequence > ledger_.durable_sequence()) return;
  const ton::Address& contract = terms_.proxy.contract;
  const SaveState mark{newest.number, newest.digest};
  const ton::CellRef body = save_state_mark(newest.number, mark, sign_mark(mark, contract, key_));
  std::uint64_t name = 0;
  for (std::size_t i = 0; i < 8; ++i) name = name << 8U | newest.digest[i];
  order(now, Purpose::Mark, contract, name,
        {transfer_to(contract, kMessageValues.mark, body, nullptr)});
}

void ProxySettlement::plan_charge(base::Now now, const Channel& channel) {
  const Account& account = ledger_.account(channel.account);
  // A closing client is let go as soon as nothing of it runs; the grant charges the rest as well.
  const bool at_rest =
      account.open_requests == 0 && account.on_disk.tokens == account.metered.tokens;
  if (channel.state == ContractState::Closing && at_rest && !channel.has_voucher_key) {
    const auto transfer = signed_transfer(ton::PaymentOp::ClientGrantRefund, channel.contract,
                                          account.on_disk.tokens, nullptr);
    return order(now, Purpose::Grant, channel.contract, step_of(account), {transfer});
  }
  const Outlook outlook =
      charge_outlook(channel, account, terms_.rules, terms_.price_per_token, settle_);
  if (outlook.holdup != Holdup::None) return;
  const auto transfer = signed_transfer(ton::PaymentOp::ClientCharge, channel.contract,
                                        account.on_disk.tokens, nullptr);
  order(now, Purpose::Charge, channel.contract, step_of(account), {transfer});
}

// What clients were charged on the chain and nobody was paid yet.
Nanoton ProxySettlement::earned() const {
  Nanoton sum;
  for (const Account& account : ledger_.accounts()) {
    if (account.kind == AccountKind::Client) {
      sum += account.on_chain.amount;
    } else {
      sum -= account.on_chain.amount;
    }
  }
  return sum;
}

// Of what the worker is owed, as many as clients were charged for.
std::int64_t ProxySettlement::payable_tokens(const Account& worker) const {
  const std::int64_t price = terms_.price_per_token.count();
  const std::int64_t owed = unsettled_tokens(worker).count;
  return price > 0 ? std::min(owed, earned().count() / price) : owed;
}

void ProxySettlement::plan_payout(base::Now now, const Account& worker) {
  const auto is_charge = [](Purpose purpose) { return purpose == Purpose::Charge; };
  if (payout_outlook(worker, terms_.rules, settle_).holdup != Holdup::None) return;
  if (any_waits(pending_, now, is_charge)) return;
  const auto owner = owner_of(worker);
  if (!owner) return;
  const std::int64_t tokens = payable_tokens(worker);
  if (tokens <= 0) return;
  const TokenCount up_to{worker.on_chain.tokens.count + tokens};
  const ton::StateInit state = terms_.contracts.worker_state(*owner, terms_.proxy);
  const ton::Address contract = terms_.contracts.worker_address(*owner, terms_.proxy);
  const bool stands = worker_contracts_.contains(*owner);
  order(
      now, Purpose::Payout, contract, static_cast<std::uint64_t>(up_to.count),
      {signed_transfer(ton::PaymentOp::WorkerPayout, contract, up_to, stands ? nullptr : &state)});
}

void ProxySettlement::plan_withdrawal(base::Now now) {
  const auto moves_commission = [](Purpose purpose) {
    return purpose == Purpose::Charge || purpose == Purpose::Payout;
  };
  if (any_waits(pending_, now, moves_commission)) return;
  const Nanoton commission = account_->commission;
  if (commission == Nanoton{}) return;
  if (settle_ == Settle::WhatIsWorthIt && commission < terms_.rules.withdraw_at) return;
  const auto query =
      static_cast<std::uint64_t>(ledger_.account(kCommission).on_chain.amount.count());
  order(now, Purpose::Withdraw, terms_.proxy.contract, query,
        {transfer_to(terms_.proxy.contract, kMessageValues.proxy,
                     proxy_withdraw({query, terms_.wallet}), nullptr)});
}

// ---- What people are told ----

Outlook ProxySettlement::outlook(const Account& account) const {
  return account.kind == AccountKind::Worker ? worker_outlook(account) : client_outlook(account);
}

Outlook ProxySettlement::client_outlook(const Account& account) const {
  const auto owner = owner_of(account);
  const Channel* found = owner ? channel(*owner) : nullptr;
  if (found == nullptr) return {Holdup::NoChannel, {}};
  Outlook outlook = charge_outlook(*found, account, terms_.rules, terms_.price_per_token, settle_);
  if (pending_.contains({Purpose::Charge, found->contract}) ||
      pending_.contains({Purpose::Grant, found->contract})) {
    outlook.holdup = Holdup::UnderWay;
  }
  return outlook;
}

Outlook ProxySettlement::worker_outlook(const Account& account) const {
  Outlook outlook = payout_outlook(account, terms_.rules, settle_);
  const auto owner = owner_of(account);
  if (owner &&
      pending_.contains({Purpose::Payout, terms_.contracts.worker_address(*owner, terms_.proxy)})) {
    outlook.holdup = Holdup::UnderWay;
  } else if (outlook.holdup == Holdup::None && payable_tokens(account) <= 0) {
    outlook.holdup = Holdup::NotCollected;
  }
  return outlook;
}

std::optional<ChainOrder> ProxySettlement::poll_order() {
  if (orders_.empty()) return std::nullopt;
  ChainOrder order = std::move(orders_.front());
  orders_.pop_front();
  return order;
}

std::optional<Registration> ProxySettlement::poll_registration() {
  if (registrations_.empty()) return std::nullopt;
  const Registration registration = registrations_.front();
  registrations_.pop_front();
  return registration;
}

}  // namespace cocoon::payment::chain
