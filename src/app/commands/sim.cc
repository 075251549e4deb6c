// `cocoon sim`: whole networks in virtual time. The simulator is a program of its own beside this
// one, because it is made of more than a program for people may use.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/whereabouts.h"

namespace cocoon::app::commands {

base::Result<int> run_sim(const Invocation& invocation) {
  const Arguments& given = invocation.arguments;
  std::string what;
  for (const char* flag : {"--seed", "--seeds", "--scenario"}) {
    if (!given.has(flag)) continue;
    if (!what.empty())
      return fault(CommandFault::Usage, what + " and " + flag + " don't go together");
    what = flag;
  }
  if (what.empty())
    return fault(CommandFault::Usage, "there is nothing to simulate", "cocoon sim --seeds 1..100");
  const std::string program = TRY(program_directory()) + "/cocoon-sim";
  const std::string value = given.text(what);
  std::fflush(nullptr);
  execl(program.c_str(), program.c_str(), what.c_str(), value.c_str(), nullptr);
  return fault(CommandFault::Failed, program + " can't be run: " + std::strerror(errno),
               "install cocoon-sim beside cocoon");
}

}  // namespace cocoon::app::commands
