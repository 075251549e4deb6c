// One hash for identifiers of all makers.
#include "attest/platform.h"

#include "crypto/hash.h"

namespace cocoon::attest {

PlatformId platform_id(std::string_view kind, base::BytesView identifier) {
  constexpr std::uint8_t kZero[] = {0};
  return crypto::sha256(
      {base::as_bytes("cocoon platform 1"), kZero, base::as_bytes(kind), kZero, identifier});
}

}  // namespace cocoon::attest
