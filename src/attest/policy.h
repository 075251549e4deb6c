// Policy: which evidence is wanted, and what of it must hold. Chosen by the program, never by what
// a peer sends.
//
// Policies for development live in attest/simulated, which measured programs don't link.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attest/evidence.h"
#include "attest/factor.h"
#include "attest/tier.h"
#include "attest/trust_lists.h"

namespace cocoon::attest {

struct AcceptedEvidence {
  EvidenceKind kind{};
  // Each must have passed: unknown counts as failed. The binding of the report data to the peer's
  // key is required even when it isn't named.
  std::vector<FactorId> required;
};

// Which state of a platform's firmware will do. Whoever makes the verifiers hands this to them.
struct TcbRules {
  // Names of Intel's collateral. "Revoked" is never accepted.
  std::vector<std::string> statuses = {"UpToDate"};
  // With a status other than UpToDate, all advisories of the platform must be among these; nothing:
  // any will do.
  std::optional<std::vector<std::string>> advisories = std::vector<std::string>();
  // The collateral's own generation (tcbEvaluationDataNumber), so that a peer or a cache can't pick
  // an old one in which its holes are not known yet.
  std::uint32_t evaluation_number_min = 0;
};

// What is wanted of a peer inside its TLS session, beyond its certificate: a fresh quote over a
// nonce and this session.
enum class SessionDemand {
  NotAsked,
  IfSpoken,  // older protocols don't have it: their peers are judged by the certificate alone
  Required,
};

struct Policy {
  std::string name;
  // A policy that accepts None looks at no evidence at all, whatever the peer shows.
  std::vector<AcceptedEvidence> accepted;
  // Image hashes (measurement.h). Nothing: any image will do. An empty list: none will.
  std::optional<std::vector<base::Bits256>> allowed_images;
  Tier least_tier = Tier::T0;
  TcbRules tcb = {};
  TrustLists lists = {};
  // How long a verdict on an open connection holds before the peer has to prove itself again.
  std::chrono::seconds verdict_lifetime{3600};
  SessionDemand session = SessionDemand::Required;

  const AcceptedEvidence* accepts(EvidenceKind kind) const;
};

// What of `policy` a certificate has to show before the session proves the rest: all, unless the
// proof inside the session is required, which then brings the age and the GPUs.
Policy certificate_policy(Policy policy);

// Looks at no evidence: for clients at a proxy, who have nothing to prove.
Policy any_policy();
// Real TEEs only, with every factor that assurance tier T1 needs, running one of these images.
Policy production_policy(std::vector<base::Bits256> allowed_images);
// The same with the peer's GPUs: tier T2.
Policy production_t2_policy(std::vector<base::Bits256> allowed_images);
// Peers of the live network, whose evidence binds the TLS key alone and says nothing about its age.
Policy legacy_network_policy(std::vector<base::Bits256> allowed_images);

// All factors that evidence of a real TEE must pass for assurance tier T1; empty for other kinds.
std::span<const FactorId> genuine_tee_factors(EvidenceKind kind);

}  // namespace cocoon::attest
