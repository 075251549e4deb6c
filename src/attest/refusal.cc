// Names of the reasons, and what to do about each.
#include "attest/refusal.h"

#include "base/check.h"

namespace cocoon::attest {

// tidy: function-length: a line for each reason
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
    case Refusal::EvidenceUnsupported:
      return "evidence_unsupported";
    case Refusal::CertificateChainInvalid:
      return "certificate_chain_invalid";
    case Refusal::CertificateNotValidNow:
      return "certificate_not_valid_now";
    case Refusal::CertificateRevoked:
      return "certificate_revoked";
    case Refusal::RevocationListInvalid:
      return "revocation_list_invalid";
    case Refusal::RevocationListStale:
      return "revocation_list_stale";
    case Refusal::SigningKeyMismatch:
      return "signing_key_mismatch";
    case Refusal::TcbMismatch:
      return "tcb_mismatch";
    case Refusal::TcbTooOld:
      return "tcb_too_old";
    case Refusal::PlatformMismatch:
      return "platform_mismatch";
    case Refusal::AttributeNotAllowed:
      return "attribute_not_allowed";
    case Refusal::NonceMismatch:
      return "nonce_mismatch";
    case Refusal::ReferenceValuesInvalid:
      return "reference_values_invalid";
    case Refusal::ReferenceValuesNotMatching:
      return "reference_values_not_matching";
    case Refusal::MeasurementMismatch:
      return "measurement_mismatch";
    case Refusal::ConfidentialModeOff:
      return "confidential_mode_off";
    case Refusal::DeveloperModeOn:
      return "developer_mode_on";
    case Refusal::DeviceSetMismatch:
      return "device_set_mismatch";
    case Refusal::ServiceRefused:
      return "service_refused";
    case Refusal::PlatformRevoked:
      return "platform_revoked";
    case Refusal::PlatformNotEnrolled:
      return "platform_not_enrolled";
    case Refusal::KeyRevoked:
      return "key_revoked";
    case Refusal::TierTooLow:
      return "tier_too_low";
    case Refusal::CollateralMissing:
      return "collateral_missing";
    case Refusal::CollateralInvalid:
      return "collateral_invalid";
    case Refusal::CollateralStale:
      return "collateral_stale";
    case Refusal::QuotingEnclaveMismatch:
      return "quoting_enclave_mismatch";
    case Refusal::TdxModuleMismatch:
      return "tdx_module_mismatch";
  }
  CHECK(false);
}

// tidy: function-length: a sentence for each reason
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
    case Refusal::EvidenceUnsupported:
      return "Use a newer version of this program, or a peer on hardware that it knows.";
    case Refusal::CertificateChainInvalid:
      return "Don't use this peer: its vendor's root does not vouch for its key.";
    case Refusal::CertificateNotValidNow:
      return "Check the clock of this machine; else the peer's operator has to fetch its "
             "certificate anew.";
    case Refusal::CertificateRevoked:
      return "Don't use this peer: the vendor has withdrawn its key.";
    case Refusal::RevocationListInvalid:
      return "Fetch the vendor's lists again, from another cache.";
    case Refusal::RevocationListStale:
      return "Fetch the vendor's lists again; also check the clock of this machine.";
    case Refusal::SigningKeyMismatch:
      return "Don't use this peer: its evidence and its certificate don't belong together.";
    case Refusal::TcbMismatch:
      return "The peer's operator has to fetch the certificate for the firmware that runs.";
    case Refusal::TcbTooOld:
      return "The peer's operator has to update the firmware of its machine.";
    case Refusal::PlatformMismatch:
      return "Don't use this peer: it shows the certificate of another machine.";
    case Refusal::AttributeNotAllowed:
      return "The peer has to be started with the settings that the policy asks for.";
    case Refusal::NonceMismatch:
      return "Don't use this peer: its evidence was made for somebody else's question.";
    case Refusal::ReferenceValuesInvalid:
      return "Fetch the vendor's reference values again, from another cache.";
    case Refusal::ReferenceValuesNotMatching:
      return "Fetch the reference values of the firmware that the evidence names.";
    case Refusal::MeasurementMismatch:
      return "Fetch the vendor's newest reference values; if it remains, don't use this peer: its "
             "firmware is not the vendor's.";
    case Refusal::ConfidentialModeOff:
      return "The peer's operator has to switch its GPUs to confidential mode.";
    case Refusal::DeveloperModeOn:
      return "Don't use this peer: developer mode opens its GPU to the host.";
    case Refusal::DeviceSetMismatch:
      return "The peer has to show each of its GPUs once, and all of them.";
    case Refusal::ServiceRefused:
      return "Don't use this peer: the vendor's attestation service did not find its GPU in order.";
    case Refusal::PlatformRevoked:
    case Refusal::KeyRevoked:
      return "Don't use this peer: governance has taken it out.";
    case Refusal::PlatformNotEnrolled:
      return "The machine's owner has to enrol it with a bond, or this side to choose a policy "
             "that "
             "does not ask for it.";
    case Refusal::TierTooLow:
      return "Choose a peer that proves more, or a policy that asks for less.";
    case Refusal::CollateralMissing:
      return "Wait until the collateral has been fetched, or give a bundle of it.";
    case Refusal::CollateralInvalid:
      return "Ask another collateral service: what this one gave was not made by the vendor.";
    case Refusal::CollateralStale:
      return "Fetch newer collateral; also check the clock of this machine.";
    case Refusal::QuotingEnclaveMismatch:
    case Refusal::TdxModuleMismatch:
      return "Don't use this peer: software that its hardware vendor doesn't know vouches for it.";
  }
  CHECK(false);
}

}  // namespace cocoon::attest
