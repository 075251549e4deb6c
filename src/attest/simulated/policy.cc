// Policies that accept what proves nothing.
#include "attest/simulated/policy.h"

namespace cocoon::attest::simulated {

Policy development_policy(std::optional<std::vector<base::Bits256>> allowed_images) {
  return {.name = "development",
          .accepted = {{EvidenceKind::Simulated, {FactorId::SignatureChain, FactorId::Freshness}}},
          .allowed_images = std::move(allowed_images),
          .session = SessionDemand::IfSpoken};
}

Policy legacy_test_policy() {
  return {.name = "legacy_test",
          .accepted = {{EvidenceKind::FakeTdx, {}}},
          .allowed_images = std::nullopt,
          .session = SessionDemand::NotAsked};
}

}  // namespace cocoon::attest::simulated
