// What a proxy machine is told once, at start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/nanoton.h"
#include "base/time.h"
#include "payment/chain/proxy_settlement.h"
#include "registry/snapshot.h"
#include "session/standing.h"
#include "ton/address.h"

namespace cocoon::proxy {

// A client whose account the operator opened by configuration, where there is no chain.
struct ConfiguredClient {
  ton::Address owner;         // the client's wallet contract
  base::Bits256 secret_hash;  // SHA-256 of the secret that the client proves its identity with
  base::Nanoton credit;       // opening credit, nanotons
};

// Whether clients that the configuration does not name are served, as test networks without a chain
// do: with the empty secret and a fixed credit. Only a development build on a test network may
// choose Open.
enum class UnknownClients { Refused, OpenForTests };

enum class HashCheck { Enforced, NotChecked };

// Where the network has a chain: clients are those whose channels stand there, and nobody else.
struct ChainTerms {
  ton::Address wallet;  // the proxy's own, which sends its orders
  payment::chain::SettlementRules rules = {};
};

struct Config {
  registry::Snapshot network;
  ton::Address owner;  // the operator's address
  base::Bytes
      signing_seed;  // 32 bytes, the machine key that signs payments; moved into a key and wiped
  std::vector<ConfiguredClient> clients;
  UnknownClients unknown_clients = UnknownClients::Refused;
  base::Nanoton unknown_client_credit;
  HashCheck worker_hashes = HashCheck::Enforced;
  HashCheck model_hashes = HashCheck::Enforced;
  std::optional<ChainTerms> chain = std::nullopt;
  // Of a worker that has just connected; Awaited if it has to prove itself first. Clients have
  // nothing to prove.
  session::Standing first_worker_standing = session::Standing::Good;
};

}  // namespace cocoon::proxy
