// Ed25519 signatures (RFC 8032, pure, no context). Private keys wipe themselves and are never
// printed.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace cocoon::crypto {

enum class Ed25519Error { WrongSeedSize };
std::string_view reason_name(Ed25519Error error);

class Ed25519PrivateKey {
 public:
  // The 32-byte seed that RFC 8032 calls the private key.
  static base::Result<Ed25519PrivateKey> from_seed(base::BytesView seed);
  static Ed25519PrivateKey generate(base::Random& random);

  const base::Bits256& public_key() const { return public_key_; }
  base::Bits512 sign(base::BytesView message) const;
  // For handing to TLS or to a key file.
  base::Secret seed() const;

 private:
  struct KeyFree {
    void operator()(evp_pkey_st* key) const;
  };
  explicit Ed25519PrivateKey(base::BytesView seed);

  std::unique_ptr<evp_pkey_st, KeyFree> key_;
  base::Bits256 public_key_;
};

// False for every malformed key or signature as for a wrong one.
bool ed25519_verify(const base::Bits256& public_key, base::BytesView message,
                    const base::Bits512& signature);

}  // namespace cocoon::crypto
