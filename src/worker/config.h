// What a worker machine is told once, at start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "payment/chain/per_proxy.h"
#include "payment/chain/worker_earnings.h"
#include "registry/snapshot.h"
#include "session/offer.h"
#include "session/standing.h"
#include "ton/address.h"

namespace cocoon::worker {

// What is owed on the chain: contracts to watch and orders to send. One for all machines of a
// program, since they earn at the same contracts.
using Earnings = payment::chain::PerProxy<payment::chain::WorkerEarnings>;

// Where the network has a chain and the worker a wallet of its own to have itself paid.
struct ChainTerms {
  Earnings* earnings;  // outlives the machine
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
  // What the operator says about the engine; goes before what the engine says. The hash of the
  // weights is that of `model`.
  session::OfferTerms terms = {};
  std::optional<ChainTerms> chain = std::nullopt;
  // Of a proxy that was just connected; Awaited if it has to prove itself first.
  session::Standing first_standing = session::Standing::Good;
};

}  // namespace cocoon::worker
