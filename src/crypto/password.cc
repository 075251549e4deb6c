// PBKDF2 and HMAC by OpenSSL.
#include "crypto/password.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <climits>

#include "base/check.h"

namespace cocoon::crypto {
namespace {

// OpenSSL reads a null key as "the key of last time".
constexpr std::uint8_t kEmpty = 0;
const std::uint8_t* start(base::BytesView bytes) { return bytes.empty() ? &kEmpty : bytes.data(); }

}  // namespace

base::Secret hmac_sha512(base::BytesView key, base::BytesView data) {
  CHECK(key.size() <= INT_MAX);
  base::Bytes out(64);
  unsigned size = 0;
  CHECK(HMAC(EVP_sha512(), start(key), static_cast<int>(key.size()), data.data(), data.size(),
             out.data(), &size) != nullptr);
  CHECK(size == out.size());
  return base::Secret(std::move(out));
}

base::Secret pbkdf2_hmac_sha512(base::BytesView password, base::BytesView salt, unsigned iterations,
                                std::size_t size) {
  CHECK(password.size() <= INT_MAX && salt.size() <= INT_MAX && size <= INT_MAX);
  base::Bytes out(size);
  CHECK(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(start(password)),
                          static_cast<int>(password.size()), start(salt),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha512(),
                          static_cast<int>(size), out.data()) == 1);
  return base::Secret(std::move(out));
}

}  // namespace cocoon::crypto
