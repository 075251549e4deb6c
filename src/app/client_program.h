// The client role as a program: connections to proxies and the OpenAI-compatible gateway, around
// the client machine.
#pragma once

#include "app/role_shell.h"

namespace cocoon::app {

// Runs until told to stop; the exit status of the process.
base::Result<int> run_client(const ClientOptions& options, const TrustKit& kit, Printing printing);

}  // namespace cocoon::app
