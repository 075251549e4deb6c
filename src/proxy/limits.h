// The proxy's limits, all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace cocoon::proxy {

using namespace std::chrono_literals;

inline constexpr std::size_t kMaxLinks = 100'000;
inline constexpr std::size_t kMaxRunningPerClient = 4'096;
inline constexpr std::size_t kMaxRunning = 200'000;
// Bytes of requests kept so that another worker can be tried while no answer has begun.
inline constexpr std::size_t kMaxKeptRequestBytes = std::size_t{1} << 30;
inline constexpr int kMaxAttempts =
    3;  // workers tried for one request before its first answer part

// How long a request waits for a worker while all are busy, and the bytes of all that wait.
inline constexpr base::Duration kMaxWait = 10s;
inline constexpr std::size_t kMaxWaitingBytes = std::size_t{256} << 20;

// A list of offers is made anew after so long.
inline constexpr base::Duration kOffersAge = 1s;

inline constexpr base::Duration kMinTimeout = 100ms;
inline constexpr base::Duration kMaxTimeout = 3600s;
// A peer that has not finished its handshake by then is disconnected.
inline constexpr base::Duration kHandshakeTime = 300s;
// The share of the remaining time that is handed to the next hop, so that the inner timeout fires
// first.
inline constexpr double kTimeoutShare = 0.95;

inline constexpr std::int32_t kMaxCoefficient = 999'999'999;
inline constexpr std::int32_t kMaxRequestTokens = 10'000'000;
inline constexpr std::int32_t kMaxWorkerSlots = 100'000;
inline constexpr std::int32_t kMaxProxyCount = 10'000;
inline constexpr std::size_t kMaxModelName = 512;
inline constexpr std::size_t kMaxDebugText = 64 * 1024;

}  // namespace cocoon::proxy
