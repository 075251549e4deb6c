// `cocoon man`: the manual page of the program, made from the table of commands (man(7),
// groff_man(7)).
#include <algorithm>

#include "app/commands/handlers.h"
#include "app/commands/parse.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

// Text as roff takes it literally: no escape, no request at the start of a line, hyphens that can
// be copied into a shell.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string item(const std::string& head, const std::string& help,
                 const std::vector<std::string>& choices) {
  return ".TP\n" + head + "\n" + roff(with_choices(help, choices)) + ".\n";
}

std::string page_of(const Command& command) {
  std::string page = ".SS \"cocoon " + roff(command.name);
  for (const auto& operand : command.operands) {
    const bool required = operand.need == Operand::Need::Required;
    page += required ? " " + operand.name : " [" + operand.name + "]";
  }
  page += std::string(command.flags.empty() ? "" : " [OPTION...]") + "\"\n";
  page += roff(command.summary) + ".\n";
  if (!command.details.empty()) page += ".PP\n" + roff(command.details) + "\n";
  for (const auto& operand : command.operands) {
    page += item(".I " + operand.name, operand.help, operand.choices);
  }
  for (const auto& flag : command.flags) {
    const std::string shape = flag.shape.empty() ? "" : " \" \" \\fI" + roff(flag.shape) + "\\fR";
    page += item(".BR " + roff(flag.name) + shape, flag.help, flag.choices);
  }
  if (!command.examples.empty()) page += ".PP\nExamples:\n.PP\n.nf\n.RS\n";
  for (const auto& example : command.examples) page += roff(example) + "\n";
  return command.examples.empty() ? page : page + ".RE\n.fi\n";
}

}  // namespace

std::string manual_page() {
  std::string page =
      ".TH COCOON 1 \"\" \"Cocoon\" \"User Commands\"\n"
      ".SH NAME\ncocoon \\- private AI inference: gateway, local network, wallet, attestation\n"
      ".SH SYNOPSIS\n.B cocoon\n.I COMMAND\n[\\fIARGUMENT\\fR...]\n"
      ".SH DESCRIPTION\n"
      "Applications talk to a gateway on this machine, which verifies who runs the model and pays "
      "for the answer.\n"
      "The proxy and the worker are programs of their own, cocoon\\-proxy and cocoon\\-worker.\n"
      ".SH COMMANDS\n";
  for (const auto& command : command_table()) page += page_of(command);
  page +=
      ".SH EXIT STATUS\n0 fine, 1 failed, 2 wrong use, 3 nobody answers or not ready, 130 "
      "interrupted.\n"
      ".SH ENVIRONMENT\n.TP\n.B COCOON_URL\nThe gateway that commands talk to.\n"
      ".TP\n.B COCOON_CLIENT_...\nOptions of cocoon client, one for each key of its file.\n"
      ".TP\n.B NO_COLOR\nSet to anything: no colours.\n";
  return page;
}

base::Result<int> run_man(const Invocation& invocation) {
  invocation.out.write(manual_page());
  return kExitOk;
}

}  // namespace cocoon::app::commands
