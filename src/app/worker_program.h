// The worker role as a program: connections to proxies and the engine behind it, around the worker
// machine.
#pragma once

#include "app/role_main.h"
#include "app/role_shell.h"

namespace cocoon::app {

// Runs until told to stop; the exit status of the process. On SIGHUP the options are loaded again:
// new prices hold at once, models and engines come and go; everything else waits for a restart.
base::Result<int> run_worker(const WorkerOptions& options, std::string program, const TrustKit& kit,
                             Printing printing, const LoadOptions& load);

}  // namespace cocoon::app
