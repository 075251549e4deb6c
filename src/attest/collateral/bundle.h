// Bundle: a file with collateral, for machines that can't or shouldn't ask a service.
//
// JSON: {"cocoon_collateral": 1, "items": [{"name", "body" (base64), "issuer_chain" (text),
// "fetched" (Unix seconds)}]}. Read as well: one quote's collateral as other verifiers keep it, an
// object with pck_crl_issuer_chain, root_ca_crl, pck_crl (hexadecimal), tcb_info_issuer_chain,
// tcb_info, tcb_info_signature, qe_identity_issuer_chain, qe_identity, qe_identity_signature.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attest/collateral/item.h"

namespace cocoon::attest::collateral {

struct BundledItem {
  Item item;
  base::WallTime fetched;
};

// BundleMalformed, BundleVersionUnsupported, Oversized, TooManyItems, or what is wrong with an
// item's name.
base::Result<std::vector<BundledItem>> parse_bundle(std::string_view json);
std::string write_bundle(const std::vector<BundledItem>& items);

}  // namespace cocoon::attest::collateral
