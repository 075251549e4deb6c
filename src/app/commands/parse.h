// From words on the command line to a command and its arguments.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/commands/command.h"

namespace cocoon::app::commands {

struct Chosen {
  const Command* command = nullptr;
  std::vector<std::string> rest;  // behind the command's own words
};

// The command that the first words name, or Usage with the nearest one.
base::Result<Chosen> choose_command(const std::vector<std::string>& words);

// Reads flags and operands as the table says. Usage for anything else. With --help nothing else is
// asked for.
base::Result<Arguments> parse_arguments(const Command& command,
                                        const std::vector<std::string>& words);

// Help for the whole program, and for one command.
std::string overview(const Terminal& terminal);
std::string help_of(const Command& command, const Terminal& terminal);

// `help`, and the words to choose from if there are any: "what it is (a, b)".
std::string with_choices(const std::string& help, const std::vector<std::string>& choices);

// The manual page, for man(1).
std::string manual_page();

// The whole program: the exit status of the process. `words` without the program's name.
int run_command_line(std::span<char* const> words, const Surroundings& surroundings);

}  // namespace cocoon::app::commands
