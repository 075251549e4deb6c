// When to dial a peer again: exponential delays with full jitter, so that a thousand clients that
// lost one proxy do not come back in the same instant.
#pragma once

#include <algorithm>

#include "base/random.h"
#include "base/time.h"

namespace cocoon::session {

class Backoff {
 public:
  static constexpr base::Duration kFirst = std::chrono::milliseconds(200);
  static constexpr base::Duration kLongest = std::chrono::seconds(30);

  // The delay before the next attempt, somewhere between half of the current step and the whole of
  // it.
  base::Duration next(base::Random& random) {
    const auto half = step_.count() / 2;
    const auto delay =
        half + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(half) + 1));
    step_ = std::min(step_ * 2, kLongest);
    return base::Duration(delay);
  }
  // The peer was reached and did its part.
  void reset() { step_ = kFirst; }

 private:
  base::Duration step_ = kFirst;
};

}  // namespace cocoon::session
