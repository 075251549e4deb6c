#include "registry/proxy_identity.h"

namespace cocoon::registry {

using base::Error;

std::string_view reason_name(ProxyIdentityFault fault) {
  switch (fault) {
    case ProxyIdentityFault::BadOwner:
      return "bad_proxy_owner";
    case ProxyIdentityFault::BadContract:
      return "bad_proxy_contract";
    case ProxyIdentityFault::WrongContract:
      return "wrong_proxy_contract";
  }
  return "unknown";
}

base::Result<ton::ProxyIdentity> check_proxy_identity(const Snapshot& network,
                                                      const ProxyClaim& claim) {
  const auto owner = ton::parse_address(claim.owner);
  if (!owner) return Error(ProxyIdentityFault::BadOwner, "the proxy's owner address can't be read");
  const auto contract = ton::parse_address(claim.contract);
  if (!contract) {
    return Error(ProxyIdentityFault::BadContract, "the proxy's contract address can't be read");
  }
  if (network.proxy_address(*owner, claim.public_key) != *contract) {
    return Error(
        ProxyIdentityFault::WrongContract,
        "the proxy's contract address does not follow from its owner and key: it belongs to "
        "another network or lies");
  }
  return ton::ProxyIdentity{.contract = *contract, .public_key = claim.public_key};
}

}  // namespace cocoon::registry
