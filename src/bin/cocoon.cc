// cocoon: what people use. The gateway, a private network on this machine, questions, and a look at
// all of it.
//
// For now it knows simulated evidence, since private networks are all that it can start; it says so
// in every output.
#include "app/commands/parse.h"
#include "app/development/kit.h"
#include "attest/measurement.h"
#include "attest/simulated/quote.h"

int main(int argc, char** argv) {
  using namespace cocoon;
  const auto image_of = [](const char* program) {
    return attest::image_hash(attest::simulated::measurements_of(program));
  };
  const app::development::DevelopmentKit kit;
  const app::commands::Surroundings surroundings{
      .kit = kit,
      .images = {.proxy = image_of("cocoon-proxy-dev"), .worker = image_of("cocoon-worker-dev")}};
  return app::commands::run_command_line({argv + 1, static_cast<std::size_t>(argc - 1)},
                                         surroundings);
}
