// The last certificate of a chain is the root; those before it are what it issued.
#include "attest/amd/roots.h"

#include "attest/amd/pinned.h"
#include "base/check.h"

namespace cocoon::attest::amd {
namespace {

Root pinned(Product product, std::string_view pem) {
  base::Result<Root> root = parse_root(product, base::as_bytes(pem));
  CHECK(root.ok());
  return *std::move(root);
}

}  // namespace

base::Result<Root> parse_root(Product product, base::BytesView pem) {
  std::vector<crypto::Certificate> certificates = TRY(crypto::parse_certificates_pem(pem));
  crypto::Certificate root = std::move(certificates.back());
  certificates.pop_back();
  return Root{product, std::move(root), std::move(certificates)};
}

Roots pinned_roots() {
  return {pinned(Product::Milan, kMilanChain), pinned(Product::Genoa, kGenoaChain),
          pinned(Product::Turin, kTurinChain)};
}

}  // namespace cocoon::attest::amd
