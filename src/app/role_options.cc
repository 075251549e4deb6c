#include "app/role_options.h"

namespace cocoon::app {
namespace {

void add_common(OptionTable& table, CommonOptions& common) {
  table.path("network", common.network,
             "Without a chain: the network's parameters, prices, images, models, proxies (JSON).");
  table.path("chain", common.chain,
             "Global configuration of the TON chain on which the network lives; empty: no chain.");
  table.text("root", common.root, "ADDRESS",
             "The network's root contract, which takes the place of the file above.");
  table.path("wallet_key_file", common.wallet_key_file,
             "With a chain: the key of this role's own Cocoon wallet; made if missing.");
  table.text("owner", common.owner, "ADDRESS", "The TON address that this role belongs to.");
  table.choice(
      "policy", common.policy,
      {"production", "production-t2", "legacy-network", "*.toml", "development", "legacy_test"},
      "Which evidence peers must show. development and legacy_test prove nothing.");
  table.text("collateral_url", common.collateral_url, "URL",
             "A cache of Intel's collateral (PCCS), http://HOST:PORT; need not be trusted.");
  table.text("collateral_amd_url", common.collateral_amd_url, "URL",
             "A cache of AMD's key distribution service, http://HOST:PORT; need not be trusted.");
  table.text("collateral_nvidia_url", common.collateral_nvidia_url, "URL",
             "A cache of NVIDIA's manifests and revocation lists, http://HOST:PORT; need not be "
             "trusted.");
  table.path("collateral_bundle", common.collateral_bundle,
             "Collateral for verifying without a service (JSON).");
  table.path("collateral_database", common.collateral_database,
             "Keeps what was fetched, so that nothing older is believed later (SQLite).");
  table.path("vcek_file", common.vcek_file,
             "SEV-SNP: certificate of the report key, where the host gives none (DER).");
  table.path("simulated_root_file", common.simulated_root_file,
             "Root key of a development network's simulated evidence; made if missing.");
  table.path(
      "control_token_file", common.control_token_file,
      "If set, POST /control/... needs this file's first line in the header X-Cocoon-Control.");
  table.choice("log_format", common.log_format, {"text", "json"},
               "Form of log lines on standard error.");
  table.choice("log_level", common.log_level, {"debug", "info", "warning", "error"},
               "Least level of log lines.");
}

void add_dialling(OptionTable& table, std::vector<std::string>& proxies, std::string& connect_via,
                  bool& check_proxy_hashes) {
  table.list("proxies", proxies, "HOST:PORT",
             "Proxies to connect to; none: those that the network registers.");
  table.text(
      "connect_via", connect_via, "HOST:PORT",
      "SOCKS5 router on this machine that does attestation for us; empty: connect directly.");
  table.flag("check_proxy_hashes", check_proxy_hashes,
             "Whether a proxy's image must be registered in the network.");
}

void add_model(OptionTable& table, EngineOptions& engine) {
  table.text(
      "model", engine.model, "NAME",
      "The model as registered, name@commit:verity-hash; on test networks a bare name will do.");
  table.number("coefficient", engine.coefficient, 0, 999'999'999,
               "Price level, 1000 is the network's own price.");
  table.number("max_active", engine.max_active, 1, 100'000, "Requests at once, over all proxies.");
  table.number("context_length", engine.context_length, 0, INT32_MAX,
               "Tokens of prompt and answer together; 0: what the engine says.");
  table.number("max_output", engine.max_output, 0, INT32_MAX,
               "Tokens of one answer at most; 0: nothing is said about it.");
  table.list("capabilities", engine.capabilities, "NAME",
             "What the model can do, for the list of models: chat, tools, vision, ...");
}

}  // namespace

std::vector<EngineOptions> engines_of(const WorkerOptions& options) {
  return options.engines.empty() ? std::vector{options.engine} : options.engines;
}

OptionTable option_table(ProxyOptions& options) {
  OptionTable table("proxy");
  add_common(table, options.common);
  table.path("signing_key_file", options.signing_key_file,
             "The key that signs payments; made if missing.");
  table.text("workers_listen", options.workers_listen, "HOST:PORT", "Public port for workers.");
  table.text("clients_listen", options.clients_listen, "HOST:PORT", "Public port for clients.");
  table.text("workers_router_listen", options.workers_router_listen, "HOST:PORT",
             "Loopback port for workers behind a local reverse router; empty: none.");
  table.text("clients_router_listen", options.clients_router_listen, "HOST:PORT",
             "Loopback port for clients behind a local reverse router; empty: none.");
  table.text("http_listen", options.http_listen, "HOST:PORT",
             "Loopback port for statistics and health.");
  table.path("database", options.database, "The ledger (SQLite).");
  table.list(
      "clients", options.clients, "\"ADDRESS SECRET_SHA256 CREDIT\"",
      "Without a chain: clients' wallet address, hash of their secret in hex, opening credit.");
  table.flag("open_to_unknown_clients", options.open_to_unknown_clients,
             "Test networks only: serve clients that are not listed, with the empty secret.");
  table.amount("unknown_client_credit", options.unknown_client_credit,
               "Opening credit of such clients.");
  table.amount("charge_at", options.charge_at,
               "With a chain: what a client owes when its channel is charged.");
  table.amount("payout_at", options.payout_at,
               "With a chain: what a worker has earned when it is paid.");
  table.amount("withdraw_at", options.withdraw_at,
               "With a chain: the commission at which it goes to the owner.");
  table.amount("mark_at", options.mark_at,
               "With a chain: what may be used before the ledger's state is marked there.");
  table.number("accept_loss", options.accept_loss, 0, UINT32_MAX,
               "After a loss of the ledger: the newest epoch that is given up, as the proxy names "
               "it; 0: none.");
  table.flag("check_worker_hashes", options.check_worker_hashes,
             "Whether a worker's image must be registered in the network.");
  table.flag("check_model_hashes", options.check_model_hashes,
             "Whether a worker's model must be registered in the network.");
  table.number("pow_difficulty", options.pow_difficulty, 0, 28,
               "Proof of work asked of whoever connects, in bits.");
  return table;
}

OptionTable option_table(WorkerOptions& options) {
  OptionTable table("worker");
  add_common(table, options.common);
  table.list("engine", options.engine.urls, "URL",
             "The OpenAI-compatible engine that does the work, or several that serve the same "
             "model; in the file also as [[engine]] tables, one for each model, with url and the "
             "keys from model to capabilities.");
  table.rows("engine", [&options] {
    EngineOptions& engine = options.engines.emplace_back();
    OptionTable row("engine");
    row.list("url", engine.urls, "URL", "The engine, or several that serve the same model.");
    add_model(row, engine);
    return row;
  });
  add_model(table, options.engine);
  add_dialling(table, options.proxies, options.connect_via, options.check_proxy_hashes);
  table.text("http_listen", options.http_listen, "HOST:PORT",
             "Loopback port for statistics and health.");
  table.amount("payout_at", options.payout_at,
               "With a chain: what a proxy owes when this worker has itself paid.");
  return table;
}

OptionTable option_table(ClientOptions& options) {
  OptionTable table("client");
  add_common(table, options.common);
  table.path("master_secret_file", options.master_secret_file,
             "The secret from which each proxy's own secret is made; made if missing.");
  add_dialling(table, options.proxies, options.connect_via, options.check_proxy_hashes);
  table.text("listen", options.listen, "HOST:PORT",
             "Port for OpenAI clients; one that others can reach needs keys_file.");
  table.amount(
      "channel_deposit", options.channel_deposit,
      "With a chain: deposited into a proxy's channel, again when less than half is left.");
  table.amount("channel_limit", options.channel_limit,
               "With a chain: the most that is ever deposited into one channel by itself.");
  table.path("keys_file", options.keys_file,
             "API keys that may call, made by cocoon key; empty: whoever reaches the port may.");
  table.path("keys_database", options.keys_database, "What each key has spent (SQLite).");
  table.list("cors_origins", options.cors_origins, "ORIGIN",
             "Web pages that may call from a browser, as https://chat.example.org; * is all.");
  return table;
}

}  // namespace cocoon::app
