// Bounds on certificates and revocation lists, which come from whoever wants to be believed.
#pragma once

#include <cstddef>

namespace cocoon::crypto {

inline constexpr std::size_t kX509SizeMax = 16 * 1024;
inline constexpr std::size_t kX509ExtensionsMax = 32;
// The largest list in use, of a vendor with many platforms, has some kilobytes.
inline constexpr std::size_t kCrlSizeMax = 512 * 1024;
// Certificates of one chain, root included.
inline constexpr std::size_t kChainLengthMax = 8;
inline constexpr std::size_t kRsaBitsMin = 2048;
inline constexpr std::size_t kRsaBitsMax = 8192;

}  // namespace cocoon::crypto
