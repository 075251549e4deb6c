// For tests only: client, worker and proxy contracts in the plainest way that can be written, and a
// wallet that carries out each order once. Nothing is shared with the machines but bodies' layouts.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "crypto/hash.h"
#include "payment/chain/operations.h"
#include "payment/chain/order.h"
#include "ton/cell_slice.h"
#include "ton/proofs.h"
#include "ton/signed_payment.h"
#include "ton/transaction.h"

namespace cocoon::payment::chain {

class ChainTwin {
 public:
  static constexpr std::int64_t kPrice = 20;
  static constexpr std::int64_t kFee = 19;
  static constexpr std::int64_t kStake = 1'000;

  struct Client {
    ton::Address owner, contract;
    std::int64_t balance = 0, tokens = 0, in = 0, out = 0;
    unsigned state = 0;
  };
  struct Worker {
    ton::Address owner, contract;
    std::int64_t tokens = 0, got = 0;
  };

  ChainTwin() : key(*crypto::Ed25519PrivateKey::from_seed(filled(7).hash)) {
    const auto code = [](unsigned n) { return ton::CellBuilder().store_uint(n, 8).finish_fixed(); };
    ton::ContractParams params;
    params.price_per_token = base::Nanoton(kPrice);
    params.worker_fee_per_token = base::Nanoton(kFee);
    params.min_client_stake = base::Nanoton(kStake);
    params.min_proxy_stake = base::Nanoton(kStake);
    params.proxy_code = code(1), params.worker_code = code(2), params.client_code = code(3);
    contracts.emplace(*ton::NetworkContracts::make(filled(1), params));
    proxy = {contracts->proxy_address(owner, key.public_key()), key.public_key()};
  }
  static ton::Address filled(std::uint8_t byte) {
    ton::Address address;
    address.hash.fill(byte);
    return address;
  }
  Client& add_client(std::uint8_t byte) {
    const ton::Address who = filled(byte);
    const ton::Address at = contracts->client_address(who, proxy);
    return clients[at] = {.owner = who, .contract = at};
  }
  Worker& add_worker(std::uint8_t byte) {
    const ton::Address who = filled(byte);
    const ton::Address at = contracts->worker_address(who, proxy);
    return workers[at] = {.owner = who, .contract = at};
  }

  void deposit(Client& client, std::int64_t amount) {
    if (client.state != 0) return;
    client.balance += amount, client.in += amount, funds += amount;
    say(client, money(Operation::ToppedUp, amount));
  }
  void withdraw(Client& client) {
    const std::int64_t surplus = std::max<std::int64_t>(0, client.balance - kStake);
    if (surplus == 0 || client.state != 0) return;
    refund(client, surplus);
    say(client, money(Operation::RefundGranted, surplus));
  }
  void request_refund(Client& client) {
    if (client.state != 0) return;
    client.state = 1;
    say(client, {});
  }
  void reopen(Client& client) {
    if (client.state == 2) client.state = 0, say(client, {});
  }
  // The wallet: an id that is done has no second effect.
  void carry_out(const ton::SendOrder& order) {
    if (!done.insert(order.id).second) return;
    for (const ton::Transfer& transfer : order.transfers) take(transfer);
  }
  ton::ProvenAccount account() const {
    ton::ProvenAccount proven;
    proven.address = proxy.contract;
    if (!stands) return proven;
    ton::CellBuilder data;
    data.store_address(owner).store_bytes(proxy.public_key).store_address(filled(1));
    data.store_uint(0, 2).store_coins(base::Nanoton(commission)).store_coins(base::Nanoton(stake));
    data.store_uint(0, 32).store_ref(ton::CellBuilder().finish_fixed());
    ton::CellBuilder accounts;
    accounts.store_coins(base::Nanoton(funds)).store_coins(base::Nanoton(earned));
    data.store_ref(accounts.finish_fixed());
    proven.account.emplace();
    proven.account->status = ton::AccountStatus::Active;
    proven.account->state.data = data.finish_fixed();
    return proven;
  }

  const ton::Address owner = filled(2);
  const ton::Address wallet = filled(3);
  crypto::Ed25519PrivateKey key;
  std::optional<ton::NetworkContracts> contracts;
  ton::ProxyIdentity proxy;
  std::map<ton::Address, Client> clients;  // by contract
  std::map<ton::Address, Worker> workers;
  bool stands = false;
  std::int64_t funds = 0, earned = 0, commission = 0, stake = 0, withdrawn = 0;
  std::vector<ton::Transaction> transactions;  // of the proxy contract
  std::set<std::uint64_t> done;

