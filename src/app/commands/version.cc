// `cocoon version`. COCOON_VERSION comes from the project's CMakeLists.txt.
#include <nlohmann/json.hpp>

#include "app/commands/handlers.h"
#include "app/role_main.h"

namespace cocoon::app::commands {

base::Result<int> run_version(const Invocation& invocation) {
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(
        nlohmann::json{{"version", COCOON_VERSION}, {"evidence", "simulated"}}.dump());
  } else {
    invocation.out.line("cocoon " COCOON_VERSION " (this build knows simulated evidence only)");
  }
  return kExitOk;
}

}  // namespace cocoon::app::commands
