// The worker's limits, all of them.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace cocoon::worker {

using namespace std::chrono_literals;

// A plain answer up to this size goes out as one message, with its length known; a longer one is
// streamed.
inline constexpr std::size_t kMaxWholeAnswer = 64 * 1024;
// Answer bytes are cut into parts of at most this size.
inline constexpr std::size_t kMaxPart = 256 * 1024;
inline constexpr std::size_t kMaxActiveRequests = 100'000;

inline constexpr base::Duration kConnectTimeout = 30s;
inline constexpr base::Duration kMinTimeout = 100ms;
inline constexpr base::Duration kMaxTimeout = 3600s;
// The share of the proxy's time limit that the engine gets.
inline constexpr double kTimeoutShare = 0.95;
inline constexpr base::Duration kPaymentStatusPeriod = 15s;
inline constexpr base::Duration kPaymentStatusTimeout = 60s;
inline constexpr base::Duration kProbePeriod = 2s;
// How often proxies are told the load when it has changed, and when it has not.
inline constexpr base::Duration kLoadPeriod = 2s;
inline constexpr base::Duration kQuietLoadPeriod = 10s;

}  // namespace cocoon::worker
