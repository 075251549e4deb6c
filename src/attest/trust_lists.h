// Trust lists: what governance says about machines and images beyond the list of allowed images.
// They come from the root contract, or from a file for offline use.
#pragma once

#include <cstdint>
#include <vector>

#include "attest/platform.h"
#include "base/bytes.h"

namespace cocoon::attest {

struct TrustLists {
  std::uint64_t version = 0;  // +1 on every change: what was judged before is judged again
  std::vector<PlatformId> revoked_platforms;
  std::vector<PlatformId> enrolled_platforms;  // their owners have put a bond on chain: tier T3
  std::vector<PlatformId> endorsed_platforms;  // somebody vouches for place or owner: tier T4
  std::vector<base::Bits256> revoked_images;   // even if they are allowed
  std::vector<base::Bits256> revoked_keys;     // TLS public keys of peers

  bool platform_revoked(const PlatformId& id) const;
  bool platform_enrolled(const PlatformId& id) const;
  bool platform_endorsed(const PlatformId& id) const;
  bool image_revoked(const base::Bits256& hash) const;
  bool key_revoked(const base::Bits256& key) const;
};

}  // namespace cocoon::attest
