// Sizes of a root contract's state that we accept.
#pragma once

#include <cstddef>

namespace cocoon::registry {

// Entries of each list: image, model and key hashes, proxies.
inline constexpr std::size_t kMaxListEntries = 4096;
inline constexpr std::size_t kMaxPseudoConfigBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxChainConfigBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxLiteServers = 256;
inline constexpr std::size_t kMaxModelNameBytes = 1024;
// "host:port host:port", as long as its 7-bit length allows.
inline constexpr std::size_t kMaxAddressTextBytes = 127;

}  // namespace cocoon::registry
