#include "app/worker_program.h"

#include <cstdio>

#include "app/chain/order_desk.h"
#include "app/engine_link.h"
#include "app/pages_json.h"
#include "app/proxy_dialer.h"
#include "app/role_http.h"
#include "app/settlement_json.h"

namespace cocoon::app {
namespace {

using base::Result;
using nlohmann::json;
using session::LinkId;

class WorkerProgram final : public LinkOwner, public VettingOwner, public EngineOwner {
 public:
  WorkerProgram(RoleShell& shell, worker::Config config, io::HttpEndpoint engine)
      : shell_(shell),
        machine_(std::move(config)),
        engine_(shell, std::move(engine), machine_, *this),
        links_(shell.runtime(), shell.random(), *this),
        vetting_(shell.runtime(), shell.random(), shell.shared_trust(), *this),
        timer_(shell.runtime(), [this] { on_time(); }) {
    if (!shell.chain()) return;
    desk_ = std::make_unique<EarningsDesk>(*shell.chain(), shell.log(), shell.runtime(),
                                           machine_.earnings(), [this] { on_turn(); });
  }

  Result<void> start(const WorkerOptions& options, const std::vector<std::string>& targets);
  void drain(std::function<void()> done);
  const std::string& address() const { return http_->address(); }

  void on_link_ready(LinkId link) override { machine_.handle_opened(shell_.now(), link); }
  void on_link_message(LinkId link, base::BytesView object) override {
    if (vetting_.handle_message(link, object) == Vetting::Handled::Yes) return;
    machine_.handle_message(shell_.now(), link, object);
  }
  void on_link_query(LinkId link, std::int64_t query_id, base::BytesView object) override {
    machine_.handle_query(link, query_id, object);
  }
  void on_link_answer(LinkId link, session::QueryTag, base::BytesView object) override {
    machine_.handle_answer(shell_.now(), link, object);
  }
  void on_link_query_failed(LinkId link, session::QueryTag, std::int32_t,
                            std::string_view message) override {
    machine_.handle_query_failed(link, message);
  }
  void on_link_closed(LinkId link, std::string_view reason) override;
  void on_turn() override;
  std::optional<std::int32_t> settled_version(LinkId link) const override {
    return machine_.version_of(link);
  }
  void on_vetting_says(session::LinkEffect effect) override { links_.carry_out(std::move(effect)); }
  void on_standing(LinkId link, session::Standing standing, std::string_view why) override {
    machine_.handle_standing(link, standing, why);
  }
  void on_verdict(LinkId link, const ratls::Admission& admission) override {
    shell_.remember_verdict(link, admission);
  }
  void on_engine_turn() override { on_turn(); }

 private:
  LinkId on_connected(std::unique_ptr<io::Stream> stream, const ratls::Admission& admission);
  void carry_out_effects();
  void on_time();
  // Every proxy's newest word is paid out, however little it is.
  void settle_now();
  bool ready() const;
  std::string stats() const;
  void add_metrics(MetricsPage& page) const;

