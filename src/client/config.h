// What a client machine is told once, at start.
#pragma once

#include "base/secret.h"
#include "registry/snapshot.h"
#include "ton/address.h"

namespace cocoon::client {

struct Config {
  registry::Snapshot network;
  ton::Address owner;          // the client's wallet contract
  base::Secret master_secret;  // 32 random bytes; each proxy is shown only what is derived for it
};

}  // namespace cocoon::client
