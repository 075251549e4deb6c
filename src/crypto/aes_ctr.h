// AES-256 in counter mode (NIST SP 800-38A, 16-byte big-endian counter block) as a continuous
// keystream. It hides and does not protect: whoever needs integrity adds it, as ADNL's frames do.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.h"

struct evp_cipher_ctx_st;  // OpenSSL's EVP_CIPHER_CTX

namespace cocoon::crypto {

class Aes256Ctr {
 public:
  Aes256Ctr(const base::Bits256& key, const base::Bits128& counter);

  // Encrypts or decrypts in place, going on where the last call stopped.
  void apply(std::span<std::uint8_t> data);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

}  // namespace cocoon::crypto
