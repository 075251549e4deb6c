// Why a quote could not be verified: one name for each check that can fail.
#pragma once

#include <string_view>

#include "attest/refusal.h"

namespace cocoon::attest::intel {

enum class Fault {
  QuoteMalformed,
  QuoteUnsupported,
  CollateralMissing,
  // The platform's certificates, from the quote.
  PckChainMalformed,
  PckChainUntrusted,
  PckChainInvalid,
  PckChainDates,
  PckExtensionInvalid,
  // Certificates that came with the collateral.
  SignerChainMalformed,
  SignerChainUntrusted,
  SignerChainInvalid,
  SignerChainDates,
  // Revocation.
  CrlInvalid,
  CrlDates,
  CertificateRevoked,
  // Signed JSON.
  CollateralSignature,
  CollateralMalformed,
  CollateralDates,
  CollateralMismatch,
  // The quote itself.
  QeReportSignature,
  AttestationKeyUnbound,
  QuoteSignature,
  QeIdentityMismatch,
  TdxModuleMismatch,
  TcbNotSupported,
};
std::string_view reason_name(Fault fault);

// What several faults have in common, for reports and comparison with other verifiers.
enum class FaultClass {
  UntrustedRoot,
  BadChain,
  CertTime,
  Revoked,
  CrlTime,
  BadCrl,
  CollateralMissing,
  CollateralSignature,
  CollateralTime,
  CollateralMismatch,
  CollateralMalformed,
  QeIdentity,
  TdxModuleMismatch,
  TcbNotSupported,
  QuoteSignature,
  Unsupported,
  Malformed,
};
FaultClass class_of(Fault fault);
std::string_view fault_class_name(FaultClass fault_class);

Refusal refusal_of(Fault fault);

}  // namespace cocoon::attest::intel
