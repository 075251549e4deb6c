// For tests: the codes of errors as numbers, as they travel.
#pragma once

#include <cstdint>

namespace cocoon::session {

inline constexpr std::int32_t kRefused = 602;
inline constexpr std::int32_t kViolation = 621;
inline constexpr std::int32_t kNotReady = 651;
inline constexpr std::int32_t kTimeout = 652;
inline constexpr std::int32_t kCancelled = 653;

}  // namespace cocoon::session
