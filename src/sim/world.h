// World: one network drawn from a seed, run in virtual time: first with callers and faults, then
// quiet, and then every healthy client must be served again.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "sim/stage.h"

namespace cocoon::sim {

// What is left out of a world, by number in the order of planning; the rest of it is thrown by
// other dice and stays the same.
struct Omissions {
  std::set<std::size_t> calls;
  std::set<std::size_t> faults;
};

class World : public Stage {
 public:
  // `note` gets the story, line by line; empty when nobody reads it.
  World(std::uint64_t seed, Omissions omissions, std::function<void(const std::string&)> note);

  // Ends at the first violation.
  void run();
  // How many there were to choose from, the omitted ones included.
  std::size_t planned_calls() const { return planned_calls_; }
  std::size_t planned_faults() const { return planned_faults_; }

 private:
  World(Dice dice, Omissions omissions, std::function<void(const std::string&)> note);
  void build();
  void build_clients();
  void build_workers();
  void plan_calls();
  void plan_faults();
  void leave_unread(ClientNode& client, std::uint64_t call, base::Duration time);
  void strike(Dice dice);
  void crash_any(Dice& dice);
  void trouble_a_disk(Dice& dice);
  void heal();
  void probe();
  void check_strangers();
  std::string model_of_some_worker(Dice& dice);
  template <class T>
  static T& any(Dice& dice, std::deque<T>& nodes) {
    return nodes[dice.below(nodes.size())];
  }

  Dice dice_;
  Omissions omissions_;
  std::size_t planned_calls_ = 0;
  std::size_t planned_faults_ = 0;
  std::vector<ClientTerms> client_terms_;
  std::vector<WorkerTerms> worker_terms_;
};

}  // namespace cocoon::sim
