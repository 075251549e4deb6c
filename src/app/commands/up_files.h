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

// Free ports on this machine, each asked for once: `wanted` if nobody listens there, else one of
// those behind it.
class PortPicker {
 public:
  base::Result<std::uint16_t> pick(std::uint16_t wanted);

 private:
  std::vector<std::uint16_t> taken_;
};
// Whether a listener could be opened there now.
bool is_free(const std::string& host, std::uint16_t port);

}  // namespace cocoon::app::commands
