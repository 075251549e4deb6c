// The options of the three roles: what may stand in their configuration files.
// docs/operations/configuration.md is made from these.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/nanoton.h"

namespace cocoon::app {

// What all roles share.
struct CommonOptions {
  std::string network = "network.json";
  std::string chain;
  std::string root;
  std::string wallet_key_file = "wallet.key";
  std::string owner;
  std::string policy = "production";
  std::string simulated_root_file;
  std::string collateral_url;
  std::string collateral_amd_url;
  std::string collateral_nvidia_url;
  std::string collateral_bundle;
  std::string collateral_database;
  std::string vcek_file;
  std::string control_token_file;
  std::string log_format = "text";
  std::string log_level = "info";
};

struct ProxyOptions {
  CommonOptions common;
  std::string signing_key_file = "proxy.key";
  std::string workers_listen = "127.0.0.1:11001";
  std::string clients_listen = "127.0.0.1:11002";
  std::string workers_router_listen;
  std::string clients_router_listen;
  std::string http_listen = "127.0.0.1:11000";
  std::string database = "proxy.db";
  std::vector<std::string> clients;
  bool open_to_unknown_clients = false;
  base::Nanoton unknown_client_credit{10 * base::kNanotonsPerTon};
  bool check_worker_hashes = true;
  bool check_model_hashes = true;
  std::int64_t pow_difficulty = 20;
  base::Nanoton charge_at{base::kNanotonsPerTon};
  base::Nanoton payout_at{10 * base::kNanotonsPerTon};
  base::Nanoton withdraw_at{10 * base::kNanotonsPerTon};
  base::Nanoton mark_at{base::kNanotonsPerTon};
  std::int64_t accept_loss = 0;
};

// One model of a worker and the servers behind it.
struct EngineOptions {
  std::vector<std::string> urls = {"http://127.0.0.1:8000"};
  std::string model;
  std::int64_t coefficient = 1000;
  std::int64_t max_active = 16;
  std::int64_t context_length = 0;
  std::int64_t max_output = 0;
  std::vector<std::string> capabilities;
  friend bool operator==(const EngineOptions&, const EngineOptions&) = default;
};

struct WorkerOptions {
  CommonOptions common;
  EngineOptions engine;                // by flags, variables and plain keys
  std::vector<EngineOptions> engines;  // by [[engine]] tables, instead
  std::vector<std::string> proxies;
  std::string connect_via;
  bool check_proxy_hashes = true;
  std::string http_listen = "127.0.0.1:12000";
  base::Nanoton payout_at{10 * base::kNanotonsPerTon};
};

struct ClientOptions {
  CommonOptions common;
  std::string master_secret_file = "client.secret";
  std::vector<std::string> proxies;
  std::string connect_via;
  bool check_proxy_hashes = true;
  std::string listen = "127.0.0.1:10000";
  base::Nanoton channel_deposit{2 * base::kNanotonsPerTon};
  base::Nanoton channel_limit{20 * base::kNanotonsPerTon};
  std::string keys_file;
  std::string keys_database = "keys.db";
  std::vector<std::string> cors_origins;
};

// The [[engine]] tables, or the one engine of the plain keys.
std::vector<EngineOptions> engines_of(const WorkerOptions& options);

// Each binds every option of the role to `options`, which must outlive the table.
OptionTable option_table(ProxyOptions& options);
OptionTable option_table(WorkerOptions& options);
OptionTable option_table(ClientOptions& options);

}  // namespace cocoon::app
