// The commands about a client's channels with proxies.
#pragma once

#include "app/commands/command.h"

namespace cocoon::app::commands {

base::Result<int> run_channel_list(const Invocation& invocation);
base::Result<int> run_channel_open(const Invocation& invocation);
base::Result<int> run_channel_topup(const Invocation& invocation);
base::Result<int> run_channel_withdraw(const Invocation& invocation);
base::Result<int> run_channel_close(const Invocation& invocation);

}  // namespace cocoon::app::commands
