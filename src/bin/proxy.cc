// cocoon-proxy: the proxy as it is measured; believes real evidence only.
#include "app/proxy_program.h"
#include "app/role_main.h"
#include "app/trust.h"

int main(int argc, char** argv) {
  using namespace cocoon::app;
  ProxyOptions options;
  OptionTable table = option_table(options);
  const ProductionKit kit;
  return role_main(
      {.program = "cocoon-proxy",
       .description = "Matches requests of clients to workers, meters and keeps the books.",
       .table = table,
       .run =
           [&](Printing printing, const LoadOptions&) {
             return run_proxy(options, "cocoon-proxy", kit, printing);
           }},
      {argv + 1, static_cast<std::size_t>(argc - 1)});
}
