#include "app/pages_json.h"

namespace cocoon::app {

using nlohmann::json;

json chain_json(const RoleShell& shell) {
  if (shell.chain() == nullptr) return nullptr;
  const chain::ChainService& service = *shell.chain();
  const chain::Standing standing = service.standing();
  json document = {{"state", chain::state_name(standing.state)},
                   {"root", ton::to_friendly_text(service.root().root().address)},
                   {"root_from_disk", standing.root_from_disk},
                   {"wallet", ton::to_friendly_text(service.wallet().address())},
                   {"lite_servers", standing.servers},
                   {"lite_servers_ready", standing.servers_ready},
                   {"open_orders", standing.open_orders},
                   {"last_problem", standing.last_problem}};
  if (standing.wallet_balance) document["wallet_balance"] = standing.wallet_balance->count();
  if (standing.head) {
    document["block"] = standing.head->block.seqno;
    document["block_time"] = standing.head->gen_utime;
    document["block_age_seconds"] =
        std::chrono::floor<std::chrono::seconds>(standing.head_age).count();
  }
  return document;
}

json network_json(const registry::Snapshot& network) {
  json proxies = json::array();
  for (const auto& proxy : network.proxies()) {
    proxies.push_back({{"seqno", proxy.seqno},
                       {"address_for_clients", proxy.clients_address},
                       {"address_for_workers", proxy.workers_address}});
  }
  return {{"owner_address", ton::to_friendly_text(network.owner())},
          {"version", network.version()},
          {"struct_version", network.struct_version()},
          {"params_version", network.params_version()},
          {"unique_id", network.unique_id()},
          {"is_test", network.is_test()},
          {"price_per_token", network.price_per_token().count()},
          {"worker_fee_per_token", network.worker_fee_per_token().count()},
          {"prompt_tokens_price_multiplier", network.multipliers().prompt},
          {"cached_tokens_price_multiplier", network.multipliers().cached},
          {"completion_tokens_price_multiplier", network.multipliers().completion},
          {"reasoning_tokens_price_multiplier", network.multipliers().reasoning},
          {"registered_proxies", std::move(proxies)}};
}

json counts_json(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  json object = json::object();
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}

json connection_counts_json(const RoleShell& shell) {
  return {{"closed", counts_json(shell.closed_links())},
          {"unopened", counts_json(shell.unopened())}};
}

}  // namespace cocoon::app
