#include "app/development/kit.h"

#include "app/key_file.h"
#include "attest/simulated/policy.h"
#include "attest/simulated/provider.h"
#include "attest/simulated/verifier.h"

namespace cocoon::app::development {

base::Result<Trust> DevelopmentKit::make(const TrustOptions& options) const {
  if (options.policy != "development" && options.policy != "legacy_test") {
    return ProductionKit().make(options);
  }
  Trust trust;
  trust.simulated = true;
  if (options.policy == "legacy_test") {
    trust.providers.push_back(std::make_unique<attest::simulated::FakeTdxProvider>());
    trust.verifiers.push_back(std::make_unique<attest::simulated::FakeTdxVerifier>());
    trust.peers = attest::simulated::legacy_test_policy();
    return trust;
  }
  if (options.simulated_root_file.empty()) {
    return base::Error(
        TrustError::BadRootKey,
        "policy development needs simulated_root_file, the root key of the development network");
  }
  auto root = TRY(load_or_create_key(options.simulated_root_file));
  std::vector<base::Bits256> roots{root.public_key()};
  trust.verifiers.push_back(std::make_unique<attest::simulated::QuoteVerifier>(std::move(roots)));
  if (options.needs_evidence) {
    trust.providers.push_back(
        std::make_unique<attest::simulated::Provider>(std::move(root), options.program));
  }
  trust.peers = attest::simulated::development_policy(
      options.check_images ? std::optional(options.allowed_images) : std::nullopt);
  return trust;
}

}  // namespace cocoon::app::development
