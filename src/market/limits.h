// Every bound of this module, by name.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace cocoon::market {

inline constexpr std::size_t kMaxWorkers = 1'000'000;
inline constexpr std::size_t kMaxModelNameBytes = 256;
inline constexpr std::size_t kMaxOwnerBytes = 128;
inline constexpr std::int64_t kMaxCoefficient = 999'999'999;  // 1000 = 1.0
inline constexpr std::int64_t kMaxActiveLimit = 1'000'000;    // requests at once on one worker
// Workers that a request tried already; whoever has failed that often should give up.
inline constexpr std::size_t kMaxExcluded = 16;

// Requests that wait for a worker of one model: of one client, and in all; and how many that can't
// be placed are passed over before those behind them wait for the next turn.
inline constexpr std::size_t kMaxWaitingPerFlow = 64;
inline constexpr std::size_t kMaxWaiting = 4096;
inline constexpr std::size_t kMaxCalls = 32;

// How a worker's record is smoothed and forgotten.
inline constexpr double kLatencyWeight = 0.2;  // of the newest measurement
inline constexpr double kSuccessWeight = 0.1;  // of the newest outcome
inline constexpr double kLeastSuccess =
    0.05;  // a failing worker looks at most 20 times as busy, so it is tried again
inline constexpr base::Duration kLatencyMemory = std::chrono::minutes(10);
inline constexpr base::Duration kFailureMemory =
    std::chrono::minutes(2);  // after it failures are forgiven

// What a worker says about its load is believed for so long.
inline constexpr base::Duration kLoadMemory = std::chrono::seconds(15);

// A preferred worker is taken while its load is at most this, or so many times the other's.
inline constexpr double kPreferredLoad = 0.5;
inline constexpr double kPreferredTimes = 2.0;

// Loads closer than this ratio count as equal, so that one old failure among a thousand successes
// decides nothing.
inline constexpr double kLoadTie = 1.05;

}  // namespace cocoon::market
