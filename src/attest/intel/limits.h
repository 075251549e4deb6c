// Bounds on collateral, which comes from caches that nobody trusts.
#pragma once

#include <cstddef>

namespace cocoon::attest::intel {

// TCB info and identities as served have less than 32 KB.
inline constexpr std::size_t kJsonSizeMax = 128 * 1024;
inline constexpr int kJsonDepthMax = 8;
inline constexpr std::size_t kJsonMembersMax = 64;   // of one object
inline constexpr std::size_t kJsonItemsMax = 1024;   // of one array
inline constexpr std::size_t kTcbLevelsMax = 256;    // of one list
inline constexpr std::size_t kAdvisoriesMax = 256;   // of one level
inline constexpr std::size_t kAdvisoryNameMax = 64;  // letters
inline constexpr std::size_t kPckExtensionSizeMax = 4096;

}  // namespace cocoon::attest::intel
