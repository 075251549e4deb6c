// SHA-2 and HMAC by OpenSSL's EVP interface.
#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <climits>
#include <memory>

#include "base/check.h"

namespace cocoon::crypto {
namespace {

using Pieces = std::initializer_list<base::BytesView>;

// Fetching an algorithm takes longer in OpenSSL 3 than hashing a small message, so each is fetched
// once.
struct MdFree {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
using FetchedMd = std::unique_ptr<EVP_MD, MdFree>;

template <std::size_t N>
std::array<std::uint8_t, N> digest(const FetchedMd& md, Pieces pieces) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  CHECK(md != nullptr && context != nullptr);
  CHECK(EVP_DigestInit_ex(context.get(), md.get(), nullptr) == 1);
  for (const base::BytesView piece : pieces) {
    CHECK(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
  }
  std::array<std::uint8_t, N> out;
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1);
  CHECK(size == N);
  return out;
}

}  // namespace

base::Bits256 sha256(Pieces pieces) {
  static const FetchedMd md(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return digest<32>(md, pieces);
}

base::Bits384 sha384(Pieces pieces) {
  static const FetchedMd md(EVP_MD_fetch(nullptr, "SHA384", nullptr));
  return digest<48>(md, pieces);
}

base::Bits512 sha512(Pieces pieces) {
  static const FetchedMd md(EVP_MD_fetch(nullptr, "SHA512", nullptr));
  return digest<64>(md, pieces);
}

Sha384::Sha384() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr);
  CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha384(), nullptr) == 1);
}

void Sha384::update(base::BytesView data) {
  CHECK(EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1);
}

base::Bits384 Sha384::finish() {
  base::Bits384 out;
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context_.get(), out.data(), &size) == 1);
  CHECK(size == out.size());
  return out;
}

void Sha384::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

base::Bits256 sha256(base::BytesView data) { return sha256({data}); }
base::Bits384 sha384(base::BytesView data) { return sha384({data}); }
base::Bits512 sha512(base::BytesView data) { return sha512({data}); }

base::Bits256 hmac_sha256(base::BytesView key, base::BytesView data) {
  CHECK(key.size() <= INT_MAX);
  // OpenSSL reads a null key as "the key of last time".
  static constexpr std::uint8_t kEmptyKey = 0;
  const std::uint8_t* key_data = key.empty() ? &kEmptyKey : key.data();
  base::Bits256 out;
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()), data.data(), data.size(),
             out.data(), &size) != nullptr);
  CHECK(size == out.size());
  return out;
}

}  // namespace cocoon::crypto
