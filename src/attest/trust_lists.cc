// Lists are short (kTrustListMax): a look through is fast enough.
#include "attest/trust_lists.h"

#include <algorithm>

namespace cocoon::attest {
namespace {

bool contains(const std::vector<base::Bits256>& list, const base::Bits256& wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

}  // namespace

bool TrustLists::platform_revoked(const PlatformId& id) const {
  return contains(revoked_platforms, id);
}
bool TrustLists::platform_enrolled(const PlatformId& id) const {
  return contains(enrolled_platforms, id);
}
bool TrustLists::platform_endorsed(const PlatformId& id) const {
  return contains(endorsed_platforms, id);
}
bool TrustLists::image_revoked(const base::Bits256& hash) const {
  return contains(revoked_images, hash);
}
bool TrustLists::key_revoked(const base::Bits256& key) const { return contains(revoked_keys, key); }

}  // namespace cocoon::attest
