// Bounds on what a TL object from outside may claim before it is believed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cocoon::tl {

// Longest string or bytes field: no frame carries more (docs/protocol/wire.md [WIRE-20]).
inline constexpr std::uint64_t kMaxStringLength = std::uint64_t{1} << 24U;
// Most elements of one vector. A list of 100,000 workers fits; memory for one vector stays within
// tens of megabytes.
inline constexpr std::size_t kMaxVectorLength = std::size_t{1} << 18U;

}  // namespace cocoon::tl