 private:
  static ton::CellRef money(Operation operation, std::int64_t amount) {
    ton::CellBuilder cell;
    cell.store_uint(number_of(operation), 32).store_coins(base::Nanoton(amount));
    return cell.store_address(filled(9)).finish_fixed();
  }
  void refund(Client& client, std::int64_t amount) {
    client.balance -= amount, client.out += amount, funds -= amount;
  }
  ton::Transaction& record(const ton::Address& source, ton::CellRef body) {
    ton::Transaction& transaction = transactions.emplace_back();
    transaction.lt = transactions.size();
    const std::array<std::uint8_t, 4> number{static_cast<std::uint8_t>(transaction.lt),
                                             static_cast<std::uint8_t>(transaction.lt >> 8U),
                                             static_cast<std::uint8_t>(transaction.lt >> 16U), 1};
    transaction.hash = crypto::sha256(base::BytesView(number));
    transaction.in_message.emplace();
    transaction.in_message->source = ton::MessageAddress::from(source);
    transaction.in_message->body = std::move(body);
    transaction.description.compute = ton::ComputePhase::Succeeded;
    transaction.description.action_success = true;
    return transaction;
  }
  void say(const Client& client, const ton::CellRef& payload) {
    ton::CellBuilder state;
    state.store_uint(client.state, 2).store_coins(base::Nanoton(client.balance));
    state.store_coins(base::Nanoton(kStake));
    state.store_uint(static_cast<std::uint64_t>(client.tokens), 64).store_bytes(filled(8).hash);
    ton::CellBuilder body;
    body.store_uint(number_of(Operation::ClientRequest), 32).store_uint(1, 64);
    body.store_address(client.owner).store_ref(state.finish_fixed()).store_maybe_ref(payload);
    record(client.contract, body.finish_fixed());
  }
  void take(const ton::Transfer& transfer) {
    const auto payment = ton::parse_payment_message(transfer.body);
    const auto client = clients.find(transfer.to);
    const auto worker = workers.find(transfer.to);
    if (transfer.to == proxy.contract) return take_own(transfer);
    if (!payment || !ton::verify_payment(*payment, proxy.public_key, transfer.to)) return;
    if (client != clients.end()) take_charge(client->second, *payment);
    if (worker != workers.end()) take_payout(worker->second, *payment);
  }
  void take_own(const ton::Transfer& transfer) {
    if (transfer.state_init) stands = true;
    auto body = ton::CellSlice::open(transfer.body);
    if (!stands || !body) return;
    const auto operation = static_cast<Operation>(*body->load_u32());
    if (operation == Operation::ProxyIncreaseStake) {
      CHECK(body->load_uint(64));
      stake += body->load_coins()->count();
    } else if (operation == Operation::ProxyPayoutRequest) {
      withdrawn += commission;
      commission = 0;
    } else if (operation != Operation::DoNotProcess) {
      return;
    }
    record(wallet, transfer.body);
  }
  void take_charge(Client& client, const ton::SignedPayment& payment) {
    const bool grant = payment.order.op == ton::PaymentOp::ClientGrantRefund;
    if (!grant && payment.order.op != ton::PaymentOp::ClientCharge) return;
    std::int64_t tokens = payment.order.tokens.count - client.tokens;
    if (client.state == 2 || tokens < (grant ? 0 : 1)) return;
    tokens = std::min(tokens, client.balance / kPrice);
    if (tokens == 0 && !grant) return;
    client.tokens += tokens, client.balance -= tokens * kPrice;
    funds -= tokens * kPrice, earned += tokens * kPrice;
    const std::int64_t rest = grant ? client.balance : 0;
    if (grant) client.state = 2, refund(client, rest);
    ton::CellBuilder charged;
    charged.store_uint(number_of(Operation::Charged), 32);
    charged.store_coins(base::Nanoton(tokens * kPrice));
    charged.store_uint(static_cast<std::uint64_t>(tokens), 64).store_coins(base::Nanoton(rest));
    const auto only_refund = money(Operation::RefundGranted, rest);
    say(client, tokens > 0 ? charged.store_address(filled(9)).finish_fixed() : only_refund);
  }
  void take_payout(Worker& worker, const ton::SignedPayment& payment) {
    const std::int64_t tokens = payment.order.tokens.count - worker.tokens;
    if (payment.order.op != ton::PaymentOp::WorkerPayout || tokens <= 0) return;
    if (tokens * kPrice > earned) return;  // bounced, and forgotten
    worker.tokens += tokens, worker.got += tokens * kFee;
    earned -= tokens * kPrice, commission += tokens * (kPrice - kFee);
    ton::CellBuilder paid;
    paid.store_uint(number_of(Operation::WorkerPaid), 32);
    paid.store_coins(base::Nanoton(tokens * kFee));
    paid.store_coins(base::Nanoton(tokens * (kPrice - kFee))).store_address(filled(9));
    ton::CellBuilder body;
    body.store_uint(number_of(Operation::WorkerRequest), 32).store_uint(1, 64);
    body.store_address(worker.owner).store_uint(0, 2);
    body.store_uint(static_cast<std::uint64_t>(worker.tokens), 64);
    body.store_maybe_ref(paid.finish_fixed());
    record(worker.contract, body.finish_fixed());
  }
};

}  // namespace cocoon::payment::chain
