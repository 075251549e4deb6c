// Audit: what must hold in every world, checked as it happens. It sees everything: what callers
// asked and got, what engines did, what is on the proxies' disks; and trusts none of the machines'
// own counters where it can count itself.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "payment/ledger.h"
#include "payment/tariff.h"
#include "sim/disk.h"
#include "sim/engine.h"

namespace cocoon::sim {

// One request of a caller.
struct CallRecord {
  std::uint64_t id = 0;
  std::string client;
  base::Bits256 request_id{};
  base::Instant deadline{};
  enum class State { Running, Answered, Refused, Aborted, Dropped } state = State::Running;
  std::uint32_t status = 0;
  std::string body;
};

struct Statistics {
  std::uint64_t calls = 0;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  std::uint64_t aborted = 0;
  std::uint64_t charges = 0;
  std::uint64_t faults = 0;
  std::uint64_t events = 0;
  Statistics& operator+=(const Statistics& other);
};

class Audit {
 public:
  Audit(const Scheduler& scheduler, const payment::Tariff& tariff)
      : scheduler_(scheduler), tariff_(tariff) {}

  // The first few things that were wrong, in words.
  const std::vector<std::string>& violations() const { return violations_; }
  void report(std::string what);
  Statistics& statistics() { return statistics_; }
  std::deque<EngineRun>& runs() { return runs_; }
  CallRecord& call(std::uint64_t id) { return calls_.at(id); }
  const std::map<std::uint64_t, CallRecord>& calls() const { return calls_; }

  void add_disk(const Disk& disk) { disks_.push_back(&disk); }
  void set_coefficient(const std::string& worker, std::int32_t coefficient) {
    coefficients_[worker] = coefficient;
  }

  // What is on a disk for this call; null if it was not charged.
  const payment::LedgerEntry* charge_of(std::uint64_t call) const {
    const auto found = charges_.find(call);
    return found == charges_.end() ? nullptr : &found->second;
  }

  CallRecord& begin_call(const std::string& client, const base::Bits256& request_id,
                         base::Duration timeout);
  // A call ends once, in time, and whole answers are whole, this call's own, and durably charged.
  void end_call(CallRecord& call, CallRecord::State state);
  // An entry of a proxy's ledger has reached its disk.
  void note_entry(const std::string& proxy, const payment::LedgerEntry& entry);
  void check_ledger(const std::string& proxy, const payment::Ledger& ledger, std::size_t running);
  // A client counted that its answers cost `spent` in all, a worker was told that `tokens` are on a
  // disk.
  void check_spent(const std::string& client, base::Nanoton spent);
  void check_earned(const std::string& worker, const Disk& disk, std::int64_t tokens);
  // No call is over time.
  void check_deadlines();

 private:
  std::string charge_fault(const payment::LedgerEntry& entry, const CallRecord& call) const;

  const Scheduler& scheduler_;
  payment::Tariff tariff_;
  Statistics statistics_;
  std::vector<std::string> violations_;
  std::uint64_t next_call_ = 1;
  std::map<std::uint64_t, CallRecord> calls_;
  std::set<std::pair<base::Instant, std::uint64_t>> running_calls_;
  std::map<base::Bits256, std::uint64_t> by_request_;
  std::map<std::uint64_t, payment::LedgerEntry> charges_;  // by call
  std::deque<EngineRun> runs_;
  std::vector<const Disk*> disks_;
  std::map<std::string, std::int32_t> coefficients_;
};

}  // namespace cocoon::sim
