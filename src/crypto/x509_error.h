// Why a certificate, a key, a chain or a revocation list is refused.
#pragma once

#include <string_view>

namespace cocoon::crypto {

enum class X509Error {
  Oversized,
  Malformed,
  TrailingBytes,
  UnsupportedVersion,
  UnsupportedSignature,
  UnsupportedKey,
  InvalidKey,  // a point off its curve, a modulus of a size that nobody should use
  TooManyExtensions,
  DuplicateExtension,
  UnknownCriticalExtension,
  // Of chains (certificate_chain.h).
  ChainEmpty,
  ChainTooLong,
  RootNotTrusted,
  IssuerMismatch,
  SignatureInvalid,
  IssuerNotCa,
  CertSignNotAllowed,
  PathTooLong,
  NotYetValid,
  Expired,
  // Of revocation lists (crl.h).
  CrlSignNotAllowed,
  CrlNotYetValid,
  CrlExpired,
};
std::string_view reason_name(X509Error error);

}  // namespace cocoon::crypto
