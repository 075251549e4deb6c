// A root contract as the commands read and show it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/commands/chain_session.h"
#include "app/commands/payer.h"
#include "registry/snapshot.h"

namespace cocoon::app::commands {

// Proven. Failed if there is none at this address.
base::Result<registry::Snapshot> read_root(ChainSession& session, const ton::Address& address);

nlohmann::json root_json(const registry::Snapshot& root);
std::string root_text(const registry::Snapshot& root, const Terminal& out);

}  // namespace cocoon::app::commands
