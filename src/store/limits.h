// Every bound of the store, by name.
#pragma once

#include <cstdint>

namespace cocoon::store {

// Old entries that one commit drops: this many, and twice as many as it adds, so that dropping
// always catches up.
inline constexpr std::int64_t kDropPerCommit = 64;
inline constexpr std::int64_t kDropPerEntry = 2;

}  // namespace cocoon::store
