// cocoon-worker-dev: the worker for development networks; may believe simulated evidence.
#include "app/development/kit.h"
#include "app/role_main.h"
#include "app/worker_program.h"

int main(int argc, char** argv) {
  using namespace cocoon::app;
  WorkerOptions options;
  OptionTable table = option_table(options);
  const development::DevelopmentKit kit;
  return role_main({.program = "cocoon-worker-dev",
                    .description = "DEVELOPMENT BUILD, may accept simulated evidence. Serves a "
                                   "model of an OpenAI-compatible engine to the network.",
                    .table = table,
                    .run =
                        [&](Printing printing, const LoadOptions& load) {
                          return run_worker(options, "cocoon-worker-dev", kit, printing, load);
                        }},
                   {argv + 1, static_cast<std::size_t>(argc - 1)});
}
