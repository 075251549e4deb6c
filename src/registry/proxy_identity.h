// What a proxy says about itself, checked: its contract's address follows from its owner and key,
// so nobody has to be believed about it.
#pragma once

#include <string_view>

#include "base/result.h"
#include "registry/snapshot.h"

namespace cocoon::registry {

enum class ProxyIdentityFault { BadOwner, BadContract, WrongContract };
std::string_view reason_name(ProxyIdentityFault fault);

struct ProxyClaim {
  std::string_view owner;  // address, any form
  base::Bits256 public_key{};
  std::string_view contract;  // address, any form
};
base::Result<ton::ProxyIdentity> check_proxy_identity(const Snapshot& network,
                                                      const ProxyClaim& claim);

}  // namespace cocoon::registry
