// Writes the files of a private network. Keys, secrets and the ledger are kept from start to start;
// the rest follows from them and from the plan, and is written anew.
#pragma once

#include <string>
#include <vector>

#include "app/commands/up_plan.h"

namespace cocoon::app::commands {

struct UpFiles {
  std::string proxy;  // configuration files
  std::string client;
  std::vector<std::string> workers;
};

base::Result<UpFiles> write_up_files(const UpPlan& plan);

}  // namespace cocoon::app::commands
