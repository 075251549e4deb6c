// Pieces that the /jsonstats documents of all roles share.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "app/role_shell.h"

namespace cocoon::app {

// Texts that came from peers may hold anything: what is not UTF-8 is replaced.
inline std::string json_text(const nlohmann::json& document) {
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

// How the chain is doing; null without one.
nlohmann::json chain_json(const RoleShell& shell);
nlohmann::json network_json(const registry::Snapshot& network);
nlohmann::json counts_json(const std::map<std::string, std::uint64_t, std::less<>>& counts);
// How links ended, and connections that never became links, by reason.
nlohmann::json connection_counts_json(const RoleShell& shell);

}  // namespace cocoon::app
