// Bounds on collateral, which caches and files deliver that nobody vouches for.
#pragma once

#include <chrono>
#include <cstddef>

namespace cocoon::attest::collateral {

inline constexpr std::size_t kItemSizeMax = 512 * 1024;
inline constexpr std::size_t kIssuerChainSizeMax = 16 * 1024;
inline constexpr std::size_t kPathSizeMax = 512;
inline constexpr std::size_t kItemsMax = 1024;
inline constexpr std::size_t kBundleSizeMax = 16 * 1024 * 1024;
inline constexpr int kBundleDepthMax = 4;
inline constexpr int kTcbDocumentDepthMax = 8;

// Vendors publish new collateral daily: what is older is fetched again.
inline constexpr std::chrono::hours kRenewAfter{24};
// And before it ends.
inline constexpr std::chrono::hours kRenewBeforeEnd{24};

}  // namespace cocoon::attest::collateral
