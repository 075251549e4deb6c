// The policies that every program has.
#include "attest/policy.h"

#include <algorithm>

#include "base/check.h"

namespace cocoon::attest {
namespace {

using enum FactorId;

constexpr FactorId kTdxFactors[] = {SignatureChain,    CollateralDates,   RevocationLists,
                                    TcbStatus,         TdxModuleIdentity, QeIdentity,
                                    DebugOff,          Attributes,        Measurements,
                                    ReportDataBinding, Freshness,         PlatformNotRevoked};
constexpr FactorId kSevSnpFactors[] = {
    SignatureChain, CollateralDates, RevocationLists,   TcbStatus, DebugOff,
    Attributes,     Measurements,    ReportDataBinding, Freshness, PlatformNotRevoked};

constexpr FactorId kGpuFactors[] = {GpuChain, GpuFirmware, GpuConfidentialMode};

AcceptedEvidence genuine(EvidenceKind kind) {
  const auto factors = genuine_tee_factors(kind);
  return {kind, {factors.begin(), factors.end()}};
}

}  // namespace

std::span<const FactorId> genuine_tee_factors(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::Tdx:
      return kTdxFactors;
    case EvidenceKind::SevSnp:
      return kSevSnpFactors;
    case EvidenceKind::None:
    case EvidenceKind::FakeTdx:
    case EvidenceKind::Simulated:
    case EvidenceKind::Relayed:
      return {};
  }
  CHECK(false);
}

const AcceptedEvidence* Policy::accepts(EvidenceKind kind) const {
  const auto found = std::ranges::find(accepted, kind, &AcceptedEvidence::kind);
  return found == accepted.end() ? nullptr : &*found;
}

Policy certificate_policy(Policy policy) {
  if (policy.session != SessionDemand::Required) return policy;
  for (AcceptedEvidence& accepted : policy.accepted) {
    std::erase_if(accepted.required, [](FactorId id) {
      return id == Freshness || std::ranges::find(kGpuFactors, id) != std::end(kGpuFactors);
    });
  }
  policy.least_tier = Tier::T0;
  return policy;
}

Policy any_policy() {
  return {.name = "any",
          .accepted = {{EvidenceKind::None, {}}},
          .allowed_images = std::nullopt,
          .session = SessionDemand::NotAsked};
}

Policy production_policy(std::vector<base::Bits256> allowed_images) {
  return {.name = "production",
          .accepted = {genuine(EvidenceKind::Tdx), genuine(EvidenceKind::SevSnp)},
          .allowed_images = std::move(allowed_images),
          .least_tier = Tier::T1};
}

Policy production_t2_policy(std::vector<base::Bits256> allowed_images) {
  Policy policy = production_policy(std::move(allowed_images));
  policy.name = "production-t2";
  for (AcceptedEvidence& accepted : policy.accepted) {
    accepted.required.insert(accepted.required.end(), std::begin(kGpuFactors),
                             std::end(kGpuFactors));
  }
  policy.least_tier = Tier::T2;
  return policy;
}

Policy legacy_network_policy(std::vector<base::Bits256> allowed_images) {
  AcceptedEvidence tdx = genuine(EvidenceKind::Tdx);
  std::erase(tdx.required, Freshness);
  return {.name = "legacy-network",
          .accepted = {std::move(tdx)},
          .allowed_images = std::move(allowed_images),
          .tcb = {.statuses = {"UpToDate", "SWHardeningNeeded"}},
          .session = SessionDemand::IfSpoken};
}

}  // namespace cocoon::attest