  RoleShell& shell_;
  worker::Worker machine_;
  EngineLink engine_;
  Links links_;
  Vetting vetting_;
  io::Timer timer_;
  std::unique_ptr<ProxyDialer> dialer_;
  std::unique_ptr<RoleHttp> http_;
  using EarningsDesk = chain::PerProxyDesk<payment::chain::WorkerEarnings>;
  std::unique_ptr<EarningsDesk> desk_;  // with a chain
  std::function<void()> drained_;
};

Result<void> WorkerProgram::start(const WorkerOptions& options,
                                  const std::vector<std::string>& targets) {
  dialer_ = TRY(ProxyDialer::create(
      shell_, {.targets = targets, .connect_via = options.connect_via},
      [this](std::unique_ptr<io::Stream> stream, const ratls::Admission& admission) {
        return on_connected(std::move(stream), admission);
      }));
  http_ = TRY(RoleHttp::open(
      shell_, options.http_listen,
      {.stats = [this] { return stats(); },
       .ready = [this] { return ready(); },
       .metrics = [this](MetricsPage& page) { add_metrics(page); },
       .settle = desk_ ? std::function<void()>([this] { settle_now(); }) : nullptr}));
  engine_.watch();
  dialer_->start();
  return {};
}

LinkId WorkerProgram::on_connected(std::unique_ptr<io::Stream> stream,
                                   const ratls::Admission& admission) {
  const std::string address = stream->peer_address();
  Vetting::Peer vetted =
      shell_.vetted_peer(*stream, attest::EnclaveRole::Proxy, admission, shell_.trust().peers);
  const LinkId link = links_.add(std::move(stream), session::Role::Dialer);
  vetting_.add(link, std::move(vetted));
  const base::Instant now = shell_.now().steady;
  shell_.remember(
      link,
      {.role = "proxy", .address = address, .since = now, .admission = admission, .judged = now});
  return link;
}

void WorkerProgram::on_link_closed(LinkId link, std::string_view reason) {
  const auto found = machine_.proxies().all().find(link);
  const bool served = found != machine_.proxies().all().end() &&
                      found->second.state == worker::ProxyLink::State::Ready;
  shell_.log().info("proxy lost", {{"why", reason}});
  shell_.forget(link, reason);
  vetting_.forget(link);
  machine_.handle_closed(link);
  dialer_->handle_closed(
      link, served ? ProxyDialer::Ended::AfterServing : ProxyDialer::Ended::BeforeServing);
}

void WorkerProgram::carry_out_effects() {
  while (auto effect = machine_.poll_effect()) {
    if (auto* said = std::get_if<session::LinkEffect>(&*effect)) {
      links_.carry_out(std::move(*said));
    } else if (auto* job = std::get_if<worker::StartJob>(&*effect)) {
      engine_.start(std::move(*job));
    } else {
      engine_.cancel(std::get<worker::CancelJob>(*effect).job);
    }
  }
}

void WorkerProgram::on_turn() {
  do {
    carry_out_effects();
    vetting_.settle();
    carry_out_effects();
  } while (links_.flush() == Links::Flushed::LinksClosed);
  if (desk_) desk_->carry_out();
  const auto deadline = machine_.poll_deadline();
  timer_.arm(deadline ? *deadline : base::Instant::max());
  if (drained_ && machine_.running() == 0) std::exchange(drained_, nullptr)();
}

void WorkerProgram::on_time() {
  machine_.handle_time(shell_.now());
  on_turn();
}

void WorkerProgram::drain(std::function<void()> done) {
  drained_ = std::move(done);
  machine_.handle_drain();
  on_turn();
}

void WorkerProgram::settle_now() {
  for (const auto& [proxy, earnings] : machine_.earnings().all()) {
    earnings->handle_settle_now(shell_.now());
  }
  on_turn();
}

bool WorkerProgram::ready() const {
  if (machine_.engine() == worker::EngineState::Down) return false;
  for (const auto& [link, proxy] : machine_.proxies().all()) {
    if (proxy.state == worker::ProxyLink::State::Ready) return true;
  }
  return false;
}

std::string WorkerProgram::stats() const {
  const auto& counters = machine_.counters();
  json proxies = json::array();
  for (const auto& target : dialer_->targets()) {
    json row{
        {"address", target.address}, {"state", target.state}, {"last_error", target.last_error}};
    const auto link =
        target.link ? machine_.proxies().all().find(*target.link) : machine_.proxies().all().end();
    if (link != machine_.proxies().all().end()) {
      const worker::ProxyLink& proxy = link->second;
      const worker::Earned earned = machine_.proxies().earned(proxy.proxy_contract);
      if (proxy.state == worker::ProxyLink::State::Ready) row["state"] = "ready";
      row["version"] = proxy.version;
      row["proxy_sc_address"] = ton::to_friendly_text(proxy.proxy_contract);
      row["sc_address"] = ton::to_friendly_text(proxy.worker_contract);
      row["earned_tokens_committed_to_proxy_db"] = earned.on_its_disk;
      row["earned_tokens_max_known"] = earned.in_its_books;
    }
    proxies.push_back(std::move(row));
  }
  return json_text({{"status",
                     {{"program", shell_.program()},
                      {"engine", machine_.engine() == worker::EngineState::Up ? "up" : "down"},
                      {"model", machine_.config().model},
                      {"ready", ready()},
                      {"settled", desk_ != nullptr},
                      {"simulated_evidence", shell_.trust().simulated}}},
                    {"stats",
                     {{"queries", counters.requests},
                      {"success", counters.answered},
                      {"failed", counters.failed},
                      {"rejected", counters.rejected},
                      {"cancelled", counters.cancelled},
                      {"running", machine_.running()},
                      {"bytes_received", counters.request_bytes},
                      {"bytes_sent", counters.answer_bytes},
                      {"total_adjusted_tokens_used", counters.billed.total.count},
                      {"refusals", counts_json(counters.refusals)}}},
                    {"proxies", std::move(proxies)},
                    {"connections", connection_counts_json(shell_)},
                    {"chain", chain_json(shell_)},
                    {"earnings", earnings_json(machine_.proxies().earnings())},
                    {"root_contract_config", network_json(shell_.network())}});
}

void WorkerProgram::add_metrics(MetricsPage& page) const {
  const auto& counters = machine_.counters();
  add_request_counts(page, {.answered = counters.answered,
                            .failed = counters.failed,
                            .rejected = counters.rejected,
                            .cancelled = counters.cancelled,
                            .running = machine_.running(),
                            .request_bytes = counters.request_bytes,
                            .answer_bytes = counters.answer_bytes});
  page.counters("cocoon_refusals_total", "Refused orders and proxies, by reason.",
                counters.refusals, "reason");
  page.gauge("cocoon_slots", "Requests that this worker takes at once.",
             machine_.config().max_active);
  const auto tokens = [&page](std::string kind, base::TokenCount count) {
    page.counter("cocoon_tokens_total", "Billed tokens, adjusted by price, by kind.",
                 static_cast<double>(count.count), {{"kind", std::move(kind)}});
  };
  tokens("prompt", counters.billed.prompt);
  tokens("cached", counters.billed.cached);
  tokens("completion", counters.billed.completion);
  tokens("reasoning", counters.billed.reasoning);
  page.gauge("cocoon_engine_up", "1 if the engine answers probes.",
             machine_.engine() == worker::EngineState::Up ? 1 : 0);
  for (const auto& target : dialer_->targets()) {
    const auto link =
        target.link ? machine_.proxies().all().find(*target.link) : machine_.proxies().all().end();
    const bool up = link != machine_.proxies().all().end() &&
                    link->second.state == worker::ProxyLink::State::Ready;
    page.gauge("cocoon_proxy_up", "1 for each proxy of the configuration that is served.",
               up ? 1 : 0, {{"proxy", target.address}});
  }
}

Result<worker::Config> make_config(const WorkerOptions& options, const registry::Snapshot& network,
                                   std::size_t proxies) {
  if (options.model.empty()) {
    return base::Error(RoleError::BadOption,
                       "the option model is needed: the model's name as registered");
  }
  return worker::Config{.network = network,
                        .owner = TRY(required_address(options.common.owner, "owner")),
                        .model = options.model,
                        .coefficient = static_cast<std::int32_t>(options.coefficient),
                        .max_active = static_cast<std::int32_t>(options.max_active),
                        .proxy_count = static_cast<std::int32_t>(proxies)};
}

}  // namespace

Result<int> run_worker(const WorkerOptions& options, std::string program, const TrustKit& kit,
                       Printing printing) {
  auto shell = TRY(RoleShell::create(options.common, std::move(program), kit,
                                     {.policy = {},
                                      .simulated_root_file = {},
                                      .program = {},
                                      .allowed_images = {},
                                      .check_images = options.check_proxy_hashes,
                                      .role = attest::EnclaveRole::Worker}));
  std::vector<std::string> targets = options.proxies;
  if (targets.empty()) {
    for (const auto& proxy : shell->network().proxies()) targets.push_back(proxy.workers_address);
  }
  if (targets.empty()) {
    return base::Error(RoleError::BadOption,
                       "the network registers no proxy; name one with the option proxies");
  }
  auto config = TRY(make_config(options, shell->network(), targets.size()));
  if (shell->chain()) {
    config.chain = {.wallet = shell->chain()->wallet().address(), .payout_at = options.payout_at};
  }
  config.first_standing = Vetting::first_standing(shell->trust().peers.session);
  auto endpoint = TRY(io::HttpEndpoint::parse(options.engine));
  WorkerProgram worker(*shell, std::move(config), std::move(endpoint));
  TRY(worker.start(options, targets));
  if (printing == Printing::Json) {
    std::printf("%s\n", json{{"event", "ready"},
                             {"role", "worker"},
                             {"program", shell->program()},
                             {"http", worker.address()}}
                            .dump()
                            .c_str());
    std::fflush(stdout);
  }
  shell->log().info("worker ready", {{"program", shell->program()},
                                     {"evidence", shell->trust().simulated ? "SIMULATED" : "real"},
                                     {"model", options.model},
                                     {"engine", options.engine}});
  return shell->run([&](std::function<void()> done) { worker.drain(std::move(done)); });
}

}  // namespace cocoon::app
