// The trust kit of development programs: simulated evidence under a root key of the network's own,
// and the fake evidence of existing test networks. Measured programs don't link it.
#pragma once

#include "app/trust.h"

namespace cocoon::app::development {

class DevelopmentKit final : public TrustKit {
 public:
  std::vector<std::string> policies() const override {
    return {"production", "development", "legacy_test"};
  }
  base::Result<Trust> make(const TrustOptions& options) const override;
};

}  // namespace cocoon::app::development
