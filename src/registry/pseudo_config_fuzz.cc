// Any text as a simulated root, and any bytes as a root contract's state: refused or complete,
// never a crash.
#include "base/check.h"
#include "registry/snapshot.h"
#include "ton/boc.h"

using namespace cocoon;

namespace {

void use(const registry::Snapshot& snapshot) {
  const ton::Address owner = snapshot.owner();
  const ton::ProxyIdentity proxy{snapshot.proxy_address(owner, {}), {}};
  CHECK(snapshot.client_address(owner, proxy) != snapshot.worker_address(owner, proxy) ||
        snapshot.root().params.client_code->hash() == snapshot.root().params.worker_code->hash());
  CHECK(snapshot.price_per_token() >= base::Nanoton(0));
  for (const base::Bits256& hash : snapshot.root().model_hashes) CHECK(snapshot.allows_model(hash));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::BytesView bytes(data, size);
  const auto simulated = registry::parse_pseudo_config({}, base::as_text(bytes));
  if (simulated) use(*simulated);
  const auto cell = ton::parse_single_root_boc(bytes);
  if (!cell) return 0;
  const auto read = registry::parse_root_state({}, *cell);
  if (read) use(*read);
  return 0;
}
