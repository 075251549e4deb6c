// The files of a private network, as text: what `cocoon up` writes into its data directory. Nothing
// here acts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/command.h"
#include "base/result.h"
#include "registry/snapshot.h"
#include "ton/address.h"

namespace cocoon::app::commands {

inline constexpr std::int64_t kUpPricePerToken = 20;      // nanotons
inline constexpr std::int64_t kUpWorkerFeePerToken = 19;  // nanotons
inline constexpr ton::PriceMultipliers kUpMultipliers{
    .prompt = 10000, .cached = 1000, .completion = 80000, .reasoning = 80000};
inline constexpr std::int64_t kUpWorkersMax = 64;

// "127.0.0.1:10000"
inline std::string local_address(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// A participant of a network that has a chain.
struct UpAccount {
  std::string key_file;
  ton::Address owner;
  ton::Address wallet;
};

// The chain under a network.
struct UpChainPlan {
  std::string config;  // path of its global configuration
  std::uint16_t lite_port = 0;
  std::uint16_t http_port = 0;
  // Known once the root contract stands.
  std::optional<registry::Snapshot> network;
  std::map<std::string, UpAccount> accounts;  // by participant
};

struct UpPlan {
  std::string directory;  // absolute
  std::string listen;     // of the gateway, "127.0.0.1:10000"
  std::string model;
  std::string engine;  // URL
  std::uint16_t proxy_http = 0;
  std::uint16_t proxy_workers = 0;
  std::uint16_t proxy_clients = 0;
  std::vector<std::uint16_t> worker_http;  // one per worker
  DevelopmentImages images;
  std::optional<UpChainPlan> chain;  // nothing: amounts are booked and never settled

  std::string path(std::string_view name) const { return directory + "/" + std::string(name); }
};

// "worker-1" for the first.
std::string up_worker_name(std::size_t index);
// The address of a participant ("proxy", "worker-1", "client") of a network without a chain: no
// wallet stands behind it. It follows from the network's root key, so it is the same at every
// start.
ton::Address up_owner(const base::Bits256& root_key, std::string_view participant);

std::string network_text(const UpPlan& plan, const base::Bits256& root_key);
// `client_secret_hash`: SHA-256 of what the client shows to this proxy.
std::string proxy_text(const UpPlan& plan, const base::Bits256& root_key,
                       const base::Bits256& client_secret_hash);
std::string worker_text(const UpPlan& plan, const base::Bits256& root_key, std::size_t index);
std::string client_text(const UpPlan& plan, const base::Bits256& root_key);

// A TOML basic string.
std::string toml_quoted(std::string_view text);

}  // namespace cocoon::app::commands
