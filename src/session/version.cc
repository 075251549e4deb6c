// The choice of a version.
#include "session/version.h"

#include <algorithm>
#include <string>

namespace cocoon::session {

// [WIRE-50]
base::Result<std::int32_t> negotiate(VersionRange own, VersionRange remote) {
  const std::int32_t chosen = std::min(own.max, remote.max);
  if (chosen >= own.min && chosen >= remote.min) return chosen;
  const auto text = [](VersionRange range) {
    return std::to_string(range.min) + " to " + std::to_string(range.max);
  };
  return base::Error(SessionFault::NoCommonVersion, "the peer speaks protocol versions " +
                                                        text(remote) + ", we speak " + text(own));
}

}  // namespace cocoon::session
