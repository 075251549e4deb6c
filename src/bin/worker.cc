// cocoon-worker: the worker as it is measured; believes real evidence only.
#include "app/role_main.h"
#include "app/trust.h"
#include "app/worker_program.h"

int main(int argc, char** argv) {
  using namespace cocoon::app;
  WorkerOptions options;
  OptionTable table = option_table(options);
  const ProductionKit kit;
  return role_main({.program = "cocoon-worker",
                    .description = "Serves a model of an OpenAI-compatible engine to the network.",
                    .table = table,
                    .run =
                        [&](Printing printing, const LoadOptions& load) {
                          return run_worker(options, "cocoon-worker", kit, printing, load);
                        }},
                   {argv + 1, static_cast<std::size_t>(argc - 1)});
}
