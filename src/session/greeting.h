// The terms of a session as the two greetings state them: test or real network, and the protocol
// version (docs/protocol/wire.md, versions). What each side offers is checked here for all roles.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "session/version.h"
#include "tl/types.h"

namespace cocoon::session {

inline constexpr VersionRange kProxyVersions{0, 5};
inline constexpr VersionRange kClientVersions{0, 5};
inline constexpr VersionRange kWorkerVersions{0, 5};
// From this version on requests can be cancelled, and proxies announce that they drain.
inline constexpr std::int32_t kVersionWithCancel = 5;
// From this version on peers prove themselves inside the session.
inline constexpr std::int32_t kVersionWithProof = 5;
// From this version on workers tell offers and load, and clients ask for offers.
inline constexpr std::int32_t kVersionWithOffers = 5;
// From this version on a receiver says how much of an answer it takes.
inline constexpr std::int32_t kVersionWithWindows = 5;
// From this version on a client can ask how requests of a lost connection have ended.
inline constexpr std::int32_t kVersionWithEnds = 5;
// A peer that names no versions speaks the first.
inline constexpr VersionRange kLegacyVersions{0, 0};

enum class GreetingFault {
  TestModeMissing,   // the peer is so old that it does not say which network it is for
  TestModeMismatch,  // one side is for a test network, the other is not
};
std::string_view reason_name(GreetingFault fault);

// What this side stands for.
struct OwnTerms {
  bool is_test = false;
  VersionRange versions;
};

struct RemoteTerms {
  std::optional<bool> is_test;
  VersionRange versions;
};

// The version that both will speak: the highest that both know. GreetingFault, or
// SessionFault::NoCommonVersion.
base::Result<std::int32_t> check_greeting(const OwnTerms& own, const RemoteTerms& remote);
// The same on the dialling side, for the proxy's answer.
base::Result<std::int32_t> check_proxy_greeting(const OwnTerms& own, const tl::ProxyParams& params);

}  // namespace cocoon::session
