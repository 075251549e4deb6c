#include "app/commands/completion.h"

#include <set>

#include "app/commands/client_role.h"
#include "app/commands/handlers.h"
#include "app/commands/shell_text.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

std::string first_word(const Command& command) {
  return command.name.substr(0, command.name.find(' '));
}

std::string second_word(const Command& command) {
  const auto space = command.name.find(' ');
  return space == std::string::npos ? "" : command.name.substr(space + 1);
}

// Everything that may stand behind the command's words, but for values.
std::string words_behind(const Command& command) {
  std::string words;
  const auto append = [&](const std::string& word) { words += (words.empty() ? "" : " ") + word; };
  for (const auto& operand : command.operands) {
    for (const auto& choice : operand.choices) append(choice);
  }
  for (const auto& flag : command.flags) append(flag.name);
  append("--help");
  return words;
}

std::string first_words(const std::vector<Command>& commands) {
  std::string words;
  std::set<std::string> seen;
  for (const auto& command : commands) {
    if (seen.insert(first_word(command)).second)
      words += (words.empty() ? "" : " ") + first_word(command);
  }
  return words;
}

// Shapes whose values are files or directories.
bool takes_path(const Flag& flag) {
  return flag.shape == "FILE" || flag.shape == "PATH" || flag.shape == "DIR";
}

std::string path_flags(const std::vector<Command>& commands, std::string_view between) {
  std::set<std::string> names;
  for (const auto& command : commands) {
    for (const auto& flag : command.flags) {
      if (takes_path(flag)) names.insert(flag.name);
    }
  }
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : std::string(between)) + name;
  return text;
}

std::string bash(const std::vector<Command>& commands) {
  std::string cases;
  for (const auto& command : commands) {
    const std::string second = second_word(command);
    if (!second.empty())
      cases += "    " + shell_quoted(first_word(command) + " ") +
               ") words=" + shell_quoted(second) + " ;;\n";
    cases += "    " + shell_quoted(command.name) +
             "*) words=" + shell_quoted(words_behind(command)) + " ;;\n";
  }
  return "# bash completion for cocoon; use: source <(cocoon completion bash)\n"
         "_cocoon() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words\n"
         "  case $previous in\n"
         "    " +
         path_flags(commands, "|") +
         ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
         "  esac\n"
         "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
         "    COMPREPLY=($(compgen -W " +
         shell_quoted(first_words(commands) + " help --help --version") +
         " -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  local behind=''\n"
         "  [ \"$COMP_CWORD\" -lt 3 ] || behind=${COMP_WORDS[2]}\n"
         "  case \"${COMP_WORDS[1]} $behind\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -F _cocoon cocoon\n";
}

std::string zsh_description(std::string text) {
  std::string out;
  for (const char c : text)
    out += c == ':' || c == '[' || c == ']' ? std::string("\\") + c : std::string(1, c);
  return out;
}

std::string zsh_arguments(const Command& command) {
  std::string text = "_arguments";
  for (const auto& flag : command.flags) {
    std::string spec = flag.name + "[" + zsh_description(flag.help) + "]";
    if (!flag.shape.empty())
      spec += ":" + zsh_description(flag.shape) + ":" + (takes_path(flag) ? "_files" : " ");
    text += " " + shell_quoted(spec);
  }
  for (const auto& operand : command.operands) {
    std::string choices = " ";
    if (!operand.choices.empty()) {
      choices = "(";
      for (const auto& choice : operand.choices) choices += choice + " ";
      choices += ")";
    }
    text += " " + shell_quoted(std::string(operand.need == Operand::Need::Required ? ":" : "::") +
                               operand.name + ":" + choices);
  }
  return text + " '--help[Help]'";
}

std::string zsh(const std::vector<Command>& commands) {
  std::string list;
  std::string cases;
  std::set<std::string> seen;
  for (const auto& command : commands) {
    const std::string first = first_word(command);
    const std::string second = second_word(command);
    if (seen.insert(first).second)
      list += "    " + shell_quoted(first + ":" + zsh_description(command.summary)) + "\n";
    cases += "    " + first + ") shift words; (( CURRENT-- )); " +
             (second.empty()
                  ? zsh_arguments(command)
                  : "if (( CURRENT == 2 )); then compadd " + second +
                        "; else shift words; (( CURRENT-- )); " + zsh_arguments(command) + "; fi") +
             " ;;\n";
  }
  return "#compdef cocoon\n# zsh completion for cocoon; put it as _cocoon into a folder of $fpath\n"
         "_cocoon() {\n"
         "  local -a commands=(\n" +
         list +
         "  )\n"
         "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
         "  case $words[2] in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _cocoon ]; then _cocoon \"$@\"; else compdef _cocoon cocoon; "
         "fi\n";
}

std::string fish(const std::vector<Command>& commands) {
  std::string out =
      "# fish completion for cocoon; put it into ~/.config/fish/completions/cocoon.fish\n"
      "complete -c cocoon -f\n";
  std::set<std::string> seen;
  for (const auto& command : commands) {
    const std::string first = first_word(command);
    const std::string second = second_word(command);
    if (seen.insert(first).second) {
      out += "complete -c cocoon -n __fish_use_subcommand -a " + first + " -d " +
             shell_quoted(command.summary) + "\n";
    }
    const std::string when = "'__fish_seen_subcommand_from " + first + "'";
    if (!second.empty())
      out += "complete -c cocoon -n " + when + " -a " + second + " -d " +
             shell_quoted(command.summary) + "\n";
    for (const auto& operand : command.operands) {
      for (const auto& choice : operand.choices)
        out += "complete -c cocoon -n " + when + " -a " + choice + "\n";
    }
    for (const auto& flag : command.flags) {
      const std::string value = flag.shape.empty() ? "" : takes_path(flag) ? " -r -F" : " -x";
      out += "complete -c cocoon -n " + when + " -l " + flag.name.substr(2) + value + " -d " +
             shell_quoted(flag.help) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<Command>& commands) {
  if (shell == "zsh") return zsh(commands);
  if (shell == "fish") return fish(commands);
  return bash(commands);
}

base::Result<int> run_completion(const Invocation& invocation) {
  invocation.out.write(completion_script(invocation.arguments.operands().front(), command_table()));
  return kExitOk;
}

base::Result<int> run_config_example(const Invocation& invocation) {
  invocation.out.write(example_config(invocation.arguments.operands().front()));
  return kExitOk;
}

}  // namespace cocoon::app::commands
