// The client's limits, all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace cocoon::client {

using namespace std::chrono_literals;

inline constexpr std::size_t kMaxRunning = 20'000;
inline constexpr std::size_t kMaxModels = 10'000;
inline constexpr std::size_t kMaxOffers = 100'000;
// Proxies that one request is given to, one after another, while nothing has been answered.
inline constexpr std::size_t kMaxAttempts = 3;
// Requests that are kept for another attempt, all together.
inline constexpr std::size_t kMaxKeptRequestBytes = std::size_t{64} << 20;

// Proxies whose past is remembered, by contract.
inline constexpr std::size_t kMaxPasts = 1'024;

// How fast a proxy answers is smoothed; this is the weight of the newest answer.
inline constexpr double kPaceWeight = 0.2;

inline constexpr base::Duration kConnectTimeout = 30s;
inline constexpr base::Duration kAuthoriseTimeout = 300s;
inline constexpr base::Duration kPaymentStatusPeriod = 15s;
inline constexpr base::Duration kPaymentStatusTimeout = 60s;
inline constexpr base::Duration kModelsTimeout = 10s;
inline constexpr base::Duration kModelsPeriod = 30s;
inline constexpr base::Duration kOffersPeriod = 10s;  // since version 5; they tell the load, too

// A caller that has had nothing of its answer when the connection to the proxy is lost waits so
// long for the proxy to come back and say what became of the request; without a caller it is asked
// for so long.
inline constexpr base::Duration kLostPatience = 10s;
inline constexpr base::Duration kLostMemory = 60s;
inline constexpr base::Duration kEndsTimeout = 10s;
inline constexpr base::Duration kEndsPeriod = 1s;

inline constexpr base::Duration kDefaultTimeout = 120s;
inline constexpr base::Duration kMaxTimeout = 3600s;
// The share of the caller's time that the proxy is given, so that its answer about a timeout
// arrives before ours.
inline constexpr double kTimeoutShare = 0.95;
inline constexpr std::int32_t kDefaultMaxCoefficient = 4000;

}  // namespace cocoon::client
