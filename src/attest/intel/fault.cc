// Names of the faults, and which of them belong together.
#include "attest/intel/fault.h"

#include "base/check.h"

namespace cocoon::attest::intel {

std::string_view reason_name(Fault fault) {
  switch (fault) {
    case Fault::QuoteMalformed:
      return "quote_malformed";
    case Fault::QuoteUnsupported:
      return "quote_unsupported";
    case Fault::CollateralMissing:
      return "collateral_missing";
    case Fault::PckChainMalformed:
      return "pck_chain_malformed";
    case Fault::PckChainUntrusted:
      return "pck_chain_untrusted";
    case Fault::PckChainInvalid:
      return "pck_chain_invalid";
    case Fault::PckChainDates:
      return "pck_chain_dates";
    case Fault::PckExtensionInvalid:
      return "pck_extension_invalid";
    case Fault::SignerChainMalformed:
      return "signer_chain_malformed";
    case Fault::SignerChainUntrusted:
      return "signer_chain_untrusted";
    case Fault::SignerChainInvalid:
      return "signer_chain_invalid";
    case Fault::SignerChainDates:
      return "signer_chain_dates";
    case Fault::CrlInvalid:
      return "crl_invalid";
    case Fault::CrlDates:
      return "crl_dates";
    case Fault::CertificateRevoked:
      return "certificate_revoked";
    case Fault::CollateralSignature:
      return "collateral_signature";
    case Fault::CollateralMalformed:
      return "collateral_malformed";
    case Fault::CollateralDates:
      return "collateral_dates";
    case Fault::CollateralMismatch:
      return "collateral_mismatch";
    case Fault::QeReportSignature:
      return "qe_report_signature";
    case Fault::AttestationKeyUnbound:
      return "attestation_key_unbound";
    case Fault::QuoteSignature:
      return "quote_signature";
    case Fault::QeIdentityMismatch:
      return "qe_identity_mismatch";
    case Fault::TdxModuleMismatch:
      return "tdx_module_mismatch";
    case Fault::TcbNotSupported:
      return "tcb_not_supported";
  }
  CHECK(false);
}

FaultClass class_of(Fault fault) {
  switch (fault) {
    case Fault::QuoteMalformed:
    case Fault::PckChainMalformed:
      return FaultClass::Malformed;
    case Fault::QuoteUnsupported:
      return FaultClass::Unsupported;
    case Fault::CollateralMissing:
      return FaultClass::CollateralMissing;
    case Fault::PckChainUntrusted:
    case Fault::SignerChainUntrusted:
      return FaultClass::UntrustedRoot;
    case Fault::PckChainInvalid:
    case Fault::PckExtensionInvalid:
    case Fault::SignerChainInvalid:
      return FaultClass::BadChain;
    case Fault::PckChainDates:
    case Fault::SignerChainDates:
      return FaultClass::CertTime;
    case Fault::SignerChainMalformed:
    case Fault::CollateralMalformed:
      return FaultClass::CollateralMalformed;
    case Fault::CrlInvalid:
      return FaultClass::BadCrl;
    case Fault::CrlDates:
      return FaultClass::CrlTime;
    case Fault::CertificateRevoked:
      return FaultClass::Revoked;
    case Fault::CollateralSignature:
      return FaultClass::CollateralSignature;
    case Fault::CollateralDates:
      return FaultClass::CollateralTime;
    case Fault::CollateralMismatch:
      return FaultClass::CollateralMismatch;
    case Fault::QeReportSignature:
    case Fault::AttestationKeyUnbound:
    case Fault::QuoteSignature:
      return FaultClass::QuoteSignature;
    case Fault::QeIdentityMismatch:
      return FaultClass::QeIdentity;
    case Fault::TdxModuleMismatch:
      return FaultClass::TdxModuleMismatch;
    case Fault::TcbNotSupported:
      return FaultClass::TcbNotSupported;
  }
  CHECK(false);
}

std::string_view fault_class_name(FaultClass fault_class) {
  switch (fault_class) {
    case FaultClass::UntrustedRoot:
      return "untrusted_root";
    case FaultClass::BadChain:
      return "bad_chain";
    case FaultClass::CertTime:
      return "cert_time";
    case FaultClass::Revoked:
      return "revoked";
    case FaultClass::CrlTime:
      return "crl_time";
    case FaultClass::BadCrl:
      return "bad_crl";
    case FaultClass::CollateralMissing:
      return "collateral_missing";
    case FaultClass::CollateralSignature:
      return "collateral_signature";
    case FaultClass::CollateralTime:
      return "collateral_time";
    case FaultClass::CollateralMismatch:
      return "collateral_mismatch";
    case FaultClass::CollateralMalformed:
      return "collateral_malformed";
    case FaultClass::QeIdentity:
      return "qe_identity";
    case FaultClass::TdxModuleMismatch:
      return "tdx_module_mismatch";
    case FaultClass::TcbNotSupported:
      return "tcb_not_supported";
    case FaultClass::QuoteSignature:
      return "quote_signature";
    case FaultClass::Unsupported:
      return "unsupported";
    case FaultClass::Malformed:
      return "malformed";
  }
  CHECK(false);
}

Refusal refusal_of(Fault fault) {
  switch (fault) {
    case Fault::QuoteMalformed:
    case Fault::PckChainMalformed:
      return Refusal::EvidenceMalformed;
    case Fault::QuoteUnsupported:
      return Refusal::EvidenceUnsupported;
    case Fault::CollateralMissing:
      return Refusal::CollateralMissing;
    case Fault::PckChainUntrusted:
    case Fault::SignerChainUntrusted:
      return Refusal::RootNotAllowed;
    case Fault::PckChainInvalid:
    case Fault::PckExtensionInvalid:
    case Fault::SignerChainInvalid:
      return Refusal::CertificateChainInvalid;
    case Fault::PckChainDates:
    case Fault::SignerChainDates:
      return Refusal::CertificateNotValidNow;
    case Fault::SignerChainMalformed:
    case Fault::CollateralSignature:
    case Fault::CollateralMalformed:
    case Fault::CollateralMismatch:
      return Refusal::CollateralInvalid;
    case Fault::CrlInvalid:
      return Refusal::RevocationListInvalid;
    case Fault::CrlDates:
      return Refusal::RevocationListStale;
    case Fault::CertificateRevoked:
      return Refusal::CertificateRevoked;
    case Fault::CollateralDates:
      return Refusal::CollateralStale;
    case Fault::QeReportSignature:
    case Fault::AttestationKeyUnbound:
    case Fault::QuoteSignature:
      return Refusal::SignatureInvalid;
    case Fault::QeIdentityMismatch:
      return Refusal::QuotingEnclaveMismatch;
    case Fault::TdxModuleMismatch:
      return Refusal::TdxModuleMismatch;
    case Fault::TcbNotSupported:
      return Refusal::TcbTooOld;
  }
  CHECK(false);
}

}  // namespace cocoon::attest::intel
