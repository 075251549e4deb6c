#include "app/trust.h"

namespace cocoon::app {

using base::Error;

std::string_view reason_name(TrustError error) {
  switch (error) {
    case TrustError::NoEvidenceProvider:
      return "no_evidence_provider";
    case TrustError::PolicyNotAvailable:
      return "policy_not_available";
    case TrustError::BadRootKey:
      return "bad_root_key";
  }
  return "unknown";
}

std::vector<attest::EvidenceProvider*> Trust::provider_list() const {
  std::vector<attest::EvidenceProvider*> list;
  for (const auto& provider : providers) list.push_back(provider.get());
  return list;
}

std::vector<const attest::EvidenceVerifier*> Trust::verifier_list() const {
  std::vector<const attest::EvidenceVerifier*> list;
  for (const auto& verifier : verifiers) list.push_back(verifier.get());
  return list;
}

base::Result<Trust> ProductionKit::make(const TrustOptions& options) const {
  if (options.policy != "production") {
    return Error(
        TrustError::PolicyNotAvailable,
        "policy \"" + options.policy +
            "\" accepts evidence that proves nothing, and this program does not know it; the "
            "development programs (cocoon-proxy-dev, cocoon-worker-dev) do");
  }
  if (options.needs_evidence) {
    return Error(
        TrustError::NoEvidenceProvider,
        "this build can't make hardware evidence (TDX, SEV-SNP) yet, so it can't prove itself to "
        "anyone; for a network on this machine use `cocoon up`");
  }
  Trust trust;
  trust.peers = attest::production_policy(options.allowed_images);
  return trust;
}

}  // namespace cocoon::app
