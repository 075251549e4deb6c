// What a client machine is told once, at start.
#pragma once

#include <optional>

#include "base/nanoton.h"
#include "base/secret.h"
#include "registry/snapshot.h"
#include "session/standing.h"
#include "ton/address.h"

namespace cocoon::client {

// Where the network has a chain: how much goes into a channel.
struct ChainTerms {
  base::Nanoton deposit;  // each time; made when less than half of it is left
  base::Nanoton limit;    // of what is deposited into one channel in all
};

struct Config {
  registry::Snapshot network;
  ton::Address owner;          // the client's wallet contract
  base::Secret master_secret;  // 32 random bytes; each proxy is shown only what is derived for it
  std::optional<ChainTerms> chain = std::nullopt;
  // Of a proxy that was just connected; Awaited if it has to prove itself first.
  session::Standing first_standing = session::Standing::Good;
};

}  // namespace cocoon::client
