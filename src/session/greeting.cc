#include "session/greeting.h"

namespace cocoon::session {

using base::Error;

std::string_view reason_name(GreetingFault fault) {
  switch (fault) {
    case GreetingFault::TestModeMissing:
      return "test_mode_missing";
    case GreetingFault::TestModeMismatch:
      return "test_mode_mismatch";
  }
  return "unknown";
}

base::Result<std::int32_t> check_greeting(const OwnTerms& own, const RemoteTerms& remote) {
  if (!remote.is_test) {
    return Error(GreetingFault::TestModeMissing,
                 "the peer does not say whether it is for a test network: it is too old");
  }
  if (*remote.is_test != own.is_test) {
    return Error(GreetingFault::TestModeMismatch,
                 "one side is configured for a test network and the other is not");
  }
  return negotiate(own.versions, remote.versions);
}

base::Result<std::int32_t> check_proxy_greeting(const OwnTerms& own,
                                                const tl::ProxyParams& params) {
  const bool says_test = (params.flags & tl::ProxyParams::kHasIsTest) != 0;
  const bool says_version = (params.flags & tl::ProxyParams::kHasProtoVersion) != 0;
  const std::int32_t version = says_version ? params.proto_version : 0;
  return check_greeting(own, {.is_test = says_test ? std::optional(params.is_test) : std::nullopt,
                              .versions = {version, version}});
}

}  // namespace cocoon::session
