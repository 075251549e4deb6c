// PerProxy: the machines that a client or worker has, one for each proxy that it has met. The shell
// watches the contracts that poll_watch() names and sends the orders that poll_order() gives.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "payment/chain/order.h"
#include "ton/proofs.h"

namespace cocoon::payment::chain {

template <class Machine>
class PerProxy {
 public:
  // The machine for this proxy's contract, made by `make` if there is none yet.
  template <class Make>
  Machine& open(const ton::Address& proxy, Make make) {
    auto& machine = machines_[proxy];
    if (!machine) {
      machine = std::make_unique<Machine>(make());
      watches_.push_back(machine->contract());
    }
    return *machine;
  }
  Machine* find(const ton::Address& proxy) {
    const auto found = machines_.find(proxy);
    return found == machines_.end() ? nullptr : found->second.get();
  }
  const std::map<ton::Address, std::unique_ptr<Machine>>& all() const { return machines_; }

  void handle_current(base::Now now, const ton::ProvenAccount& account) {
    for (auto& [proxy, machine] : machines_) {
      if (machine->contract() == account.address) machine->handle_current(now, account);
    }
  }
  void handle_sent(base::Now now, std::uint64_t order) {
    for (auto& [proxy, machine] : machines_) machine->handle_sent(now, order);
  }
  void handle_not_sent(base::Now now, std::uint64_t order, const base::Error& error) {
    for (auto& [proxy, machine] : machines_) machine->handle_not_sent(now, order, error);
  }
  void handle_time(base::Now now) {
    for (auto& [proxy, machine] : machines_) machine->handle_time(now);
  }

  // A contract to be watched from now on.
  std::optional<ton::Address> poll_watch() {
    if (watches_.empty()) return std::nullopt;
    const ton::Address contract = watches_.front();
    watches_.pop_front();
    return contract;
  }
  std::optional<ChainOrder> poll_order() {
    for (auto& [proxy, machine] : machines_) {
      if (auto order = machine->poll_order()) return order;
    }
    return std::nullopt;
  }
  std::optional<base::Instant> poll_deadline() const {
    std::optional<base::Instant> next;
    for (const auto& [proxy, machine] : machines_) {
      const auto deadline = machine->poll_deadline();
      if (deadline) next = next ? std::min(*next, *deadline) : *deadline;
    }
    return next;
  }

 private:
  std::map<ton::Address, std::unique_ptr<Machine>> machines_;
  std::deque<ton::Address> watches_;
};

}  // namespace cocoon::payment::chain
