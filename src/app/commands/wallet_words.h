// What the wallet commands share: where the file is, passwords, and amounts as the user types them.
#pragma once

#include <string>

#include "app/commands/command.h"
#include "app/wallet_file.h"
#include "base/nanoton.h"
#include "base/secret.h"

namespace cocoon::app::commands {

// --file, or cocoon/wallet below XDG_DATA_HOME or ~/.local/share.
base::Result<std::string> wallet_path(const Arguments& arguments);
base::Result<std::string> read_wallet_text(const std::string& path);

enum class Asking { Once, Twice };
// From --password-file or COCOON_WALLET_PASSWORD, else typed unseen on a terminal (twice for a new
// wallet). Usage where there is none.
base::Result<base::Secret> wallet_password(const Arguments& arguments, Asking asking);

}  // namespace cocoon::app::commands
