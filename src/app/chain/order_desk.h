// OrderDesk: hands machines' orders to the role's wallet, and its answers back.
// PerProxyDesk: the same for a client's or worker's machines, one for each proxy, whose contracts
// it also has watched.
#pragma once

#include <functional>
#include <utility>

#include "app/chain/chain_service.h"
#include "payment/chain/per_proxy.h"

namespace cocoon::app::chain {

enum class OrderFault {
  NotCarriedOut,  // the wallet took the order and could not do it
};
std::string_view reason_name(OrderFault fault);

class OrderDesk {
 public:
  OrderDesk(ChainService& service, base::Log& log) : service_(service), log_(log) {}

  // `done` is told, never from within the call, whether the order's messages left.
  using Done = std::function<void(std::uint64_t id, base::Result<void> sent)>;
  void send(payment::chain::ChainOrder order, Done done);

 private:
  ChainService& service_;
  base::Log& log_;
};

template <class Machine>
class PerProxyDesk final : public AccountSink {
 public:
  using Machines = payment::chain::PerProxy<Machine>;

  // All outlive the desk. `turn` is called when the machines were told something.
  PerProxyDesk(ChainService& service, base::Log& log, io::Runtime& runtime, Machines& machines,
               std::function<void()> turn)
      : service_(service),
        log_(log),
        runtime_(runtime),
        machines_(machines),
        desk_(service, log),
        turn_(std::move(turn)) {}
  ~PerProxyDesk() override {
    for (const auto& [proxy, machine] : machines_.all()) service_.unwatch(machine->contract());
  }
  PerProxyDesk(const PerProxyDesk&) = delete;
  PerProxyDesk& operator=(const PerProxyDesk&) = delete;

  void carry_out() {
    while (const auto contract = machines_.poll_watch()) {
      const auto watched = service_.watch(*contract, ton::WatchStart::FromNow, std::nullopt, *this);
      if (!watched) log_.error("a contract is not watched", {{"why", watched.error().message()}});
    }
    while (auto order = machines_.poll_order()) {
      desk_.send(std::move(*order), [this](std::uint64_t id, const base::Result<void>& sent) {
        if (sent) {
          machines_.handle_sent(runtime_.now(), id);
        } else {
          machines_.handle_not_sent(runtime_.now(), id, sent.error());
        }
        turn_();
      });
    }
  }

  void on_transaction(const ton::TransactionSeen&) override {}
  void on_current(const ton::AccountCurrent& current) override {
    machines_.handle_current(runtime_.now(), current.account);
    turn_();
  }
  void on_problem(const base::Error& error) override {
    log_.warning("a contract can't be followed", {{"why", error.message()}});
  }

 private:
  ChainService& service_;
  base::Log& log_;
  io::Runtime& runtime_;
  Machines& machines_;
  OrderDesk desk_;
  std::function<void()> turn_;
};

}  // namespace cocoon::app::chain
