#include "app/commands/up_network.h"

#include <algorithm>

#include "app/commands/answer_report.h"
#include "app/commands/fault.h"
#include "app/commands/models.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;

constexpr base::Duration kPagePeriod = std::chrono::milliseconds(10);
// The longest is a large model that is read from a slow disk.
constexpr base::Duration kStageTimeout = std::chrono::minutes(5);

std::string page(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

std::size_t enabled_workers(const json& proxy_stats) {
  const json connections = list_at(proxy_stats, "/worker_connections");
  return static_cast<std::size_t>(std::ranges::count_if(
      connections, [](const json& worker) { return flag_at(worker, "/enabled"); }));
}

std::string plural(std::size_t count, const std::string& name) {
  return std::to_string(count) + " " + name + (count == 1 ? "" : "s");
}

}  // namespace

UpNetwork::UpNetwork(io::Runtime& runtime, UpWishes wishes, UpReport& report, UpNetworkOwner& owner)
    : runtime_(runtime),
      wishes_(std::move(wishes)),
      report_(report),
      owner_(owner),
      crew_(runtime, *this),
      look_again_(runtime, [this] { look(); }),
      too_long_(runtime, [this] {
        fail(fault(CommandFault::NotReady, "this takes too long: still not ready is " + watched_,
                   "cocoon doctor --dir " + wishes_.plan.directory));
      }) {}

void UpNetwork::start() {
  report_.waiting_for("looking for the engine");
  engine_ = std::make_unique<EngineSource>(
      runtime_, wishes_.engine,
      [this] {
        report_.rest();
        report_.event("engine", {{"state", "fetching"}});
      },
      [this](Result<EngineChoice> choice) { handle_engine(std::move(choice)); });
}

void UpNetwork::handle_engine(Result<EngineChoice> choice) {
  if (!choice) return fail(choice.error());
  wishes_.plan.model = choice->model;
  wishes_.plan.engine = choice->url.empty() ? page(wishes_.engine_port) : choice->url;
  if (const auto started = start_first(*choice); !started) return fail(started.error());
  enter(Stage::Engine, wishes_.plan.engine + choice->health, "the engine loads " + choice->model);
}

Result<void> UpNetwork::start_first(const EngineChoice& choice) {
  if (wishes_.plan.chain) TRY(start_chain());
  if (choice.url.empty()) {
    io::ChildOptions engine{.argv = choice.argv, .log_file = wishes_.plan.path("logs/engine.log")};
    engine.argv.insert(engine.argv.end(), {"--port", std::to_string(wishes_.engine_port)});
    engine.environment.emplace_back("LD_LIBRARY_PATH", choice.libraries);
    TRY(crew_.start("engine", std::move(engine)));
  }
  return wishes_.plan.chain ? Result<void>() : start_proxy();
}

Result<void> UpNetwork::start_chain() {
  auto started = crew_.start("chain", {.argv = devnet_arguments(wishes_.devnet, wishes_.plan),
                                       .log_file = wishes_.plan.path("logs/chain.log")});
  if (!started) {
    return fault(CommandFault::Failed, "the local TON chain: " + started.error().message(),
                 "--node PATH of Node.js 24, or --no-chain");
  }
  chain_ = std::make_unique<UpChain>(runtime_, wishes_.plan, [this](auto network) {
    // The one who calls is destroyed there.
    runtime_.post([this, network = std::move(network)] { handle_chain(network); });
  });
  return {};
}

void UpNetwork::handle_chain(Result<registry::Snapshot> network) {
  chain_.reset();
  if (!network) return fail(network.error());
  report_.done("chain", "TON devnet, root contract " +
                            ton::to_friendly_text(network->root().address, ton::Bounce::Bounceable,
                                                  ton::AddressNetwork::Testnet));
  wishes_.plan.chain->network = *std::move(network);
  auto going = take_accounts();
  if (going) going = start_proxy();
  if (!going) fail(going.error());
}

Result<void> UpNetwork::take_accounts() {
  for (const auto& name : up_participants(wishes_.plan)) {
    const UpWallet wallet = TRY(up_wallet(wishes_.plan, name));
    wishes_.plan.chain->accounts[name] = {
        .key_file = wallet.key_file, .owner = wallet.owner, .wallet = wallet.wallet.address()};
  }
  return {};
}

Result<void> UpNetwork::start_proxy() {
  files_ = TRY(write_up_files(wishes_.plan));
  return start_program("proxy", {wishes_.programs + "/cocoon-proxy-dev", "--config", files_.proxy});
}

Result<void> UpNetwork::start_program(const std::string& name, std::vector<std::string> argv) {
  auto started = crew_.start(
      name, {.argv = std::move(argv), .log_file = wishes_.plan.path("logs/" + name + ".log")});
  if (!started)
    return fault(CommandFault::Failed, started.error().message(),
                 "./dev build release, which builds all programs");
  return {};
}

