// Arguments and the parsing of a command line, by CLI11.
#include <CLI/CLI.hpp>
#include <charconv>

#include "app/commands/fault.h"
#include "app/commands/parse.h"
#include "openai/nearest.h"

namespace cocoon::app::commands {
namespace {

base::Error bad_value(const std::string& what, const std::vector<std::string>& choices) {
  std::string list;
  for (const auto& choice : choices) list += (list.empty() ? "" : ", ") + choice;
  return fault(CommandFault::Usage, what, "one of: " + list);
}

bool is_known(const std::vector<std::string>& choices, const std::string& value) {
  return choices.empty() || std::ranges::find(choices, value) != choices.end();
}

std::string see_help(const Command& command) { return "cocoon " + command.name + " --help"; }

// CLI11's texts name the argument, not what is near to it.
base::Error usage_fault(const Command& command, const std::vector<std::string>& words,
                        const std::string& said) {
  std::vector<std::string> known;
  for (const auto& flag : command.flags) known.push_back(flag.name);
  for (const auto& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--help" ||
        std::ranges::find(known, name) != known.end())
      continue;
    const auto near = openai::nearest_models(name, known);
    return fault(CommandFault::Usage, "cocoon " + command.name + " has no option " + name,
                 near.empty() ? see_help(command) : near.front());
  }
  return fault(CommandFault::Usage, said, see_help(command));
}

base::Result<void> check_operands(const Command& command, const std::vector<std::string>& given) {
  if (given.size() > command.operands.size()) {
    return fault(
        CommandFault::Usage,
        "\"" + given[command.operands.size()] + "\" is one word too many (quote texts with spaces)",
        see_help(command));
  }
  for (std::size_t i = 0; i < command.operands.size(); ++i) {
    const Operand& operand = command.operands[i];
    if (i >= given.size()) {
      if (operand.need == Operand::Need::Optional) break;
      return operand.choices.empty()
                 ? fault(CommandFault::Usage, operand.name + " is missing", see_help(command))
                 : bad_value(operand.name + " is missing", operand.choices);
    }
    if (!is_known(operand.choices, given[i])) {
      return bad_value("\"" + given[i] + "\" is no " + operand.name, operand.choices);
    }
  }
  return {};
}

}  // namespace

std::string Arguments::text(const std::string& flag, const std::string& standard) const {
  const auto found = flags_.find(flag);
  return found == flags_.end() || found->second.empty() ? standard : found->second.back();
}

base::Result<std::int64_t> Arguments::number(const std::string& flag, std::int64_t standard,
                                             std::int64_t least, std::int64_t most) const {
  const std::string given = text(flag, std::to_string(standard));
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (code == std::errc{} && end == given.data() + given.size() && value >= least && value <= most)
    return value;
  return fault(CommandFault::Usage, flag + " " + given + " is not possible",
               "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

base::Result<Arguments> parse_arguments(const Command& command,
                                        const std::vector<std::string>& words) {
  CLI::App cli;
  cli.set_help_flag();
  bool help = false;
  cli.add_flag("-h,--help", help);
  std::map<std::string, std::string> values;
  std::vector<std::pair<const Flag*, CLI::Option*>> flags;
  for (const auto& flag : command.flags) {
    auto* option =
        flag.shape.empty() ? cli.add_flag(flag.name) : cli.add_option(flag.name, values[flag.name]);
    flags.emplace_back(&flag, option);
  }
  std::vector<std::string> operands;
  cli.add_option("operands", operands);
  // CLI11 takes the words in reverse order.
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    cli.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return usage_fault(command, words, error.what());
  }
  Arguments arguments;
  for (const auto& [flag, option] : flags) {
    if (option->count() == 0) continue;
    if (flag->shape.empty()) {
      arguments.set_flag(flag->name, {});
      continue;
    }
    const std::string& given = values[flag->name];
    if (!is_known(flag->choices, given)) {
      return bad_value(flag->name + " " + given + " is not possible", flag->choices);
    }
    arguments.set_flag(flag->name, {given});
  }
  if (help) {
    arguments.set_flag("--help", {});
  } else {
    TRY(check_operands(command, operands));
  }
  arguments.set_operands(std::move(operands));
  return arguments;
}

}  // namespace cocoon::app::commands
