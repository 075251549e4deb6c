#include "app/commands/fault.h"

#include <nlohmann/json.hpp>

#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

// An Error has one text: what happened, then in a line of its own what to try.
constexpr char kNextLine = '\n';

}  // namespace

std::string_view reason_name(CommandFault fault) {
  switch (fault) {
    case CommandFault::Usage:
      return "usage";
    case CommandFault::NotReachable:
      return "not_reachable";
    case CommandFault::NotReady:
      return "not_ready";
    case CommandFault::Refused:
      return "refused";
    case CommandFault::Failed:
      return "failed";
    case CommandFault::Interrupted:
      return "interrupted";
  }
  return "unknown";
}

base::Error fault(CommandFault reason, const std::string& what, const std::string& next) {
  return {reason, next.empty() ? what : what + kNextLine + next};
}

int exit_status(const base::Error& error) {
  const auto known = error.as<CommandFault>();
  if (!known) return kExitFailed;
  switch (*known) {
    case CommandFault::Usage:
      return kExitUsage;
    case CommandFault::NotReachable:
    case CommandFault::NotReady:
      return kExitUnavailable;
    case CommandFault::Refused:
    case CommandFault::Failed:
      return kExitFailed;
    case CommandFault::Interrupted:
      return kExitInterrupted;
  }
  return kExitFailed;
}

void report(const base::Error& error, Printing printing) {
  const Terminal terminal = Terminal::of(stderr);
  const std::string& text = error.message();
  const auto split = text.find(kNextLine);
  const std::string what = text.substr(0, split);
  const std::string next = split == std::string::npos ? "" : text.substr(split + 1);
  if (printing == Printing::Json) {
    const nlohmann::json document{
        {"error", {{"reason", error.reason()}, {"message", what}, {"try", next}}}};
    return terminal.line(document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  terminal.line(terminal.paint(Ink::Bad, "error:") + " " + printable(what));
  if (!next.empty()) terminal.line(terminal.paint(Ink::Dim, "  try:") + " " + printable(next));
}

}  // namespace cocoon::app::commands
