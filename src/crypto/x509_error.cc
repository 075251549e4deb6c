// Names of the reasons.
#include "crypto/x509_error.h"

#include "base/check.h"

namespace cocoon::crypto {

std::string_view reason_name(X509Error error) {
  switch (error) {
    case X509Error::Oversized:
      return "x509_oversized";
    case X509Error::Malformed:
      return "x509_malformed";
    case X509Error::TrailingBytes:
      return "x509_trailing_bytes";
    case X509Error::UnsupportedVersion:
      return "x509_version_unsupported";
    case X509Error::UnsupportedSignature:
      return "x509_signature_unsupported";
    case X509Error::UnsupportedKey:
      return "x509_key_unsupported";
    case X509Error::InvalidKey:
      return "x509_key_invalid";
    case X509Error::TooManyExtensions:
      return "x509_too_many_extensions";
    case X509Error::DuplicateExtension:
      return "x509_duplicate_extension";
    case X509Error::UnknownCriticalExtension:
      return "x509_unknown_critical_extension";
    case X509Error::ChainEmpty:
      return "chain_empty";
    case X509Error::ChainTooLong:
      return "chain_too_long";
    case X509Error::RootNotTrusted:
      return "chain_root_not_trusted";
    case X509Error::IssuerMismatch:
      return "chain_issuer_mismatch";
    case X509Error::SignatureInvalid:
      return "chain_signature_invalid";
    case X509Error::IssuerNotCa:
      return "chain_issuer_not_ca";
    case X509Error::CertSignNotAllowed:
      return "chain_cert_sign_not_allowed";
    case X509Error::PathTooLong:
      return "chain_path_too_long";
    case X509Error::NotYetValid:
      return "certificate_not_yet_valid";
    case X509Error::Expired:
      return "certificate_expired";
    case X509Error::CrlSignNotAllowed:
      return "crl_sign_not_allowed";
    case X509Error::CrlNotYetValid:
      return "crl_not_yet_valid";
    case X509Error::CrlExpired:
      return "crl_expired";
  }
  CHECK(false);
}

}  // namespace cocoon::crypto
