// The terms of a session as the two greetings state them: test or real network, and the protocol
// version (docs/protocol/wire.md, versions). What each side offers is checked here for all roles.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "tl/types.h"

namespace cocoon::session {

struct VersionRange {
  std::int32_t least = 0;
  std::int32_t most = 0;
};

inline constexpr VersionRange kProxyVersions{0, 4};
inline constexpr VersionRange kClientVersions{0, 4};
inline constexpr VersionRange kWorkerVersions{0, 4};
// A peer that names no versions speaks the first.
inline constexpr VersionRange kLegacyVersions{0, 0};

enum class GreetingFault {
  TestModeMissing,   // the peer is so old that it does not say which network it is for
  TestModeMismatch,  // one side is for a test network, the other is not
  NoCommonVersion,
};
std::string_view reason_name(GreetingFault fault);

struct Greeting {
  std::optional<bool> remote_is_test;
  VersionRange remote_versions;
  bool own_is_test = false;
  VersionRange own_versions;
};

// The version that both will speak: the highest that both know.
base::Result<std::int32_t> check_greeting(const Greeting& greeting);
// The same on the dialling side, for the proxy's answer.
base::Result<std::int32_t> check_proxy_greeting(const tl::ProxyParams& params, bool own_is_test,
                                                const VersionRange& own_versions);

}  // namespace cocoon::session
