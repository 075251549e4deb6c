#include "app/role_main.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "io/files.h"

namespace cocoon::app {
namespace {

constexpr std::size_t kConfigFileMax = 1 << 20;

struct Arguments {
  std::string config;
  bool json = false;
  bool example = false;
  std::map<std::string, std::vector<std::string>> flags;
};

base::Result<void> apply(OptionTable& table, const Arguments& arguments) {
  if (!arguments.config.empty()) {
    const auto text = TRY(io::read_file(arguments.config, kConfigFileMax));
    TRY(table.apply_file(base::as_text(text), arguments.config));
  }
  TRY(table.apply_environment([](const std::string& name) { return std::getenv(name.c_str()); }));
  for (const auto& [name, values] : arguments.flags) {
    if (!values.empty()) TRY(table.apply_flag(name, values));
  }
  return {};
}

void declare(CLI::App& cli, const OptionTable& table, Arguments& arguments) {
  cli.add_option("--config", arguments.config, "Configuration file (TOML)")->type_name("FILE");
  cli.add_flag("--json", arguments.json, "Print events as JSON lines");
  cli.add_flag("--example", arguments.example,
               "Print a commented configuration file with every default, and exit");
  for (const auto& option : table.options()) {
    auto* flag = cli.add_option("--" + option.name, arguments.flags[option.name], option.help);
    flag->type_name(option.shape)->default_str(option.standard);
    flag->expected(1, option.kind == Option::Kind::List ? 1000 : 1);
  }
  cli.footer("Every option may also stand in the configuration file, or in the environment as " +
             table.variable(table.options().front()) + " and so on.");
}

}  // namespace

int role_main(const RoleCommand& command, std::span<char* const> arguments) {
  CLI::App cli(command.description, command.program);
  Arguments given;
  declare(cli, command.table, given);
  // CLI11 takes the arguments in reverse order.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    cli.parse(reversed);
  } catch (const CLI::ParseError& fault) {
    return cli.exit(fault) == 0 ? kExitOk : kExitUsage;
  }
  if (given.example) {
    std::fputs(command.table.example().c_str(), stdout);
    return kExitOk;
  }
  const auto applied = apply(command.table, given);
  if (!applied) {
    std::fprintf(stderr, "%s: %s\n", command.program.c_str(), applied.error().message().c_str());
    return kExitUsage;
  }
  const auto status = command.run(given.json ? Printing::Json : Printing::ForPeople,
                                  [&given](OptionTable& table) { return apply(table, given); });
  if (status) return *status;
  std::fprintf(stderr, "%s: %s\n", command.program.c_str(), status.error().message().c_str());
  return kExitFailed;
}

}  // namespace cocoon::app
