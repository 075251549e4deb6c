// cocoon-proxy-dev: the proxy for development networks; may believe simulated evidence.
#include "app/development/kit.h"
#include "app/proxy_program.h"
#include "app/role_main.h"

int main(int argc, char** argv) {
  using namespace cocoon::app;
  ProxyOptions options;
  OptionTable table = option_table(options);
  const development::DevelopmentKit kit;
  return role_main({.program = "cocoon-proxy-dev",
                    .description = "DEVELOPMENT BUILD, may accept simulated evidence. Matches "
                                   "requests of clients to workers, meters and keeps the books.",
                    .table = table,
                    .run =
                        [&](Printing printing, const LoadOptions&) {
                          return run_proxy(options, "cocoon-proxy-dev", kit, printing);
                        }},
                   {argv + 1, static_cast<std::size_t>(argc - 1)});
}
