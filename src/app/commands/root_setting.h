// What can be changed about a root contract from the command line: one setting, one value.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "registry/snapshot.h"

namespace cocoon::app::commands {

// "price", "add-model", in the order in which help shows them.
std::vector<std::string> root_settings();
// Usage for a value that does not fit, naming one that would.
base::Result<void> apply_root_setting(registry::RootState& state, const std::string& setting,
                                      const std::string& value);

}  // namespace cocoon::app::commands
