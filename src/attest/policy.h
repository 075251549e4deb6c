// Policy: which evidence is wanted, and what of it must hold. Chosen by the program, never by what
// a peer sends.
//
// Policies for development live in attest/simulated, which measured programs don't link.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attest/evidence.h"
#include "attest/factor.h"

namespace cocoon::attest {

struct AcceptedEvidence {
  EvidenceKind kind{};
  // Each must have passed: unknown counts as failed. The binding of the report data to the peer's
  // key is required even when it isn't named.
  std::vector<FactorId> required;
};

struct Policy {
  std::string name;
  // A policy that accepts None looks at no evidence at all, whatever the peer shows.
  std::vector<AcceptedEvidence> accepted;
  // Image hashes (measurement.h). Nothing: any image will do. An empty list: none will.
  std::optional<std::vector<base::Bits256>> allowed_images;

  const AcceptedEvidence* accepts(EvidenceKind kind) const;
};

// Looks at no evidence: for clients at a proxy, who have nothing to prove.
Policy any_policy();
// Real TEEs only, with every factor that assurance tier T1 needs, running one of these images.
Policy production_policy(std::vector<base::Bits256> allowed_images);

// All factors that evidence of a real TEE must pass for assurance tier T1; empty for other kinds.
std::span<const FactorId> genuine_tee_factors(EvidenceKind kind);

}  // namespace cocoon::attest
