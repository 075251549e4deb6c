// Any text as a network's configuration file: refused, or complete and within its limits.
#include "base/check.h"
#include "registry/chain_config.h"
#include "registry/limits.h"

using namespace cocoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = registry::parse_chain_config(base::as_text({data, size}));
  if (!config) return 0;
  CHECK(!config->servers.empty() && size <= registry::kMaxChainConfigBytes);
  CHECK(config->anchor.zero_state.seqno == 0);
  CHECK(config->anchor.init_block.shard.is_masterchain());
  for (const ton::LiteServer& server : config->servers) CHECK(!server.name.empty());
  return 0;
}
