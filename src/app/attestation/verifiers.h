// Verifiers of real evidence, over the collateral of a running program.
#pragma once

#include <memory>
#include <vector>

#include "app/attestation/live_collateral.h"
#include "attest/amd/verify.h"
#include "attest/policy.h"
#include "attest/verdict.h"

namespace cocoon::app::attestation {

// SEV-SNP reports, with AMD's newest revocation list.
class SnpVerifier final : public attest::EvidenceVerifier {
 public:
  SnpVerifier(std::shared_ptr<const LiveCollateral> collateral,
              attest::amd::Requirements requirements);
  attest::EvidenceKind kind() const override { return attest::EvidenceKind::SevSnp; }
  attest::Findings examine(base::WallTime now, const attest::Evidence& evidence) const override;

 private:
  std::shared_ptr<const LiveCollateral> collateral_;
  attest::amd::Requirements requirements_;
  attest::amd::Roots roots_;
};

// Of every kind of TEE, under the policy's rules on firmware.
std::vector<std::unique_ptr<attest::EvidenceVerifier>> real_verifiers(
    std::shared_ptr<const LiveCollateral> collateral, const attest::Policy& policy);

}  // namespace cocoon::app::attestation
