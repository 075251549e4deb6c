// `cocoon client`: the client role in the foreground, as services and `cocoon up` start it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "app/commands/command.h"
#include "app/trust.h"

namespace cocoon::app::commands {

inline constexpr std::string_view kClientRole = "client";

int run_client_role(std::span<char* const> words, const TrustKit& kit);
// What it understands, for help and completion.
std::vector<Flag> client_role_flags();
// A commented configuration file of "client", "proxy" or "worker".
std::string example_config(std::string_view role);

}  // namespace cocoon::app::commands
