// Every bound of this module, by name. Whoever needs another number changes it here and nowhere
// else.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace cocoon::openai {

// A request body: one frame (2^24 bytes) less room for the envelope around it (method, headers,
// TL).
inline constexpr std::size_t kMaxRequestBytes = (std::size_t{1} << 24) - (std::size_t{1} << 16);
inline constexpr int kMaxJsonDepth = 128;
inline constexpr std::size_t kMaxModelNameBytes = 256;
inline constexpr std::size_t kMaxRequestGuidBytes = 256;

// Limits and defaults of a request's options. Coefficient 1000 = 1.0.
inline constexpr std::int64_t kMaxCoefficient = 999'999'999;
inline constexpr std::int64_t kDefaultMaxCoefficient = 4000;
inline constexpr base::Duration kDefaultTimeout = std::chrono::seconds(120);
inline constexpr base::Duration kMinTimeout = std::chrono::milliseconds(100);
inline constexpr base::Duration kMaxTimeout = std::chrono::hours(1);

// Tokens that a request may generate, per choice; the default stands in the reservation when the
// body sets no limit.
inline constexpr std::int64_t kDefaultMaxTokens = 10'000;
inline constexpr std::int64_t kMaxTokensPerChoice = 10'000'000;
inline constexpr std::int64_t kMaxChoices = 128;  // `n` and `best_of`; OpenAI's own limit

// No engine reports more tokens of one kind for one answer: larger numbers are taken as this one.
inline constexpr std::int64_t kMaxReportedTokens = 1'000'000'000;
// The cost waits behind the last `usage`; if more than this comes after it, the bytes go on without
// the cost.
inline constexpr std::size_t kMaxHeldBytes = std::size_t{64} << 10;

inline constexpr std::size_t kMaxErrorTextBytes = 512;
inline constexpr std::size_t kMaxHeaderValueBytes = 1024;
inline constexpr std::size_t kMaxNearestModels = 3;
inline constexpr std::size_t kMaxModelsCompared = 4096;

}  // namespace cocoon::openai
