#include "sim/simulation.h"

#include <deque>

#include "base/check.h"
#include "sim/world.h"

namespace cocoon::sim {
namespace {

constexpr std::size_t kStoryLines = 400;

std::string numbers(const Statistics& statistics) {
  return std::to_string(statistics.calls) + " calls, " + std::to_string(statistics.answered) +
         " answered, " + std::to_string(statistics.refused) + " refused, " +
         std::to_string(statistics.aborted) + " broken off, " + std::to_string(statistics.charges) +
         " charges, " + std::to_string(statistics.faults) + " faults, " +
         std::to_string(statistics.events) + " events";
}

}  // namespace

Outcome simulate(std::uint64_t seed, Telling telling) {
  base::set_suspect_mode(base::SuspectMode::Abort);
  std::deque<std::string> story;
  std::function<void(const std::string&)> note;
  if (telling == Telling::Aloud) {
    note = [&story](const std::string& line) {
      story.push_back(line);
      if (story.size() > kStoryLines) story.pop_front();
    };
  }
  World world(seed, std::move(note));
  world.run();
  return {.seed = seed,
          .violations = world.violations(),
          .story = {story.begin(), story.end()},
          .statistics = world.statistics()};
}

int run_simulation(const SimulationOptions& options,
                   const std::function<void(std::string_view)>& print) {
  Statistics all;
  for (std::uint64_t seed = options.first_seed; seed <= options.last_seed; ++seed) {
    Outcome outcome = simulate(seed, options.telling);
    const bool is_sound = outcome.violations.empty();
    if (!is_sound && options.telling == Telling::Quiet) outcome = simulate(seed, Telling::Aloud);
    for (const auto& line : outcome.story) print(line);
    all += outcome.statistics;
    if (options.telling == Telling::Aloud)
      print("seed " + std::to_string(seed) + ": " + numbers(outcome.statistics));
    if (is_sound) continue;
    for (const auto& violation : outcome.violations)
      print("seed " + std::to_string(seed) + ": " + violation);
    return 1;
  }
  print("seeds " + std::to_string(options.first_seed) + " to " + std::to_string(options.last_seed) +
        ": all is well; " + numbers(all));
  return 0;
}

}  // namespace cocoon::sim
