#include "app/worker_program.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/chain/order_desk.h"
#include "app/model_service.h"
#include "app/pages_json.h"
#include "app/role_http.h"
#include "app/worker_pages.h"
#include "io/reload_signal.h"
#include "market/market.h"

namespace cocoon::app {
namespace {

using base::Result;
using nlohmann::json;
using session::LinkId;

// What [[engine]] tables and their neighbours come to.
struct Plan {
  WorkerOptions options;
  std::vector<EngineOptions> engines;
  ProxyDialer::Settings proxies;
};

Result<Plan> make_plan(const WorkerOptions& options, const registry::Snapshot& network) {
  Plan plan{.options = options,
            .engines = engines_of(options),
            .proxies = {.targets = options.proxies, .connect_via = options.connect_via}};
  if (plan.proxies.targets.empty()) {
    for (const auto& proxy : network.proxies()) {
      plan.proxies.targets.push_back(proxy.workers_address);
    }
  }
  if (plan.proxies.targets.empty()) {
    return base::Error(RoleError::BadOption,
                       "the network registers no proxy; name one with the option proxies");
  }
  std::set<std::string> models;
  for (const auto& engine : plan.engines) {
    if (engine.model.empty()) {
      return base::Error(RoleError::BadOption,
                         "the option model is needed: the model's name as registered");
    }
    if (!models.insert(engine.model).second) {
      return base::Error(RoleError::BadOption, "the model " + engine.model +
                                                   " has two [[engine]] tables: give one of them "
                                                   "all urls");
    }
    if (engine.urls.empty()) {
      return base::Error(RoleError::BadOption, "the model " + engine.model + " has no url");
    }
  }
  return plan;
}

Result<session::OfferTerms> terms_of(const EngineOptions& engine) {
  session::OfferTerms terms{.context_length = static_cast<std::int32_t>(engine.context_length),
                            .max_output = static_cast<std::int32_t>(engine.max_output)};
  auto capabilities = session::join_capabilities(engine.capabilities);
  if (!capabilities) {
    return base::Error(RoleError::BadOption,
                       "capabilities of " + engine.model + ": " + capabilities.error().message());
  }
  terms.capabilities = *std::move(capabilities);
  return terms;
}

class WorkerProgram final : public LinkOwner, public VettingOwner, public ModelServiceOwner {
 public:
  WorkerProgram(RoleShell& shell, LoadOptions load)
      : shell_(shell),
        load_(std::move(load)),
        links_(shell.runtime(), shell.random(), *this),
        vetting_(shell.runtime(), shell.random(), shell.shared_trust(), *this) {
    if (!shell.chain()) return;
    desk_ = std::make_unique<EarningsDesk>(*shell.chain(), shell.log(), shell.runtime(), earnings_,
                                           [this] { on_turn(); });
  }

  Result<void> start(const WorkerOptions& options);
  void drain(std::function<void()> done);
  const std::string& address() const { return http_->address(); }

  void on_link_ready(LinkId link) override {
    if (auto* service = find(link)) service->machine().handle_opened(shell_.now(), link);
  }
  void on_link_message(LinkId link, base::BytesView object) override {
    if (vetting_.handle_message(link, object) == Vetting::Handled::Yes) return;
    if (auto* service = find(link)) service->machine().handle_message(shell_.now(), link, object);
  }
  void on_link_query(LinkId link, std::int64_t query_id, base::BytesView object) override {
    if (auto* service = find(link)) service->machine().handle_query(link, query_id, object);
  }
  void on_link_answer(LinkId link, session::QueryTag, base::BytesView object) override {
    if (auto* service = find(link)) service->machine().handle_answer(shell_.now(), link, object);
  }
  void on_link_query_failed(LinkId link, session::QueryTag, std::int32_t,
                            std::string_view message) override {
    if (auto* service = find(link)) service->machine().handle_query_failed(link, message);
  }
  void on_link_closed(LinkId link, std::string_view reason) override;
  void on_link_congestion(LinkId link, session::Congestion congestion) override {
    if (auto* service = find(link)) service->machine().handle_congestion(link, congestion);
  }
  void on_turn() override;
  std::optional<std::int32_t> settled_version(LinkId link) const override;
  void on_vetting_says(session::LinkEffect effect) override { links_.carry_out(std::move(effect)); }
  void on_standing(LinkId link, session::Standing standing, std::string_view why) override {
    if (auto* service = find(link)) service->machine().handle_standing(link, standing, why);
  }
  void on_verdict(LinkId link, const ratls::Admission& admission) override {
    shell_.remember_verdict(link, admission);
  }
  void on_service_link(LinkId link, ModelService& service, Vetting::Peer peer) override {
    by_link_[link] = &service;
    vetting_.add(link, std::move(peer));
  }
  void on_service_turn() override { on_turn(); }

 private:
  using Services = std::vector<std::unique_ptr<ModelService>>;
  using EarningsDesk = chain::PerProxyDesk<payment::chain::WorkerEarnings>;

