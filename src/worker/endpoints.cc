#include "worker/endpoints.h"

#include <algorithm>
#include <tuple>

namespace cocoon::worker {
namespace {

std::int64_t queue_of(const Endpoints::View& view) { return view.load ? view.load->waiting : 0; }

}  // namespace

void Endpoints::handle_state(std::size_t place, EngineState state) {
  all_[place].state = state;
  if (state == EngineState::Down) all_[place].load.reset();
}

std::size_t Endpoints::start() {
  const auto rank = [](const View& view) {
    return std::tuple(view.state == EngineState::Down, queue_of(view), view.running, view.turn);
  };
  const auto best = std::ranges::min_element(all_, {}, rank);
  ++best->running;
  best->turn = ++turns_;
  return static_cast<std::size_t>(best - all_.begin());
}

EngineState Endpoints::state() const {
  const bool any =
      std::ranges::any_of(all_, [](const View& view) { return view.state == EngineState::Up; });
  return any ? EngineState::Up : EngineState::Down;
}

std::int64_t Endpoints::waiting() const {
  std::optional<std::int64_t> least;
  for (const View& view : all_) {
    if (view.state == EngineState::Up) least = std::min(least.value_or(INT64_MAX), queue_of(view));
  }
  return least.value_or(0);
}

}  // namespace cocoon::worker
