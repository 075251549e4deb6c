// Public keys of certificates and what they have signed: ECDSA on P-256 and P-384 (FIPS 186-4),
// RSA-PSS (RFC 8017). Whatever is malformed, or of an algorithm that doesn't fit the key, is a
// signature that doesn't hold.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/x509_error.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace cocoon::crypto {

enum class KeyKind { EcP256, EcP384, Rsa };
enum class SignatureAlgorithm {
  EcdsaSha256,
  EcdsaSha384,
  EcdsaSha512,
  RsaPssSha256,  // salt and mask as long as, and of, the same hash
  RsaPssSha384,
  RsaPssSha512,
};

// Cheap to copy; never empty.
class PublicKey {
 public:
  // A SubjectPublicKeyInfo (RFC 5280, RFC 5480), strict DER; points uncompressed and on the curve.
  static base::Result<PublicKey> parse(base::BytesView subject_public_key_info);
  // x then y, big-endian, each as long as the curve's field. `kind` is one of the EC kinds.
  static base::Result<PublicKey> from_point(KeyKind kind, base::BytesView x_then_y);

  KeyKind kind() const { return kind_; }
  // Of EC keys 4 | x | y, of RSA keys the DER of modulus and exponent.
  const base::Bytes& bytes() const { return bytes_; }

  // `signature` as in certificates: DER of r and s, or the bytes of RSA-PSS.
  bool verify(SignatureAlgorithm algorithm, base::BytesView message,
              base::BytesView signature) const;
  // r then s, big-endian, each as long as the curve's field; the hash is the curve's own (SHA-256
  // for P-256, SHA-384 for P-384). False for RSA keys.
  bool verify_raw(base::BytesView message, base::BytesView r_then_s) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) {
    return a.kind_ == b.kind_ && a.bytes_ == b.bytes_;
  }

 private:
  PublicKey(KeyKind kind, base::Bytes bytes, std::shared_ptr<evp_pkey_st> key)
      : kind_(kind), bytes_(std::move(bytes)), key_(std::move(key)) {}
  static base::Result<PublicKey> from_rsa(base::BytesView subject_public_key_info,
                                          base::BytesView key);

  KeyKind kind_;
  base::Bytes bytes_;
  std::shared_ptr<evp_pkey_st> key_;
};

// AlgorithmIdentifier of a signature (RFC 5758, RFC 4055), whole element.
base::Result<SignatureAlgorithm> parse_signature_algorithm(base::BytesView element);

}  // namespace cocoon::crypto
