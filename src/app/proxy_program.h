// The proxy role as a program: listeners, links, ledger on disk, statistics, around the proxy
// machine.
#pragma once

#include "app/role_shell.h"

namespace cocoon::app {

// Runs until told to stop; the exit status of the process.
base::Result<int> run_proxy(const ProxyOptions& options, std::string program, const TrustKit& kit,
                            Printing printing);

}  // namespace cocoon::app
