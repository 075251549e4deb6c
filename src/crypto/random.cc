// Randomness from OpenSSL's generator for private values, which the kernel seeds; safe to call from
// any thread.
#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>

#include "base/check.h"

namespace cocoon::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  constexpr std::size_t kMostAtOnce = 1 << 20;  // the call counts in int
  while (!out.empty()) {
    const std::size_t size = std::min(out.size(), kMostAtOnce);
    CHECK(RAND_priv_bytes(out.data(), static_cast<int>(size)) == 1);
    out = out.subspan(size);
  }
}

}  // namespace cocoon::crypto
