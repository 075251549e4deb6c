// Sizes this module accepts. The first three are the chain's own; the others are ours.
#pragma once

#include <cstddef>

namespace cocoon::ton {

inline constexpr unsigned kMaxCellBits = 1023;
inline constexpr unsigned kMaxCellRefs = 4;
inline constexpr unsigned kMaxCellDepth = 1024;
// The depth the chain allows for an account's code and data.
inline constexpr unsigned kMaxCodeDepth = 512;

inline constexpr std::size_t kMaxBocBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxBocCells = std::size_t{1} << 18;
inline constexpr std::size_t kMaxBocRoots = 64;
// A signed payment has 2 cells and takes 182 bytes.
inline constexpr std::size_t kMaxPaymentBytes = 512;

}  // namespace cocoon::ton
