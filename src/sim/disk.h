// Disk: what a simulated proxy keeps over a crash. Batches are written in groups, one after
// another, and confirmed late; a crash keeps some beginning of what was not confirmed yet; a
// failing disk writes nothing until it recovers.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "payment/ledger.h"
#include "sim/dice.h"
#include "sim/scheduler.h"

namespace cocoon::sim {

class Disk {
 public:
  Disk(Scheduler& scheduler, Dice dice, base::Duration most_delay);

  // What the running process hears. Set anew after a crash.
  std::function<void(std::uint64_t sequence)> on_stored;
  std::function<void()> on_failure;
  // Every entry once, when it has become durable.
  std::function<void(const payment::LedgerEntry&)> on_entry;

  void append(payment::LedgerBatch batch);
  enum class Health { Good, Failing };
  void set_health(Health health);
  // What follows takes this much longer.
  void set_stall(base::Duration stall) { stall_ = stall; }
  void crash();

  payment::LedgerSnapshot contents() const;
  // Nothing on disk about it: null.
  const payment::Account* account(payment::AccountKind kind, std::string_view party) const;

 private:
  void begin();
  void finish();
  void keep(const payment::LedgerBatch& batch);

  Scheduler& scheduler_;
  Dice dice_;
  base::Duration most_delay_;
  base::Duration stall_{};
  Health health_ = Health::Good;
  bool is_writing_ = false;
  Life life_ = new_life();
  std::size_t group_ = 0;  // batches at the front that are being written
  std::deque<payment::LedgerBatch> pending_;
  std::map<payment::AccountId, payment::Account> accounts_;
  std::map<std::pair<payment::AccountKind, std::string>, payment::AccountId> by_party_;
  std::vector<payment::LedgerEntry> entries_;
};

}  // namespace cocoon::sim
