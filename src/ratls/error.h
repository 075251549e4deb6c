// Why a certificate or a router's report is refused before its evidence is even looked at (after
// that: attest/refusal.h).
#pragma once

#include <string_view>

namespace cocoon::ratls {

enum class CertificateError {
  NoCertificate,
  ChainNotAllowed,
  CertificateOversized,
  ExtensionOversized,
  TooManyExtensions,
  Malformed,
  TrailingBytes,
  UnsupportedVersion,
  UnsupportedKeyType,
  UnsupportedSignature,
  NotSelfSigned,
  SignatureInvalid,
  UnknownCriticalExtension,
  DuplicateExtension,
  ClaimsMismatch,
  EvidenceIncomplete,
  EvidenceConflict,
  NotYetValid,
  Expired,
  LifetimeTooLong,
};
std::string_view reason_name(CertificateError error);

enum class RouterReportError {
  Oversized,
  Truncated,
  TrailingBytes,
  UnknownLayout,
  UnknownReportKind,
  BadString,
  BadPublicKey,
  BadPort,
};
std::string_view reason_name(RouterReportError error);

}  // namespace cocoon::ratls
