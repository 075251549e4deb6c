// role_main(): what the mains of the role programs share: the command line, the configuration, the
// exit status.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "app/options.h"
#include "app/role_shell.h"

namespace cocoon::app {

// Exit statuses of every program of the project.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// Fills a table from the same file, variables and flags once more.
using LoadOptions = std::function<base::Result<void>(OptionTable&)>;

struct RoleCommand {
  std::string program;      // as typed: "cocoon-proxy-dev"
  std::string description;  // one sentence for --help
  OptionTable& table;
  std::function<base::Result<int>(Printing, const LoadOptions&)> run;
};

// `arguments` without the program's name. Reads --config FILE, then COCOON_… variables, then flags,
// and runs.
int role_main(const RoleCommand& command, std::span<char* const> arguments);

}  // namespace cocoon::app
