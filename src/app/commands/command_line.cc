// The program `cocoon`: which command is meant, its help, its run, its failure.
#include <algorithm>

#include "app/commands/client_role.h"
#include "app/commands/fault.h"
#include "app/commands/parse.h"
#include "app/role_main.h"
#include "openai/nearest.h"

namespace cocoon::app::commands {
namespace {

std::vector<std::string> split_words(const std::string& text) {
  const auto space = text.find(' ');
  if (space == std::string::npos) return {text};
  return {text.substr(0, space), text.substr(space + 1)};
}

base::Error unknown_command(const std::vector<std::string>& words) {
  // "attest" alone, or with a second word that does not exist: say what goes behind it.
  std::vector<std::string> names;
  std::vector<std::string> below;
  for (const auto& command : command_table()) {
    names.push_back(command.name);
    const auto parts = split_words(command.name);
    if (parts.size() == 2 && parts[0] == words[0]) below.push_back(command.name);
  }
  if (!below.empty())
    return fault(CommandFault::Usage, "cocoon " + words[0] + " needs one more word",
                 "cocoon " + below.front());
  auto near = openai::nearest_models(words[0], names);
  // Short words are too far from everything by that measure when two letters have changed places.
  std::ranges::copy_if(names, std::back_inserter(near), [&](const std::string& name) {
    return std::ranges::is_permutation(name, words[0]);
  });
  return fault(CommandFault::Usage, "there is no command \"" + words[0] + "\"",
               "cocoon " + (near.empty() ? "--help" : near.front()));
}

Printing wanted_printing(const std::vector<std::string>& words) {
  return std::ranges::find(words, "--json") != words.end() ? Printing::Json : Printing::ForPeople;
}

base::Result<int> run_chosen(const std::vector<std::string>& words,
                             const Surroundings& surroundings) {
  const auto chosen = TRY(choose_command(words));
  auto arguments = TRY(parse_arguments(*chosen.command, chosen.rest));
  const Terminal out = Terminal::of(stdout);
  if (arguments.has("--help")) {
    out.write(help_of(*chosen.command, out));
    return kExitOk;
  }
  return chosen.command->run({.surroundings = surroundings,
                              .arguments = std::move(arguments),
                              .out = out,
                              .err = Terminal::of(stderr)});
}

}  // namespace

base::Result<Chosen> choose_command(const std::vector<std::string>& words) {
  for (const auto& command : command_table()) {
    const auto parts = split_words(command.name);
    if (words.size() < parts.size() || !std::equal(parts.begin(), parts.end(), words.begin()))
      continue;
    return Chosen{&command,
                  {words.begin() + static_cast<std::ptrdiff_t>(parts.size()), words.end()}};
  }
  return unknown_command(words);
}

int run_command_line(std::span<char* const> raw, const Surroundings& surroundings) {
  const std::vector<std::string> words(raw.begin(), raw.end());
  const Terminal out = Terminal::of(stdout);
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    out.write(overview(out));
    return words.empty() ? kExitUsage : kExitOk;
  }
  // A role's options are declared in one place, for all role programs; they parse themselves.
  if (words[0] == kClientRole) return run_client_role(raw.subspan(1), surroundings.kit);
  const auto status = words[0] == "--version" ? run_chosen({"version"}, surroundings)
                                              : run_chosen(words, surroundings);
  if (status) return *status;
  report(status.error(), wanted_printing(words));
  return exit_status(status.error());
}

}  // namespace cocoon::app::commands
