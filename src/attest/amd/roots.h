// Whom SEV-SNP reports are traced back to: AMD's root key (ARK) of each product line, and the keys
// between (ASK for VCEK, ASVK for VLEK), which rarely change.
#pragma once

#include <vector>

#include "attest/amd/product.h"
#include "base/result.h"
#include "crypto/certificate.h"

namespace cocoon::attest::amd {

struct Root {
  Product product{};
  crypto::Certificate certificate;
  // What this root has issued, for evidence that comes without them. Trusted no more than any other
  // certificate: their signatures are checked each time.
  std::vector<crypto::Certificate> intermediates;
};
using Roots = std::vector<Root>;

// The three roots that AMD publishes (kdsintf.amd.com), as of 2026.
Roots pinned_roots();

// For one product: PEM with ASK, ASVK or both, and then the root, as AMD's key service answers.
base::Result<Root> parse_root(Product product, base::BytesView pem);

}  // namespace cocoon::attest::amd
