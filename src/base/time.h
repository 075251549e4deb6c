// Time as values. Logic never reads a clock: the shell hands in `Now`, a simulation hands in any
// other.
#pragma once

#include <chrono>
#include <cstdint>

namespace cocoon::base {

using Duration = std::chrono::microseconds;

// Steady time of one process (or one simulated world): for deadlines and measured durations.
struct SteadyTimeline {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SteadyTimeline, duration>;
  static constexpr bool is_steady = true;
};
using Instant = SteadyTimeline::time_point;

// Time since 1970-01-01 UTC, as people and certificates know it; it may jump.
struct WallTimeline {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallTimeline, duration>;
  static constexpr bool is_steady = false;
};
using WallTime = WallTimeline::time_point;

// The two clocks read together.
struct Now {
  Instant steady;
  WallTime wall;
};

// Unix seconds with a fraction, as the wire carries times.
inline double to_unix_seconds(WallTime time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}
inline std::int64_t to_unix_whole_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}
inline WallTime from_unix_seconds(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

}  // namespace cocoon::base
