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
// The chain allows 255 actions in one transaction.
inline constexpr std::size_t kMaxOutMessages = 255;
// The chain lets a message carry 2 currencies beside the nanoton by default; accounts collect them.
inline constexpr std::size_t kMaxExtraCurrencies = 1024;
// More than a block's size limit lets in.
inline constexpr std::size_t kMaxBlockTransactions = std::size_t{1} << 16;
inline constexpr std::size_t kMaxValidators = 65535;
// Steps of one answer to "how do I get from this block to that": the reference sends at most 16.
inline constexpr std::size_t kMaxProofSteps = 1024;
// A signed payment has 2 cells and takes 182 bytes.
inline constexpr std::size_t kMaxPaymentBytes = 512;

}  // namespace cocoon::ton
