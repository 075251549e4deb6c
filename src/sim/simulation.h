// Simulation: whole networks from seeds. The same seed is the same world, event by event, on every
// machine; a world in which something went wrong is made smaller and told again, in words.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/audit.h"
#include "sim/world.h"

namespace cocoon::sim {

enum class Telling { Quiet, Aloud };

struct Outcome {
  std::uint64_t seed = 0;
  Omissions omissions;
  std::size_t planned_calls = 0;  // the omitted ones included
  std::size_t planned_faults = 0;
  std::vector<std::string> violations;  // empty: all is well
  std::vector<std::string> story;       // its last lines; only if it was told aloud
  Statistics statistics;
};
Outcome simulate(std::uint64_t seed, Telling telling, const Omissions& omissions = {});

// A world of the same seed in which as much as possible is left out and something still goes
// wrong, told aloud. `went_wrong` is an outcome with violations. Runs some hundred worlds at most.
Outcome shrink(const Outcome& went_wrong);

struct SimulationOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 100;
  // The whole story of every world, not only of those that went wrong; then one after another.
  Telling telling = Telling::Quiet;
  unsigned threads = 1;
};
// Runs the worlds and writes what happened through `print`, line by line. When one goes wrong no
// later ones are begun, and that of the lowest seed is shrunk and told. Answers with an exit
// status: 0, or 1 if one went wrong.
int run_simulation(const SimulationOptions& options,
                   const std::function<void(std::string_view)>& print);

}  // namespace cocoon::sim
