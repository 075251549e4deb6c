// What the words behind `cocoon up` ask for: the data directory, free ports, where the engine comes
// from.
#pragma once

#include <string>

#include "app/commands/command.h"
#include "app/commands/up_network.h"
#include "io/files.h"

namespace cocoon::app::commands {

// An absolute path; the directory is there afterwards, with mode 0700 if it is new, since it holds
// keys.
base::Result<std::string> prepare_up_directory(const Arguments& arguments);
// One network at a time. The error says where the one that runs can be reached.
base::Result<io::LockFile> lock_up_directory(const std::string& directory);
// Usage if a wish can't be fulfilled.
base::Result<UpWishes> read_up_wishes(const Invocation& invocation, const std::string& directory);

}  // namespace cocoon::app::commands
