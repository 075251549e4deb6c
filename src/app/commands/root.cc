// `cocoon root show`: the root contract of a network, proven.
#include <chrono>
#include <nlohmann/json.hpp>

#include "app/commands/chain_limits.h"
#include "app/commands/chain_session.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/root_view.h"
#include "app/commands/table.h"
#include "app/pages_json.h"
#include "app/role_main.h"
#include "base/encoding.h"
#include "registry/root_orders.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

std::string hashes_text(const std::vector<base::Bits256>& hashes) {
  std::string text;
  for (const auto& hash : hashes) text += (text.empty() ? "" : ", ") + base::to_hex(hash);
  return text.empty() ? "none" : text;
}

json hashes_json(const std::vector<base::Bits256>& hashes) {
  json list = json::array();
  for (const auto& hash : hashes) list.push_back(base::to_hex(hash));
  return list;
}

json code_json(const ton::CellRef& code) {
  return code ? json(base::to_hex(code->hash())) : json();
}

std::string seconds_text(std::chrono::seconds time) { return std::to_string(time.count()) + " s"; }

}  // namespace

json root_json(const registry::Snapshot& root) {
  json document = network_json(root);
  const registry::RootState& state = root.root();
  document["address"] = ton::to_friendly_text(state.address);
  document["proxy_hashes"] = hashes_json(state.proxy_hashes);
  document["worker_hashes"] = hashes_json(state.worker_hashes);
  document["model_hashes"] = hashes_json(state.model_hashes);
  document["proxy_delay_before_close"] = root.proxy_delay_before_close().count();
  document["client_delay_before_close"] = root.client_delay_before_close().count();
  document["min_proxy_stake"] = root.min_proxy_stake().count();
  document["min_client_stake"] = root.min_client_stake().count();
  document["proxy_code"] = code_json(state.params.proxy_code);
  document["worker_code"] = code_json(state.params.worker_code);
  document["client_code"] = code_json(state.params.client_code);
  return document;
}

std::string root_text(const registry::Snapshot& root, const Terminal& out) {
  const registry::RootState& state = root.root();
  std::vector<Fact> facts{
      {"root", ton::to_friendly_text(state.address)},
      {"owner", ton::to_friendly_text(state.owner)},
      {"version", std::to_string(root.version()) + ", of the params " +
                      std::to_string(root.params_version()) + ", layout " +
                      std::to_string(root.struct_version())},
      {"network", "id " + std::to_string(root.unique_id()) + (root.is_test() ? ", a test" : "")},
      {"price", std::to_string(root.price_per_token().count()) + " nanotons a token, of which " +
                    std::to_string(root.worker_fee_per_token().count()) + " the worker's"},
      {"multipliers", "prompt " + std::to_string(root.multipliers().prompt) + ", cached " +
                          std::to_string(root.multipliers().cached) + ", completion " +
                          std::to_string(root.multipliers().completion) + ", reasoning " +
                          std::to_string(root.multipliers().reasoning) + " (10000 is 1)"},
      {"stakes", "proxy " + base::to_string(root.min_proxy_stake()) + ", client " +
                     base::to_string(root.min_client_stake())},
      {"delays", "proxy " + seconds_text(root.proxy_delay_before_close()) + ", client " +
                     seconds_text(root.client_delay_before_close())},
      {"proxy images", hashes_text(state.proxy_hashes)},
      {"worker images", hashes_text(state.worker_hashes)},
      {"models", hashes_text(state.model_hashes)}};
  for (const auto& proxy : state.proxies) {
    facts.push_back({"proxy " + std::to_string(proxy.seqno), registry::proxy_address_text(proxy)});
  }
  return fact_lines(facts, out);
}

base::Result<registry::Snapshot> read_root(ChainSession& session, const ton::Address& address) {
  const ton::ProvenAccount account = TRY(session.account(address));
  if (!account.account || account.account->status != ton::AccountStatus::Active) {
    return fault(CommandFault::Failed, "there is no contract at " + ton::to_friendly_text(address),
                 "--root with the address of the network's root contract");
  }
  auto root = registry::parse_root_state(address, account.account->state.data);
  if (!root) {
    return fault(CommandFault::Failed, ton::to_friendly_text(address) +
                                           " is no root contract: " + root.error().message());
  }
  return root;
}

base::Result<int> run_root_show(const Invocation& invocation) {
  const ton::Address address = TRY(root_address(invocation.arguments));
  const auto session = TRY(ChainSession::open(invocation.arguments));
  TRY(session->synchronise(kSyncLimit));
  const registry::Snapshot root = TRY(read_root(*session, address));
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(root_json(root).dump());
  } else {
    invocation.out.write(root_text(root, invocation.out));
  }
  return kExitOk;
}

}  // namespace cocoon::app::commands
