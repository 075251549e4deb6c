// The files of a private network, as text: what `cocoon up` writes into its data directory. Nothing
// here acts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/command.h"
#include "base/result.h"
#include "ton/address.h"

namespace cocoon::app::commands {

inline constexpr std::int64_t kUpPricePerToken = 20;      // nanotons
inline constexpr std::int64_t kUpWorkerFeePerToken = 19;  // nanotons
inline constexpr std::int64_t kUpWorkersMax = 64;

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

  std::string path(std::string_view name) const { return directory + "/" + std::string(name); }
};

// The address of a participant ("proxy", "worker-1", "client"): no wallet stands behind it, as
// there is no chain. It follows from the network's root key, so it is the same at every start.
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