  ModelService* find(LinkId link) {
    const auto found = by_link_.find(link);
    return found == by_link_.end() ? nullptr : found->second;
  }
  Result<std::unique_ptr<ModelService>> make_service(const EngineOptions& engine, const Plan& plan);
  // Loads the options again and does what they ask for.
  void reload();
  Result<void> apply(const Plan& plan);
  void turn_services();
  // Every proxy's newest word is paid out, however little it is.
  void settle_now();
  Result<std::shared_ptr<const Controls>> controls(const std::string& token_file);
  Result<std::string> switch_models(std::string_view model, worker::Worker::Switch to);
  // Services that have drained are forgotten once nothing refers to them.
  void sweep();
  bool ready() const;
  std::size_t running() const;
  std::string stats() const;
  void add_metrics(MetricsPage& page) const;

  RoleShell& shell_;
  const LoadOptions load_;
  Links links_;
  Vetting vetting_;
  worker::Earnings earnings_;
  std::unique_ptr<EarningsDesk> desk_;  // with a chain
  Services services_;
  Services leaving_;
  std::unordered_map<LinkId, ModelService*> by_link_;
  std::unique_ptr<RoleHttp> http_;
  std::unique_ptr<io::ReloadSignal> reload_signal_;
  std::function<void()> drained_;
};

Result<void> WorkerProgram::start(const WorkerOptions& options) {
  const Plan plan = TRY(make_plan(options, shell_.network()));
  TRY(apply(plan));
  auto orders = TRY(controls(options.common.control_token_file));
  http_ = TRY(RoleHttp::open(shell_, options.http_listen,
                             {.stats = [this] { return stats(); },
                              .ready = [this] { return ready(); },
                              .metrics = [this](MetricsPage& page) { add_metrics(page); },
                              .controls = std::move(orders)}));
  reload_signal_ = std::make_unique<io::ReloadSignal>(shell_.runtime(), [this] { reload(); });
  return {};
}

Result<std::shared_ptr<const Controls>> WorkerProgram::controls(const std::string& token_file) {
  using Switch = worker::Worker::Switch;
  auto made = std::make_shared<Controls>();
  made->token = TRY(read_control_token(token_file));
  made->all["disable"] = [this](std::string_view model) {
    return switch_models(model, Switch::Off);
  };
  made->all["enable"] = [this](std::string_view model) { return switch_models(model, Switch::On); };
  if (desk_) {
    made->all["settle"] = [this](std::string_view) -> Result<std::string> {
      settle_now();
      return std::string("settling");
    };
  }
  return std::shared_ptr<const Controls>(std::move(made));
}

Result<std::string> WorkerProgram::switch_models(std::string_view model,
                                                 worker::Worker::Switch to) {
  std::string switched;
  for (const auto& service : services_) {
    const std::string_view name = service->options().model;
    if (!model.empty() && model != name && model != market::model_base_name(name)) continue;
    service->machine().handle_switch(to);
    switched += (switched.empty() ? "" : ", ") + std::string(name);
  }
  if (switched.empty()) {
    return base::Error(RoleError::BadOption, "this worker has no model " + std::string(model));
  }
  const bool off = to == worker::Worker::Switch::Off;
  shell_.log().info(off ? "switched off" : "switched on", {{"models", switched}});
  on_turn();
  return switched + (off ? ": off" : ": on");
}

Result<std::unique_ptr<ModelService>> WorkerProgram::make_service(const EngineOptions& engine,
                                                                  const Plan& plan) {
  worker::Config config{.network = shell_.network(),
                        .owner = TRY(required_address(plan.options.common.owner, "owner")),
                        .model = engine.model,
                        .coefficient = static_cast<std::int32_t>(engine.coefficient),
                        .max_active = static_cast<std::int32_t>(engine.max_active),
                        .proxy_count = static_cast<std::int32_t>(plan.proxies.targets.size()),
                        .terms = TRY(terms_of(engine))};
  if (shell_.chain()) {
    config.chain = {.earnings = &earnings_,
                    .wallet = shell_.chain()->wallet().address(),
                    .payout_at = plan.options.payout_at};
  }
  std::vector<io::HttpEndpoint> endpoints;
  for (const auto& url : engine.urls) endpoints.push_back(TRY(io::HttpEndpoint::parse(url)));
  auto service = std::make_unique<ModelService>(shell_, links_, engine, std::move(config),
                                                std::move(endpoints), *this);
  TRY(service->start(plan.proxies));
  shell_.log().info("model", {{"name", engine.model}, {"engine", engine.urls.front()}});
  return service;
}

// A new price is told over the links that there are; any other change is another offer, and needs
// links of its own.
Result<void> WorkerProgram::apply(const Plan& plan) {
  Services next;
  for (const auto& wanted : plan.engines) {
    const auto same = std::ranges::find_if(services_, [&](const auto& service) {
      if (!service) return false;
      EngineOptions now = service->options();
      now.coefficient = wanted.coefficient;
      return now == wanted;
    });
    if (same == services_.end()) {
      next.push_back(TRY(make_service(wanted, plan)));
      continue;
    }
    if ((*same)->options().coefficient != wanted.coefficient) {
      shell_.log().info("price", {{"model", wanted.model}, {"coefficient", wanted.coefficient}});
      (*same)->set_coefficient(wanted.coefficient);
    }
    next.push_back(std::move(*same));
  }
  for (auto& service : services_) {
    if (!service) continue;
    shell_.log().info("model leaves", {{"name", service->options().model}});
    service->drain();
    leaving_.push_back(std::move(service));
  }
  services_ = std::move(next);
  return {};
}

void WorkerProgram::reload() {
  WorkerOptions options;
  OptionTable table = option_table(options);
  const auto loaded = load_(table);
  if (!loaded) {
    return shell_.log().error("the configuration can't be used and stays as it was",
                              {{"why", loaded.error().message()}});
  }
  const auto plan = make_plan(options, shell_.network());
  const auto applied = plan ? apply(*plan) : Result<void>(plan.error());
  if (!applied) {
    shell_.log().error("the configuration can't be used and stays as it was",
                       {{"why", applied.error().message()}});
  }
  on_turn();
}

void WorkerProgram::on_link_closed(LinkId link, std::string_view reason) {
  if (auto* service = find(link)) service->on_link_closed(link, reason);
  by_link_.erase(link);
  vetting_.forget(link);
}

void WorkerProgram::turn_services() {
  for (const auto& service : services_) service->turn();
  for (const auto& service : leaving_) service->turn();
}

void WorkerProgram::on_turn() {
  do {
    turn_services();
    vetting_.settle();
    turn_services();
  } while (links_.flush() == Links::Flushed::OwnerHeard);
  if (desk_) desk_->carry_out();
  if (std::ranges::any_of(leaving_, [](const auto& service) { return service->drained(); })) {
    shell_.runtime().post([this] { sweep(); });
  }
  if (drained_ && running() == 0) std::exchange(drained_, nullptr)();
}

void WorkerProgram::sweep() {
  Services gone;
  for (auto& service : leaving_) {
    if (!service->drained()) continue;
    service->hang_up();
    gone.push_back(std::move(service));
  }
  std::erase(leaving_, nullptr);
  if (gone.empty()) return;
  links_.flush();
  for (const auto& service : gone) {
    std::erase_if(by_link_, [&](const auto& entry) { return entry.second == service.get(); });
  }
}

void WorkerProgram::drain(std::function<void()> done) {
  drained_ = std::move(done);
  for (const auto& service : services_) service->drain();
  on_turn();
}

void WorkerProgram::settle_now() {
  for (const auto& [proxy, earnings] : earnings_.all()) earnings->handle_settle_now(shell_.now());
  on_turn();
}

std::optional<std::int32_t> WorkerProgram::settled_version(LinkId link) const {
  const auto found = by_link_.find(link);
  return found == by_link_.end() ? std::nullopt : found->second->machine().version_of(link);
}

bool WorkerProgram::ready() const {
  return std::ranges::any_of(services_, [](const auto& service) { return service->ready(); });
}

std::size_t WorkerProgram::running() const {
  std::size_t count = 0;
  for (const auto& service : services_) count += service->machine().running();
  for (const auto& service : leaving_) count += service->machine().running();
  return count;
}

std::string WorkerProgram::stats() const {
  return worker_stats_json(shell_, services_,
                           {.ready = ready(), .running = running(), .earnings = earnings_});
}

void WorkerProgram::add_metrics(MetricsPage& page) const {
  add_worker_metrics(page, services_, running());
}

}  // namespace

Result<int> run_worker(const WorkerOptions& options, std::string program, const TrustKit& kit,
                       Printing printing, const LoadOptions& load) {
  auto shell = TRY(RoleShell::create(options.common, std::move(program), kit,
                                     {.policy = {},
                                      .simulated_root_file = {},
                                      .program = {},
                                      .allowed_images = {},
                                      .check_images = options.check_proxy_hashes,
                                      .role = attest::EnclaveRole::Worker}));
  WorkerProgram worker(*shell, load);
  TRY(worker.start(options));
  if (printing == Printing::Json) {
    std::printf("%s\n", json{{"event", "ready"},
                             {"role", "worker"},
                             {"program", shell->program()},
                             {"http", worker.address()}}
                            .dump()
                            .c_str());
    std::fflush(stdout);
  }
  shell->log().info("worker ready",
                    {{"program", shell->program()},
                     {"evidence", shell->trust().simulated ? "SIMULATED" : "real"},
                     {"models", static_cast<std::int64_t>(engines_of(options).size())}});
  return shell->run([&](std::function<void()> done) { worker.drain(std::move(done)); });
}

}  // namespace cocoon::app
