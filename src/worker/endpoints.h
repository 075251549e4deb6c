// Endpoints: the servers behind one model, and which of them gets the next request: of those that
// are up the one whose own queue is shorter, then the one with fewer requests of ours, then the one
// that has waited longest for its turn.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/engine_load.h"
#include "worker/proxy_links.h"

namespace cocoon::worker {

class Endpoints {
 public:
  struct View {
    EngineState state = EngineState::Down;
    std::size_t running = 0;         // requests of ours
    std::optional<EngineLoad> load;  // as it says itself, where it does
    std::uint64_t turn = 0;          // when it was chosen last
  };

  explicit Endpoints(std::size_t count) : all_(count) {}

  void handle_state(std::size_t place, EngineState state);
  void handle_load(std::size_t place, std::optional<EngineLoad> load) { all_[place].load = load; }
  // The place of the endpoint for the next request, which counts as running there until ended().
  // The first one if none is up: its error is then the request's.
  std::size_t start();
  void ended(std::size_t place) { --all_[place].running; }

  // Up if any is.
  EngineState state() const;
  // The shortest queue of those that are up; 0 while none says.
  std::int64_t waiting() const;
  const std::vector<View>& all() const { return all_; }

 private:
  std::vector<View> all_;
  std::uint64_t turns_ = 0;
};

}  // namespace cocoon::worker
