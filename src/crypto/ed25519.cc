// Ed25519 by OpenSSL's EVP interface, which wipes a key's memory when it is freed.
#include "crypto/ed25519.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/check.h"

namespace cocoon::crypto {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Context make_context() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  CHECK(context != nullptr);
  return context;
}

}  // namespace

std::string_view reason_name(Ed25519Error error) {
  switch (error) {
    case Ed25519Error::WrongSeedSize:
      return "wrong_seed_size";
  }
  CHECK(false);
}

void Ed25519PrivateKey::KeyFree::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Ed25519PrivateKey::Ed25519PrivateKey(base::BytesView seed)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())) {
  CHECK(key_ != nullptr);
  std::size_t size = public_key_.size();
  CHECK(EVP_PKEY_get_raw_public_key(key_.get(), public_key_.data(), &size) == 1);
  CHECK(size == public_key_.size());
}

base::Result<Ed25519PrivateKey> Ed25519PrivateKey::from_seed(base::BytesView seed) {
  if (seed.size() != 32) {
    return base::Error(
        Ed25519Error::WrongSeedSize,
        "An Ed25519 private key has 32 bytes, this one has " + std::to_string(seed.size()) + ".");
  }
  return Ed25519PrivateKey(seed);
}

Ed25519PrivateKey Ed25519PrivateKey::generate(base::Random& random) {
  base::Bytes seed(32);
  random.fill(seed);
  const base::Secret held(std::move(seed));
  return Ed25519PrivateKey(held.expose());
}

base::Bits512 Ed25519PrivateKey::sign(base::BytesView message) const {
  const Context context = make_context();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  base::Bits512 signature;
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
        1);
  CHECK(size == signature.size());
  return signature;
}

base::Secret Ed25519PrivateKey::seed() const {
  base::Bytes seed(32);
  std::size_t size = seed.size();
  CHECK(EVP_PKEY_get_raw_private_key(key_.get(), seed.data(), &size) == 1);
  CHECK(size == seed.size());
  return base::Secret(std::move(seed));
}

bool ed25519_verify(const base::Bits256& public_key, base::BytesView message,
                    const base::Bits512& signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()),
      &EVP_PKEY_free);
  const Context context = make_context();
  const bool genuine =
      key != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) == 1;
  // A refusal may leave entries in the thread's error queue, which TLS reads as its own.
  if (!genuine) ERR_clear_error();
  return genuine;
}

}  // namespace cocoon::crypto
