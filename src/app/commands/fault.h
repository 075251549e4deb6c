// How a command fails: a reason with an exit status, one sentence about what happened and why, one
// about what to try.
#pragma once

#include <string>
#include <string_view>

#include "app/commands/terminal.h"
#include "app/role_shell.h"
#include "base/result.h"

namespace cocoon::app::commands {

// Exit statuses beyond those of app/role_main.h; docs/operations/commands.md lists them all.
inline constexpr int kExitUnavailable = 3;
inline constexpr int kExitInterrupted = 130;

enum class CommandFault {
  Usage,         // 2: the command line is wrong
  NotReachable,  // 3: nobody answers
  NotReady,      // 3: somebody answers, and can't serve yet
  Refused,       // 1: the network said no
  Failed,        // 1: anything else
  Interrupted,   // 130: by Ctrl-C
};
std::string_view reason_name(CommandFault fault);

// `next` is what to try, as a sentence or a command.
base::Error fault(CommandFault reason, const std::string& what, const std::string& next = {});
int exit_status(const base::Error& error);
// On standard error: text for people, one JSON object for programs.
void report(const base::Error& error, Printing printing);

}  // namespace cocoon::app::commands
