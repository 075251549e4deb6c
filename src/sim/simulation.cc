#include "sim/simulation.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/check.h"

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

// Leaves out more of one kind, in halves, quarters and so on down to single ones, as long as the
// world still goes wrong.
void shrink_kind(Outcome& smallest, std::set<std::size_t> Omissions::* kind, std::size_t planned) {
  for (std::size_t size = planned; size > 0; size /= 2) {
    for (std::size_t first = 0; first < planned; first += size) {
      Omissions tried = smallest.omissions;
      for (std::size_t i = first; i < std::min(first + size, planned); ++i) (tried.*kind).insert(i);
      if ((tried.*kind).size() == (smallest.omissions.*kind).size()) continue;
      Outcome outcome = simulate(smallest.seed, Telling::Quiet, tried);
      if (!outcome.violations.empty()) smallest = std::move(outcome);
    }
  }
}

void tell(const Outcome& outcome, const std::function<void(std::string_view)>& print) {
  const std::string name = "seed " + std::to_string(outcome.seed);
  for (const auto& line : outcome.story) print(line);
  print(name + ": " + numbers(outcome.statistics));
  for (const auto& violation : outcome.violations) print(name + ": " + violation);
}

// Worlds of a range of seeds, taken by several threads; each world is one thread's own.
class Sweep {
 public:
  explicit Sweep(const SimulationOptions& options)
      : last_(options.last_seed), next_(options.first_seed) {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < options.threads; ++i) threads.emplace_back([this] { work(); });
  }
  const Statistics& statistics() const { return all_; }
  const std::optional<Outcome>& wrong() const { return wrong_; }

 private:
  void work() {
    while (!stopped_) {
      const std::uint64_t seed = next_++;
      if (seed > last_) return;
      Outcome outcome = simulate(seed, Telling::Quiet);
      const std::lock_guard lock(mutex_);
      all_ += outcome.statistics;
      if (outcome.violations.empty()) continue;
      stopped_ = true;
      if (!wrong_ || seed < wrong_->seed) wrong_ = std::move(outcome);
    }
  }

  const std::uint64_t last_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  Statistics all_;                // with mutex_
  std::optional<Outcome> wrong_;  // with mutex_
};

}  // namespace

Outcome simulate(std::uint64_t seed, Telling telling, const Omissions& omissions) {
  std::deque<std::string> story;
  std::function<void(const std::string&)> note;
  if (telling == Telling::Aloud) {
    note = [&story](const std::string& line) {
      story.push_back(line);
      if (story.size() > kStoryLines) story.pop_front();
    };
  }
  World world(seed, omissions, std::move(note));
  world.run();
  return {.seed = seed,
          .omissions = omissions,
          .planned_calls = world.planned_calls(),
          .planned_faults = world.planned_faults(),
          .violations = world.violations(),
          .story = {story.begin(), story.end()},
          .statistics = world.statistics()};
}

Outcome shrink(const Outcome& went_wrong) {
  Outcome smallest = went_wrong;
  shrink_kind(smallest, &Omissions::calls, went_wrong.planned_calls);
  shrink_kind(smallest, &Omissions::faults, went_wrong.planned_faults);
  shrink_kind(smallest, &Omissions::calls, went_wrong.planned_calls);
  return simulate(smallest.seed, Telling::Aloud, smallest.omissions);
}

int run_simulation(const SimulationOptions& options,
                   const std::function<void(std::string_view)>& print) {
  base::set_suspect_mode(base::SuspectMode::Abort);
  if (options.telling == Telling::Aloud) {
    bool is_sound = true;
    for (std::uint64_t seed = options.first_seed; is_sound && seed <= options.last_seed; ++seed) {
      const Outcome outcome = simulate(seed, Telling::Aloud);
      tell(outcome, print);
      is_sound = outcome.violations.empty();
    }
    return is_sound ? 0 : 1;
  }
  const Sweep sweep(options);
  if (!sweep.wrong()) {
    print("seeds " + std::to_string(options.first_seed) + " to " +
          std::to_string(options.last_seed) + ": all is well; " + numbers(sweep.statistics()));
    return 0;
  }
  const Outcome smallest = shrink(*sweep.wrong());
  print("seed " + std::to_string(smallest.seed) +
        " goes wrong: " + sweep.wrong()->violations.front());
  print("the same with " +
        std::to_string(smallest.planned_calls - smallest.omissions.calls.size()) + " of its " +
        std::to_string(smallest.planned_calls) + " calls and " +
        std::to_string(smallest.planned_faults - smallest.omissions.faults.size()) + " of its " +
        std::to_string(smallest.planned_faults) + " faults:");
  tell(smallest, print);
  return 1;
}

}  // namespace cocoon::sim
