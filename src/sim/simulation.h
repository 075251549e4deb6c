// Simulation: whole networks from seeds. The same seed is the same world, event by event, on every
// machine; a world in which something went wrong is told again from its seed, in words.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/audit.h"

namespace cocoon::sim {

enum class Telling { Quiet, Aloud };

struct Outcome {
  std::uint64_t seed = 0;
  std::vector<std::string> violations;  // empty: all is well
  std::vector<std::string> story;       // its last lines; only if it was told aloud
  Statistics statistics;
};
Outcome simulate(std::uint64_t seed, Telling telling);

struct SimulationOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 100;
  // The whole story of every world, not only of those that went wrong.
  Telling telling = Telling::Quiet;
};
// Runs the worlds one after another and writes what happened through `print`, line by line. Stops
// at the first world that goes wrong. Answers with an exit status: 0, or 1 if one went wrong.
int run_simulation(const SimulationOptions& options,
                   const std::function<void(std::string_view)>& print);

}  // namespace cocoon::sim
