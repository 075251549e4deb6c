// Shell completion, made from the table of commands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/command.h"

namespace cocoon::app::commands {

// The script for "bash", "zsh" or "fish".
std::string completion_script(std::string_view shell, const std::vector<Command>& commands);

}  // namespace cocoon::app::commands
