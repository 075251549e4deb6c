// Which version of the protocol two sides speak (docs/protocol/wire.md [WIRE-50]).
#pragma once

#include <cstdint>

#include "base/result.h"
#include "session/fault.h"

namespace cocoon::session {

// Inclusive on both ends.
struct VersionRange {
  std::int32_t min = 0;
  std::int32_t max = 0;
};

// The highest version in both ranges, or NoCommonVersion.
base::Result<std::int32_t> negotiate(VersionRange own, VersionRange remote);

}  // namespace cocoon::session
