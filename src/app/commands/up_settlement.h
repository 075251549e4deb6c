// UpSettlement: has a private network settle at once, and reads from the chain, proven, what became
// of the money: deposits, charges, payouts and commissions, each with its transaction, and what has
// arrived at the workers' owners.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/chain/chain_service.h"
#include "app/commands/fetch.h"
#include "app/commands/money_report.h"
#include "app/commands/up_plan.h"
#include "app/commands/whereabouts.h"
#include "payment/chain/notices.h"

namespace cocoon::app::commands {

// One transaction that moved coins.
struct SettledStep {
  std::string what;  // "deposit", "charge", "payout", "commission", "received"
  ton::Address party;
  base::Nanoton amount;
  base::Bits256 transaction{};
  bool before = false;  // it was there before the settlement began
};

struct Settlement {
  std::vector<SettledStep> steps;
  // Since the settlement began.
  base::Nanoton charged;
  base::Nanoton paid;        // to workers, by the proxy contract
  base::Nanoton received;    // by the workers' owners
  base::Nanoton commission;  // kept by the proxy contract
  bool complete = false;     // charged and received cover what was asked for
};

// `moved`: what the books say about the answer.
nlohmann::json settlement_json(const Settlement& settlement);
std::string settlement_text(const Settlement& settlement, const Books& moved,
                            const Terminal& terminal);

class UpSettlement {
 public:
  using OnDone = std::function<void(base::Result<Settlement>)>;
  // Calls back once, at the latest after kSettleLimit; not from within the constructor.
  UpSettlement(io::Runtime& runtime, const UpPlan& plan, const RunningNetwork& running, Books moved,
               OnDone on_done);
  ~UpSettlement();

 private:
  class Sink;
  base::Result<void> open();
  void trigger();
  void take(const ton::Address& account, const ton::Transaction& transaction);
  void take_notice(const ton::Transaction& transaction);
  void handle_current(const ton::Address& account);
  bool is_complete() const;
  void finish(base::Result<Settlement> outcome);

  io::Runtime& runtime_;
  UpPlan plan_;
  std::vector<std::string> pages_;
  Books moved_;
  OnDone on_done_;
  std::unique_ptr<base::Log> log_;
  ton::ProxyIdentity proxy_;
  std::unique_ptr<chain::ChainService> service_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::size_t not_current_ = 0;  // accounts whose history is still being read
  Settlement settlement_;
  std::optional<base::Error> failure_;  // of the beginning
  std::vector<std::unique_ptr<Fetch>> requests_;
  io::Timer again_;
  io::Timer limit_;
};

inline constexpr base::Duration kSettleLimit = std::chrono::seconds(40);

}  // namespace cocoon::app::commands
