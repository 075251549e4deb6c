// The key is put into the one form that PublicKey reads, so that its limits hold here too.
#include "crypto/rsa_signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "base/check.h"
#include "crypto/der.h"
#include "crypto/public_key.h"

namespace cocoon::crypto {
namespace {

base::Bytes subject_public_key_info(base::BytesView modulus, base::BytesView exponent) {
  constexpr std::uint8_t kRsaEncryption[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
  const base::Bytes algorithm = der_nest(
      DerTag::Sequence,
      {der_element(DerTag::ObjectIdentifier, kRsaEncryption), der_element(DerTag::Null, {})});
  base::Bytes bits = {0};  // no unused bits
  const base::Bytes key =
      der_nest(DerTag::Sequence, {der_unsigned(modulus), der_unsigned(exponent)});
  bits.insert(bits.end(), key.begin(), key.end());
  return der_nest(DerTag::Sequence, {algorithm, der_element(DerTag::BitString, bits)});
}

}  // namespace

bool rsa_pkcs1_sha256_holds(base::BytesView modulus, base::BytesView exponent,
                            base::BytesView message, base::BytesView signature) {
  if (modulus.empty() || exponent.empty()) return false;
  const base::Bytes info = subject_public_key_info(modulus, exponent);
  if (!PublicKey::parse(info)) return false;
  const std::uint8_t* at = info.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &at, static_cast<long>(info.size())), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  CHECK(key != nullptr && context != nullptr);
  EVP_PKEY_CTX* options = nullptr;  // owned by the context
  const bool holds =
      EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) == 1;
  ERR_clear_error();  // TLS would read what a refusal leaves there as its own
  return holds;
}

}  // namespace cocoon::crypto
