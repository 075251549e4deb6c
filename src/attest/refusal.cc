// Names of the reasons, and what to do about each.
#include "attest/refusal.h"

#include "base/check.h"

namespace cocoon::attest {

std::string_view reason_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::EvidenceMissing:
      return "evidence_missing";
    case Refusal::FakeEvidence:
      return "fake_evidence";
    case Refusal::SimulatedEvidence:
      return "simulated_evidence";
    case Refusal::RelayedEvidence:
      return "relayed_evidence";
    case Refusal::EvidenceKindNotAccepted:
      return "evidence_kind_not_accepted";
    case Refusal::RealEvidenceUnverified:
      return "real_evidence_unverified";
    case Refusal::VerifierMissing:
      return "verifier_missing";
    case Refusal::EvidenceMalformed:
      return "evidence_malformed";
    case Refusal::RootNotAllowed:
      return "root_not_allowed";
    case Refusal::SignatureInvalid:
      return "evidence_signature_invalid";
    case Refusal::EvidenceStale:
      return "evidence_stale";
    case Refusal::EvidenceFromFuture:
      return "evidence_from_future";
    case Refusal::DebugOn:
      return "debug_on";
    case Refusal::ReportDataMismatch:
      return "report_data_mismatch";
    case Refusal::ImageNotAllowed:
      return "image_not_allowed";
    case Refusal::FactorNotChecked:
      return "factor_not_checked";
  }
  CHECK(false);
}

std::string_view next_step(Refusal refusal) {
  switch (refusal) {
    case Refusal::EvidenceMissing:
      return "The peer has to be started inside a TEE, or with simulated evidence for a "
             "development network.";
    case Refusal::FakeEvidence:
    case Refusal::SimulatedEvidence:
      return "It proves nothing: the peer has to run inside a TEE, or this side as a development "
             "program.";
    case Refusal::RelayedEvidence:
      return "Connect without the local router, so that the evidence itself can be checked here.";
    case Refusal::EvidenceKindNotAccepted:
      return "Choose a policy made for this kind of evidence, or a peer of the kind that this "
             "policy wants.";
    case Refusal::RealEvidenceUnverified:
      return "Wait for a version that verifies it, or use a development network with simulated "
             "evidence.";
    case Refusal::VerifierMissing:
      return "This program has no code for such evidence: measured programs know real evidence "
             "only.";
    case Refusal::EvidenceMalformed:
      return "Ask the peer's operator to update it.";
    case Refusal::RootNotAllowed:
      return "Check that both sides belong to the same network: each network has its own root key.";
    case Refusal::SignatureInvalid:
      return "Don't use this peer: somebody made or changed this evidence without the key for it.";
    case Refusal::EvidenceStale:
      return "The peer's operator has to renew its evidence; also check the clock of this machine.";
    case Refusal::EvidenceFromFuture:
      return "Check the clocks of both machines.";
    case Refusal::DebugOn:
      return "Don't use this peer: its host can read its memory.";
    case Refusal::ReportDataMismatch:
      return "Don't use this peer: its evidence was made for another key.";
    case Refusal::ImageNotAllowed:
      return "The peer runs software that is not in the list of allowed images; update the peer or "
             "the list.";
    case Refusal::FactorNotChecked:
      return "What can't be checked counts as failed; use a version that checks it.";
  }
  CHECK(false);
}

}  // namespace cocoon::attest
