// The operating system's randomness, for production.
#pragma once

#include "base/random.h"

namespace cocoon::crypto {

class SystemRandom final : public base::Random {
 public:
  // Fit for keys. Ends the process if the system has no randomness to give.
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace cocoon::crypto
