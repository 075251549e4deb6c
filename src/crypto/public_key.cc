// Keys and signatures by OpenSSL's EVP interface, behind strict DER of our own.
#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "crypto/der.h"
#include "crypto/limits.h"

namespace cocoon::crypto {
namespace {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

constexpr std::uint8_t kEcPublicKey[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
constexpr std::uint8_t kPrime256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::uint8_t kSecp384[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr std::uint8_t kRsaEncryption[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};

std::size_t field_size(KeyKind kind) { return kind == KeyKind::EcP256 ? 32 : 48; }

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

// Refusals may leave entries in the thread's error queue, which TLS reads as its own.
template <class T>
T with_errors_cleared(T result) {
  ERR_clear_error();
  return result;
}

Key make_ec_key(KeyKind kind, const Bytes& point) {
  // OpenSSL wants a writable name and doesn't write to it.
  char p256[] = "P-256";
  char p384[] = "P-384";
  char* curve = kind == KeyKind::EcP256 ? p256 : p384;
  Bytes copy = point;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.data(), copy.size()),
      OSSL_PARAM_construct_end()};
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), &EVP_PKEY_CTX_free);
  CHECK(context != nullptr);
  EVP_PKEY* key = nullptr;
  const bool made = EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
  return with_errors_cleared(Key(made ? key : nullptr));
}

Error malformed_key() {
  return {X509Error::Malformed, "A public key in a certificate is not well-formed."};
}

const EVP_MD* digest_of(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::EcdsaSha256:
    case SignatureAlgorithm::RsaPssSha256:
      return EVP_sha256();
    case SignatureAlgorithm::EcdsaSha384:
    case SignatureAlgorithm::RsaPssSha384:
      return EVP_sha384();
    case SignatureAlgorithm::EcdsaSha512:
    case SignatureAlgorithm::RsaPssSha512:
      return EVP_sha512();
  }
  CHECK(false);
}

bool is_pss(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::EcdsaSha256:
    case SignatureAlgorithm::EcdsaSha384:
    case SignatureAlgorithm::EcdsaSha512:
      return false;
    case SignatureAlgorithm::RsaPssSha256:
    case SignatureAlgorithm::RsaPssSha384:
    case SignatureAlgorithm::RsaPssSha512:
      return true;
  }
  CHECK(false);
}

}  // namespace

Result<PublicKey> PublicKey::from_point(KeyKind kind, BytesView x_then_y) {
  CHECK(kind != KeyKind::Rsa);
  if (x_then_y.size() != 2 * field_size(kind)) return malformed_key();
  Bytes point = {4};
  point.insert(point.end(), x_then_y.begin(), x_then_y.end());
  Key key = make_ec_key(kind, point);
  if (key == nullptr) {
    return Error(X509Error::InvalidKey, "A public key is not a point of its curve.");
  }
  return PublicKey(kind, std::move(point), std::shared_ptr<EVP_PKEY>(std::move(key)));
}

Result<PublicKey> PublicKey::from_rsa(BytesView subject_public_key_info, BytesView key) {
  DerReader file(key);
  const auto outer = file.read(DerTag::Sequence);
  if (!outer || !file.empty()) return malformed_key();
  DerReader numbers(outer->content);
  const auto modulus = numbers.read(DerTag::Integer);
  const auto exponent = numbers.read(DerTag::Integer);
  if (!modulus || !exponent || !numbers.empty()) return malformed_key();
  if (!is_shortest_integer(modulus->content)) return malformed_key();
  const auto small_exponent = der_small_number(*exponent);
  if (!small_exponent) return malformed_key();
  BytesView digits = modulus->content;
  if (digits[0] == 0 && digits.size() > 1) digits = digits.subspan(1);
  const std::size_t bits =
      digits.size() * 8 - static_cast<std::size_t>(std::countl_zero(digits[0]));
  const bool negative = (modulus->content[0] & 0x80) != 0;
  if (negative || bits < kRsaBitsMin || bits > kRsaBitsMax || *small_exponent < 3 ||
      *small_exponent > 0xffffffff) {
    return Error(X509Error::InvalidKey, "An RSA key is too small or too large.");
  }
  const std::uint8_t* at = subject_public_key_info.data();
  Key parsed(d2i_PUBKEY(nullptr, &at, static_cast<long>(subject_public_key_info.size())));
  if (parsed == nullptr) return with_errors_cleared(malformed_key());
  return PublicKey(KeyKind::Rsa, base::to_bytes(key), std::shared_ptr<EVP_PKEY>(std::move(parsed)));
}

Result<PublicKey> PublicKey::parse(BytesView subject_public_key_info) {
  DerReader file(subject_public_key_info);
  const auto outer = file.read(DerTag::Sequence);
  if (!outer || !file.empty()) return malformed_key();
  DerReader reader(outer->content);
  const auto algorithm = reader.read(DerTag::Sequence);
  const auto bits = reader.read(DerTag::BitString);
  if (!algorithm || !bits || !reader.empty() || bits->content.size() < 2 || bits->content[0] != 0) {
    return malformed_key();
  }
  const BytesView key = bits->content.subspan(1);
  DerReader parts(algorithm->content);
  const auto kind = parts.read(DerTag::ObjectIdentifier);
  const auto parameters = parts.read_any();
  if (!kind || !parameters || !parts.empty()) return malformed_key();
  if (std::ranges::equal(kind->content, kRsaEncryption)) {
    if (parameters->tag != DerTag::Null || !parameters->content.empty()) return malformed_key();
    return from_rsa(subject_public_key_info, key);
  }
  const bool p256 = std::ranges::equal(parameters->content, kPrime256);
  const bool p384 = std::ranges::equal(parameters->content, kSecp384);
  if (!std::ranges::equal(kind->content, kEcPublicKey) ||
      parameters->tag != DerTag::ObjectIdentifier || (!p256 && !p384)) {
    return Error(X509Error::UnsupportedKey,
                 "A certificate has a key of another type than P-256, P-384 or RSA.");
  }
  if (key[0] != 4) return malformed_key();
  return from_point(p256 ? KeyKind::EcP256 : KeyKind::EcP384, key.subspan(1));
}

bool PublicKey::verify(SignatureAlgorithm algorithm, BytesView message, BytesView signature) const {
  if (is_pss(algorithm) != (kind_ == KeyKind::Rsa)) return false;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  CHECK(context != nullptr);
  EVP_PKEY_CTX* options = nullptr;  // owned by the context
  bool genuine =
      EVP_DigestVerifyInit(context.get(), &options, digest_of(algorithm), nullptr, key_.get()) == 1;
  if (genuine && is_pss(algorithm)) {
    genuine = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_mgf1_md(options, digest_of(algorithm)) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  genuine = genuine && EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                        message.data(), message.size()) == 1;
  return with_errors_cleared(genuine);
}

bool PublicKey::verify_raw(BytesView message, BytesView r_then_s) const {
  if (kind_ == KeyKind::Rsa || r_then_s.size() != 2 * field_size(kind_)) return false;
  const Bytes signature =
      der_nest(DerTag::Sequence, {der_unsigned(r_then_s.first(field_size(kind_))),
                                  der_unsigned(r_then_s.subspan(field_size(kind_)))});
  return verify(
      kind_ == KeyKind::EcP256 ? SignatureAlgorithm::EcdsaSha256 : SignatureAlgorithm::EcdsaSha384,
      message, signature);
}

}  // namespace cocoon::crypto
