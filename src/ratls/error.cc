// Names of the reasons.
#include "ratls/error.h"

#include "base/check.h"

namespace cocoon::ratls {

std::string_view reason_name(CertificateError error) {
  switch (error) {
    case CertificateError::NoCertificate:
      return "certificate_missing";
    case CertificateError::ChainNotAllowed:
      return "certificate_chain_not_allowed";
    case CertificateError::CertificateOversized:
      return "certificate_oversized";
    case CertificateError::ExtensionOversized:
      return "certificate_extension_oversized";
    case CertificateError::TooManyExtensions:
      return "certificate_too_many_extensions";
    case CertificateError::Malformed:
      return "certificate_malformed";
    case CertificateError::TrailingBytes:
      return "certificate_trailing_bytes";
    case CertificateError::UnsupportedVersion:
      return "certificate_version_unsupported";
    case CertificateError::UnsupportedKeyType:
      return "certificate_key_type_unsupported";
    case CertificateError::UnsupportedSignature:
      return "certificate_signature_unsupported";
    case CertificateError::NotSelfSigned:
      return "certificate_not_self_signed";
    case CertificateError::SignatureInvalid:
      return "certificate_signature_invalid";
    case CertificateError::UnknownCriticalExtension:
      return "certificate_unknown_critical_extension";
    case CertificateError::DuplicateExtension:
      return "certificate_duplicate_extension";
    case CertificateError::ClaimsMismatch:
      return "certificate_claims_mismatch";
    case CertificateError::EvidenceIncomplete:
      return "certificate_evidence_incomplete";
    case CertificateError::EvidenceConflict:
      return "certificate_evidence_conflict";
    case CertificateError::NotYetValid:
      return "certificate_not_yet_valid";
    case CertificateError::Expired:
      return "certificate_expired";
    case CertificateError::LifetimeTooLong:
      return "certificate_lifetime_too_long";
  }
  CHECK(false);
}

std::string_view reason_name(RouterReportError error) {
  switch (error) {
    case RouterReportError::Oversized:
      return "router_report_oversized";
    case RouterReportError::Truncated:
      return "router_report_truncated";
    case RouterReportError::TrailingBytes:
      return "router_report_trailing_bytes";
    case RouterReportError::UnknownLayout:
      return "router_report_layout_unknown";
    case RouterReportError::UnknownReportKind:
      return "router_report_kind_unknown";
    case RouterReportError::BadString:
      return "router_report_bad_string";
    case RouterReportError::BadPublicKey:
      return "router_report_bad_public_key";
    case RouterReportError::BadPort:
      return "router_report_bad_port";
  }
  CHECK(false);
}

}  // namespace cocoon::ratls