Result<void> UpNetwork::start_workers() {
  for (std::size_t i = 0; i < files_.workers.size(); ++i) {
    TRY(start_program("worker-" + std::to_string(i + 1),
                      {wishes_.programs + "/cocoon-worker-dev", "--config", files_.workers[i]}));
  }
  return {};
}

Result<void> UpNetwork::start_gateway() {
  return start_program("client",
                       {wishes_.programs + "/cocoon", "client", "--config", files_.client});
}

void UpNetwork::enter(Stage stage, const std::string& url, const std::string& waiting_for) {
  stage_ = stage;
  watched_ = url;
  report_.waiting_for(waiting_for);
  too_long_.arm_in(kStageTimeout);
  look();
}

void UpNetwork::look() {
  watch_ = std::make_unique<Fetch>(runtime_, watched_, kFetchTimeout,
                                   [this](Result<Reply> reply) { handle_look(std::move(reply)); });
}

void UpNetwork::handle_look(Result<Reply> reply) {
  if (!reply || reply->status != 200 || !has_come(*reply)) return look_again_.arm_in(kPagePeriod);
  if (const auto gone_on = go_on(); !gone_on) fail(gone_on.error());
}

bool UpNetwork::has_come(const Reply& reply) {
  const json document = json::parse(reply.body, nullptr, false);
  switch (stage_) {
    case Stage::Workers:
      return enabled_workers(document) == wishes_.plan.worker_http.size();
    case Stage::Gateway:
      for (const auto& model : list_at(document, "/data")) {
        if (text_at(model, "/id") == wishes_.plan.model) model_ = model;
      }
      return !model_.is_null();
    case Stage::Choice:
    case Stage::Engine:
    case Stage::Proxy:
    case Stage::Ready:
      return true;
  }
  return true;
}

Result<void> UpNetwork::go_on() {
  const UpPlan& plan = wishes_.plan;
  switch (stage_) {
    case Stage::Choice:
    case Stage::Ready:
      return {};
    case Stage::Engine:
      report_.done("engine", plan.model + " at " + plan.engine);
      enter(Stage::Proxy, page(plan.proxy_http) + "/readyz", "the proxy starts");
      return {};
    case Stage::Proxy:
      report_.done("proxy", page(plan.proxy_http) + ", SIMULATED evidence");
      TRY(start_workers());
      enter(Stage::Workers, page(plan.proxy_http) + "/jsonstats",
            "workers prove themselves to the proxy");
      return {};
    case Stage::Workers:
      report_.done(plural(plan.worker_http.size(), "worker"), "SIMULATED evidence");
      TRY(start_gateway());
      enter(Stage::Gateway, root_url() + "/v1/models", "the gateway verifies the proxy");
      return {};
    case Stage::Gateway:
      report_.done("gateway", root_url() + "/v1");
      stage_ = Stage::Ready;
      too_long_.cancel();
      crew_.handle_all_started();
      TRY(write_running());
      owner_.on_network_ready(running(), model_);
      return {};
  }
  return {};
}

RunningNetwork UpNetwork::running() const {
  const UpPlan& plan = wishes_.plan;
  RunningNetwork network{.base_url = root_url() + "/v1",
                         .model = plan.model,
                         .directory = plan.directory,
                         .engine = plan.engine,
                         .proxy = page(plan.proxy_http),
                         .workers = {},
                         .pids = crew_.pids()};
  for (const auto port : plan.worker_http) network.workers.push_back(page(port));
  return network;
}

Result<void> UpNetwork::write_running() const {
  return io::write_file(up_file(wishes_.plan.directory), base::as_bytes(to_text(running())));
}

void UpNetwork::fail(const base::Error& error) {
  watch_.reset();
  chain_.reset();
  look_again_.cancel();
  too_long_.cancel();
  owner_.on_network_failed(error);
}

void UpNetwork::on_member_started(const std::string& name, int pid) {
  report_.event("started", {{"name", name}, {"pid", pid}});
  if (stage_ != Stage::Ready) return;
  report_.note(name + " is started again");
  if (const auto written = write_running(); !written) report_.note(written.error().message());
}

void UpNetwork::on_member_ended(const std::string& name, const std::string& why,
                                base::Duration delay) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(delay).count();
  report_.event("ended", {{"name", name}, {"why", why}, {"restart_ms", milliseconds}});
  report_.note(name + " ended (" + why + "); it is started again in " + duration_text(delay));
  report_.log_lines(name, crew_.last_lines(name));
}

void UpNetwork::on_member_failed(const std::string& name, const std::string& why) {
  report_.log_lines(name, crew_.last_lines(name));
  fail(fault(CommandFault::Failed, name + " could not start (" + why + ")",
             wishes_.plan.path("logs/" + name + ".log")));
}

}  // namespace cocoon::app::commands
