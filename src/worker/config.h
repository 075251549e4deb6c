// What a worker machine is told once, at start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "registry/snapshot.h"
#include "session/standing.h"
#include "ton/address.h"

namespace cocoon::worker {

// Where the network has a chain and the worker a wallet of its own to have itself paid.
struct ChainTerms {
  ton::Address wallet;
  base::Nanoton payout_at{10 * base::kNanotonsPerTon};
};

struct Config {
  registry::Snapshot network;
  ton::Address owner;  // who is paid
  std::string model;   // as registered: name@commit:verity-hash, or a bare name on test networks
  std::int32_t coefficient = 1000;  // price, 1000 = 1.0
  std::int32_t max_active = 16;     // requests at once, over all proxies
  std::int32_t proxy_count = 1;     // how many proxies it is going to dial
  std::optional<ChainTerms> chain = std::nullopt;
  // Of a proxy that was just connected; Awaited if it has to prove itself first.
  session::Standing first_standing = session::Standing::Good;
};

}  // namespace cocoon::worker
