#include "app/commands/up_wishes.h"

#include <filesystem>

#include "app/commands/fault.h"
#include "app/commands/whereabouts.h"

namespace cocoon::app::commands {
namespace {

using base::Result;

constexpr std::uint16_t kGatewayPort = 10000;
constexpr std::uint16_t kProxyPort = 11000;
constexpr std::uint16_t kWorkerPort = 12000;
constexpr std::uint16_t kEnginePort = 18080;
constexpr std::uint16_t kLitePort = 13000;
constexpr std::uint16_t kChainHttpPort = 13100;

// Picks ports from the one that the user names on, else from the usual one of each kind.
class Ports {
 public:
  Ports(PortPicker& picker, std::uint16_t first) : picker_(picker), first_(first) {}

  Result<std::uint16_t> pick(std::uint16_t usual) {
    return picker_.pick(first_ != 0 ? first_ : usual);
  }
  Result<std::string> listen(const Arguments& arguments) {
    if (!arguments.has("--listen")) return "127.0.0.1:" + std::to_string(TRY(pick(kGatewayPort)));
    const std::string wanted = arguments.text("--listen");
    const auto where = TRY(loopback_address(wanted, "--listen"));
    if (TRY(picker_.take(where.host, where.port))) return where.to_text();
    return fault(CommandFault::Usage, "another program listens on " + wanted,
                 "--listen with another port");
  }

 private:
  PortPicker& picker_;
  std::uint16_t first_;  // 0: none is named
};

}  // namespace

Result<std::string> prepare_up_directory(const Arguments& arguments) {
  const std::string given = TRY(data_directory(arguments));
  const std::string directory = std::filesystem::absolute(given).lexically_normal().string();
  TRY(io::make_directory(directory + "/logs"));
  return directory;
}

Result<io::LockFile> lock_up_directory(const std::string& directory) {
  auto held = io::LockFile::acquire(directory + "/lock");
  if (held || !held.error().is(io::IoFault::FileLocked)) return held;
  const auto text = io::read_file(up_file(directory), kUpFileMax);
  const auto running =
      text ? parse_running_network(base::as_text(*text)) : Result<RunningNetwork>(text.error());
  return fault(
      CommandFault::Failed,
      "a network runs from " + directory + " already" + (running ? " at " + running->base_url : ""),
      "cocoon status, or another --dir for a second network");
}

Result<UpWishes> read_up_wishes(const Invocation& invocation, const std::string& directory) {
  const Arguments& given = invocation.arguments;
  UpWishes wishes;
  wishes.programs = TRY(program_directory());
  wishes.engine = {.url = given.text("--engine"),
                   .model = given.text("--model"),
                   .tool = {},
                   .scratch = directory + "/engine.json"};
  if (wishes.engine.url.empty()) {
    wishes.engine.tool = TRY(find_engine_tool(given.text("--engine-tool"), wishes.programs));
  } else if (const auto endpoint = io::HttpEndpoint::parse(wishes.engine.url); !endpoint) {
    return fault(CommandFault::Usage, "--engine: " + endpoint.error().message(),
                 "--engine http://127.0.0.1:8000");
  }
  const std::string mine = user_directory();
  if (!mine.empty()) wishes.picker = PortPicker(mine + "/ports");
  const std::int64_t first =
      given.has("--ports") ? TRY(given.number("--ports", kGatewayPort, 1, UINT16_MAX)) : 0;
  Ports ports(wishes.picker, static_cast<std::uint16_t>(first));
  wishes.plan.directory = directory;
  wishes.plan.images = invocation.surroundings.images;
  wishes.plan.listen = TRY(ports.listen(given));
  wishes.plan.proxy_http = TRY(ports.pick(kProxyPort));
  wishes.plan.proxy_workers = TRY(ports.pick(kProxyPort));
  wishes.plan.proxy_clients = TRY(ports.pick(kProxyPort));
  wishes.engine_port = TRY(ports.pick(kEnginePort));
  const std::int64_t workers = TRY(given.number("--workers", 1, 1, kUpWorkersMax));
  for (std::int64_t i = 0; i < workers; ++i)
    wishes.plan.worker_http.push_back(TRY(ports.pick(kWorkerPort)));
  if (!given.has("--no-chain")) {
    wishes.devnet = TRY(find_devnet(given.text("--node"), wishes.programs));
    wishes.plan.chain = UpChainPlan{.config = directory + "/chain/global.config.json",
                                    .lite_port = TRY(ports.pick(kLitePort)),
                                    .http_port = TRY(ports.pick(kChainHttpPort)),
                                    .network = {},
                                    .accounts = {}};
  }
  return wishes;
}

}  // namespace cocoon::app::commands
