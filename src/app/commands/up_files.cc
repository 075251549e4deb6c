#include "app/commands/up_files.h"

#include "app/commands/fault.h"
#include "app/key_file.h"
#include "client/proxy_links.h"
#include "crypto/hash.h"
#include "io/files.h"
#include "registry/snapshot.h"

namespace cocoon::app::commands {
namespace {

// What the client shows to this proxy, as the proxy knows it.
base::Result<base::Bits256> client_secret_hash(const UpPlan& plan,
                                               const registry::Snapshot& network,
                                               const ton::Address& proxy_owner) {
  const auto proxy_key = TRY(load_or_create_key(plan.path("proxy.key")));
  const auto master = TRY(load_or_create_secret(plan.path("client.secret")));
  const ton::Address contract = network.proxy_address(proxy_owner, proxy_key.public_key());
  return crypto::sha256(client::secret_for(master, contract));
}

base::Result<std::string> write(const UpPlan& plan, const std::string& name,
                                const std::string& text) {
  const std::string path = plan.path(name);
  TRY(io::write_file(path, base::as_bytes(text)));
  return path;
}

}  // namespace

base::Result<UpFiles> write_up_files(const UpPlan& plan) {
  const auto root = TRY(load_or_create_key(plan.path("simulated-root.key")));
  const base::Bits256& root_key = root.public_key();
  base::Bits256 secret_hash{};
  if (plan.chain) {
    secret_hash =
        TRY(client_secret_hash(plan, *plan.chain->network, plan.chain->accounts.at("proxy").owner));
  } else {
    const std::string text = network_text(plan, root_key);
    TRY(write(plan, "network.json", text));
    const auto network = TRY(registry::parse_pseudo_config({}, text));
    secret_hash = TRY(client_secret_hash(plan, network, up_owner(root_key, "proxy")));
  }
  UpFiles files;
  files.proxy = TRY(write(plan, "proxy.toml", proxy_text(plan, root_key, secret_hash)));
  files.client = TRY(write(plan, "client.toml", client_text(plan, root_key)));
  for (std::size_t i = 0; i < plan.worker_http.size(); ++i) {
    const std::string name = up_worker_name(i) + ".toml";
    files.workers.push_back(TRY(write(plan, name, worker_text(plan, root_key, i))));
  }
  return files;
}

}  // namespace cocoon::app::commands
