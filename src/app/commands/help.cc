// Help texts, laid out from the table of commands.
#include <algorithm>

#include "app/commands/parse.h"

namespace cocoon::app::commands {
namespace {

constexpr std::string_view kExitStatuses =
    "0 fine, 1 failed, 2 wrong use, 3 nobody answers or not ready, 130 interrupted";

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()) + 2, ' ');
}

std::string usage_of(const Command& command) {
  std::string usage = "cocoon " + command.name;
  for (const auto& operand : command.operands) {
    const std::string name = operand.choices.empty() ? operand.name : operand.name;
    usage += operand.need == Operand::Need::Required ? " " + name : " [" + name + "]";
  }
  return command.flags.empty() ? usage : usage + " [OPTION...]";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string section(const Terminal& terminal, const std::string& title,
                    const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, help] : rows) width = std::max(width, name.size());
  std::string text = "\n" + terminal.paint(Ink::Bold, title) + "\n";
  for (const auto& [name, help] : rows) text += "  " + padded(name, width) + help + "\n";
  return text;
}

}  // namespace

std::string with_choices(const std::string& help, const std::vector<std::string>& choices) {
  return choices.empty() ? help : help + " (" + joined(choices) + ")";
}

std::string overview(const Terminal& terminal) {
  std::string text =
      "Cocoon: private AI inference. Applications talk to a gateway on this machine, which "
      "verifies who runs the model.\n\n"
      "usage: cocoon COMMAND [ARGUMENT...]\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& command : command_table()) rows.emplace_back(command.name, command.summary);
  text += section(terminal, "Commands", rows);
  text += section(terminal, "Try",
                  {{"cocoon up", "a whole network on this machine, with a real model"},
                   {"cocoon chat \"Why is the sky blue?\"", "ask it"},
                   {"cocoon COMMAND --help", "options and examples of one command"}});
  return text + "\nExit status: " + std::string(kExitStatuses) + ".\n";
}

std::string help_of(const Command& command, const Terminal& terminal) {
  std::string text = command.summary + ".\n\nusage: " + usage_of(command) + "\n";
  if (!command.details.empty()) text += "\n" + command.details + "\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& operand : command.operands)
    rows.emplace_back(operand.name, with_choices(operand.help, operand.choices));
  if (!rows.empty()) text += section(terminal, "Arguments", rows);
  rows.clear();
  for (const auto& flag : command.flags) {
    rows.emplace_back(flag.shape.empty() ? flag.name : flag.name + " " + flag.shape,
                      with_choices(flag.help, flag.choices));
  }
  rows.emplace_back("-h, --help", "this text");
  text += section(terminal, "Options", rows);
  if (!command.examples.empty()) {
    text += "\n" + terminal.paint(Ink::Bold, "Examples") + "\n";
    for (const auto& example : command.examples) text += "  " + example + "\n";
  }
  return text + "\nExit status: " + std::string(kExitStatuses) + ".\n";
}

}  // namespace cocoon::app::commands
