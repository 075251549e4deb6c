// Stage: what simulated networks share, drawn from a seed or written down: the processes with their
// wires, engines and disks, time, and the audit that watches them.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "sim/audit.h"
#include "sim/nodes.h"
#include "sim/wires.h"

namespace cocoon::sim {

struct StageTerms {
  registry::Snapshot network;
  Weather weather;
  Dice wires;  // throws delays, and where portions are torn
};

class Stage {
 public:
  // `note` gets the story, line by line; empty when nobody reads it.
  Stage(StageTerms terms, std::function<void(const std::string&)> note);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  const std::vector<std::string>& violations() const { return audit_.violations(); }
  const Statistics& statistics() { return audit_.statistics(); }

 protected:
  void start_all();
  // Ends early at a violation.
  void pass(base::Duration time);
  bool is_sound() const { return audit_.violations().empty(); }
  // No process has anything left to do.
  void check_quiet();
  template <class Deed>
  void later(base::Duration delay, Deed deed) {
    scheduler_.after(delay, life_, std::move(deed));
  }

  Scheduler scheduler_;
  registry::Snapshot network_;
  Audit audit_;
  Wires wires_;
  Surroundings surroundings_;
  std::deque<ProxyNode> proxies_;
  std::deque<WorkerNode> workers_;
  std::deque<ClientNode> clients_;
  Life life_ = new_life();
};

}  // namespace cocoon::sim
