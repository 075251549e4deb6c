// Why evidence is refused: the module's reasons.
#pragma once

#include <string_view>

namespace cocoon::attest {

enum class Refusal {
  EvidenceMissing,
  FakeEvidence,
  SimulatedEvidence,
  RelayedEvidence,
  EvidenceKindNotAccepted,
  RealEvidenceUnverified,  // this build can read it, but not verify it
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
};

std::string_view reason_name(Refusal refusal);
// A sentence: what the reader can do about it.
std::string_view next_step(Refusal refusal);

}  // namespace cocoon::attest
