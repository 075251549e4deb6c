// Why evidence is refused: the module's reasons.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cocoon::attest {

enum class Refusal {
  EvidenceMissing,
  FakeEvidence,
  SimulatedEvidence,
  RelayedEvidence,
  EvidenceKindNotAccepted,
  VerifierMissing,
  EvidenceMalformed,
  RootNotAllowed,
  SignatureInvalid,
  EvidenceStale,
  EvidenceFromFuture,
  DebugOn,
  ReportDataMismatch,
  ImageNotAllowed,
  FactorNotChecked,
  EvidenceUnsupported,  // a version, algorithm or product that no rule here covers
  CertificateChainInvalid,
  CertificateNotValidNow,
  CertificateRevoked,
  RevocationListInvalid,
  RevocationListStale,
  SigningKeyMismatch,  // of another kind than the evidence says, or of a key nobody vouches for
  TcbMismatch,         // the evidence claims other firmware than its certificate
  TcbTooOld,
  PlatformMismatch,  // the certificate belongs to another machine
  AttributeNotAllowed,
  NonceMismatch,
  ReferenceValuesInvalid,      // a manifest whose signature or form does not hold
  ReferenceValuesNotMatching,  // a manifest of other firmware than the evidence's
  MeasurementMismatch,
  ConfidentialModeOff,
  DeveloperModeOn,
  DeviceSetMismatch,  // too few, too many or the same device twice
  ServiceRefused,     // an attestation service says no
  PlatformRevoked,    // the network has taken the machine out
  PlatformNotEnrolled,
  KeyRevoked,
  TierTooLow,
  CollateralMissing,  // nothing is here (yet) to verify the evidence with
  CollateralInvalid,
  CollateralStale,
  QuotingEnclaveMismatch,  // the enclave that signed is not the vendor's
  TdxModuleMismatch,       // the module that runs trust domains is not the vendor's
};

std::string_view reason_name(Refusal refusal);
// A sentence: what the reader can do about it.
std::string_view next_step(Refusal refusal);
// `sentence`: what was found, for people.
inline base::Error refuse(Refusal refusal, std::string_view sentence) {
  return {refusal, std::string(sentence)};
}

}  // namespace cocoon::attest
