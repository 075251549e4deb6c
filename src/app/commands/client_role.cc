#include "app/commands/client_role.h"

#include "app/client_program.h"
#include "app/role_main.h"

namespace cocoon::app::commands {

int run_client_role(std::span<char* const> words, const TrustKit& kit) {
  ClientOptions options;
  OptionTable table = option_table(options);
  return role_main(
      {.program = "cocoon client",
       .description =
           "The gateway of OpenAI applications into the network: verifies proxies, pays, forwards.",
       .table = table,
       .run = [&](Printing printing,
                  const LoadOptions&) { return run_client(options, kit, printing); }},
      words);
}

std::vector<Flag> client_role_flags() {
  ClientOptions options;
  std::vector<Flag> flags{{"--config", "FILE", "Configuration file (TOML)"},
                          {"--json", "", "Print events as JSON lines"},
                          {"--example", "", "Print a commented configuration file"}};
  const OptionTable table = option_table(options);
  for (const auto& option : table.options())
    flags.push_back({"--" + option.name, option.shape, option.help});
  return flags;
}

std::string example_config(std::string_view role) {
  if (role == "proxy") {
    ProxyOptions options;
    return option_table(options).example();
  }
  if (role == "worker") {
    WorkerOptions options;
    return option_table(options).example();
  }
  ClientOptions options;
  return option_table(options).example();
}

}  // namespace cocoon::app::commands
