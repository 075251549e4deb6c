// The trust kit of development programs: simulated evidence under a root key of the network's own,
// and the fake evidence of existing test networks. Measured programs don't link it.
#pragma once

#include "app/trust.h"

namespace cocoon::app::development {

class DevelopmentKit final : public TrustKit {
 public:
  std::vector<std::string> policies() const override {
    std::vector<std::string> list = attestation::built_in_policies();
    list.insert(list.end(), {"development", "legacy_test"});
    return list;
  }
  base::Result<Trust> make(const TrustOptions& options) const override;
};

}  // namespace cocoon::app::development
