#include "app/commands/up_files.h"

#include <algorithm>

#include "app/commands/fault.h"
#include "app/key_file.h"
#include "client/proxy_links.h"
#include "crypto/hash.h"
#include "io/files.h"
#include "io/listener.h"
#include "registry/snapshot.h"

namespace cocoon::app::commands {
namespace {

constexpr int kPortsTried = 200;

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

bool is_free(const std::string& host, std::uint16_t port) {
  io::Runtime runtime;
  return io::Listener::open(runtime, {.host = host, .port = port},
                            [](const std::string&) { return io::Opening{}; })
      .ok();
}

base::Result<std::uint16_t> PortPicker::pick(std::uint16_t wanted) {
  for (int i = 0; i < kPortsTried && wanted + i <= UINT16_MAX; ++i) {
    const auto port = static_cast<std::uint16_t>(wanted + i);
    if (std::ranges::find(taken_, port) != taken_.end() || !is_free("127.0.0.1", port)) continue;
    taken_.push_back(port);
    return port;
  }
  return fault(CommandFault::Failed, "no free port from " + std::to_string(wanted) + " on");
}

}  // namespace cocoon::app::commands
