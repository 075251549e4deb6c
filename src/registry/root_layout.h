// What reading and writing the root contract's cells have in common. Layout: schema/contracts.tlb.
#pragma once

#include <cstdint>

namespace cocoon::registry {

inline constexpr unsigned kHashBits = 256;  // keys of the sets of hashes
inline constexpr unsigned kSeqnoBits = 32;  // keys of the list of proxies
// Versions of the parameters' structure that brought a member.
inline constexpr std::uint8_t kSinceKeyManager = 4;
inline constexpr std::uint8_t kSinceVerifiedKeys = 5;

}  // namespace cocoon::registry
