// AES-256-CTR by OpenSSL's EVP interface.
#include "crypto/aes_ctr.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"

namespace cocoon::crypto {

void Aes256Ctr::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Aes256Ctr::Aes256Ctr(const base::Bits256& key, const base::Bits128& counter)
    : context_(EVP_CIPHER_CTX_new()) {
  CHECK(context_ != nullptr);
  CHECK(EVP_EncryptInit_ex(context_.get(), EVP_aes_256_ctr(), nullptr, key.data(),
                           counter.data()) == 1);
}

void Aes256Ctr::apply(std::span<std::uint8_t> data) {
  constexpr std::size_t kPiece = std::size_t{1} << 30;  // lengths are int
  while (!data.empty()) {
    const std::span<std::uint8_t> piece = data.first(std::min(data.size(), kPiece));
    int size = 0;
    CHECK(EVP_EncryptUpdate(context_.get(), piece.data(), &size, piece.data(),
                            static_cast<int>(piece.size())) == 1);
    CHECK(static_cast<std::size_t>(size) == piece.size());
    data = data.subspan(piece.size());
  }
}

}  // namespace cocoon::crypto
