#include "app/client_program.h"

#include <cstdio>

#include "app/chain/order_desk.h"
#include "app/gateway.h"
#include "app/key_books.h"
#include "app/key_file.h"
#include "app/pages_json.h"
#include "app/proxy_dialer.h"
#include "app/settlement_json.h"
#include "base/encoding.h"

namespace cocoon::app {
namespace {

using base::Result;
using nlohmann::json;
using session::LinkId;

class ClientProgram final : public LinkOwner, public VettingOwner, public GatewayOwner {
 public:
  ClientProgram(RoleShell& shell, client::Config config)
      : shell_(shell),
        machine_(std::move(config), shell.random()),
        links_(shell.runtime(), shell.random(), *this),
        vetting_(shell.runtime(), shell.random(), shell.shared_trust(), *this),
        timer_(shell.runtime(), [this] { on_time(); }) {
    if (!shell.chain()) return;
    desk_ = std::make_unique<ChannelDesk>(*shell.chain(), shell.log(), shell.runtime(),
                                          machine_.channels(), [this] { on_turn(); });
  }

  Result<void> start(const ClientOptions& options);
  void drain(std::function<void()> done);
  const std::string& address() const { return gateway_->address(); }

  void on_link_ready(LinkId link) override {
    const ratls::Admission& admission = shell_.peers().at(link).admission;
    machine_.handle_opened(link, static_cast<int>(admission.tier), tier_text(admission));
  }
  void on_link_message(LinkId link, base::BytesView object) override {
    if (vetting_.handle_message(link, object) == Vetting::Handled::Yes) return;
    machine_.handle_message(shell_.now(), link, object);
  }
  void on_link_query(LinkId, std::int64_t, base::BytesView) override {}
  void on_link_answer(LinkId link, session::QueryTag tag, base::BytesView object) override {
    machine_.handle_answer(shell_.now(), link, tag, object);
  }
  void on_link_query_failed(LinkId link, session::QueryTag tag, std::int32_t,
                            std::string_view message) override {
    machine_.handle_query_failed(shell_.now(), link, tag, message);
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
    machine_.handle_tier(link, static_cast<int>(admission.tier), tier_text(admission));
  }
  void on_gateway_turn() override { on_turn(); }

 private:
  LinkId on_connected(std::unique_ptr<io::Stream> stream, const ratls::Admission& admission);
  void carry_out_effects();
  void on_time();
  std::string stats() const;
  void add_metrics(MetricsPage& page) const;

  RoleShell& shell_;
  client::Client machine_;
  Links links_;
  Vetting vetting_;
  io::Timer timer_;
  std::unique_ptr<KeyBooks> keys_;
  std::unique_ptr<ProxyDialer> dialer_;
  std::unique_ptr<Gateway> gateway_;
  using ChannelDesk = chain::PerProxyDesk<payment::chain::ClientChannel>;
  std::unique_ptr<ChannelDesk> desk_;  // with a chain
  std::function<void()> drained_;
  std::uint64_t warned_ = 0;           // of so many doubtful charges
  std::uint64_t warned_of_terms_ = 0;  // of so many doubtful prices and totals
};

Result<void> ClientProgram::start(const ClientOptions& options) {
  ProxyDialer::Settings settings{.targets = options.proxies, .connect_via = options.connect_via};
  if (settings.targets.empty()) {
    for (const auto& proxy : shell_.network().proxies())
      settings.targets.push_back(proxy.clients_address);
  }
  if (settings.targets.empty()) {
    return base::Error(RoleError::BadOption,
                       "the network registers no proxy; name one with the option proxies");
  }
  dialer_ = TRY(ProxyDialer::create(
      shell_, settings,
      [this](std::unique_ptr<io::Stream> stream, const ratls::Admission& admission) {
        return on_connected(std::move(stream), admission);
      }));
  if (!options.keys_file.empty()) {
    keys_ =
        TRY(KeyBooks::open(shell_, options.keys_file, options.keys_database, machine_.callers()));
  }
  gateway_ = TRY(Gateway::open(
      shell_, {.listen = options.listen, .cors_origins = options.cors_origins}, machine_,
      {.stats = [this] { return stats(); },
       .ready = [this] { return machine_.proxies().any_ready(); },
       .metrics = [this](MetricsPage& page) { add_metrics(page); }},
      *this));
  dialer_->start();
  return {};
}

LinkId ClientProgram::on_connected(std::unique_ptr<io::Stream> stream,
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

void ClientProgram::on_link_closed(LinkId link, std::string_view reason) {
  const auto found = machine_.proxies().all().find(link);
  const bool served = found != machine_.proxies().all().end() &&
                      found->second.state == client::ProxyLink::State::Ready;
  shell_.log().info("proxy lost", {{"why", reason}});
  shell_.forget(link, reason);
  vetting_.forget(link);
  machine_.handle_closed(shell_.now(), link);
  dialer_->handle_closed(
      link, served ? ProxyDialer::Ended::AfterServing : ProxyDialer::Ended::BeforeServing);
}

void ClientProgram::carry_out_effects() {
  while (auto effect = machine_.poll_effect()) {
    std::visit(
        [this](auto&& said) {
          if constexpr (std::is_same_v<std::decay_t<decltype(said)>, session::LinkEffect>) {
            links_.carry_out(std::move(said));
          } else {
            gateway_->carry_out(std::move(said));
          }
        },
        std::move(*effect));
  }
}

void ClientProgram::on_turn() {
  do {
    carry_out_effects();
    vetting_.settle();
    carry_out_effects();
  } while (links_.flush() == Links::Flushed::OwnerHeard);
  if (warned_ != machine_.counters().doubtful_charges) {
    warned_ = machine_.counters().doubtful_charges;
    shell_.log().warning("a proxy claims more than a request can use; no more than that is booked");
  }
  const auto& proxies = machine_.proxies();
  if (warned_of_terms_ != proxies.doubtful_prices() + proxies.doubtful_totals()) {
    warned_of_terms_ = proxies.doubtful_prices() + proxies.doubtful_totals();
    shell_.log().warning("a proxy says prices or a total that can't be; it is asked last");
  }
  if (keys_) keys_->book();
  if (desk_) desk_->carry_out();
  const auto deadline = machine_.poll_deadline();
  timer_.arm(deadline ? *deadline : base::Instant::max());
  if (drained_ && machine_.running() == 0) gateway_->drain(std::exchange(drained_, nullptr));
}

void ClientProgram::on_time() {
  machine_.handle_time(shell_.now());
  on_turn();
}

void ClientProgram::drain(std::function<void()> done) {
  drained_ = std::move(done);
  machine_.handle_drain();
  on_turn();
}

json targets_json(const ProxyDialer& dialer, const client::Client& machine) {
  json list = json::array();
  for (const auto& target : dialer.targets()) {
    json row{
        {"address", target.address}, {"state", target.state}, {"last_error", target.last_error}};
    const auto link =
        target.link ? machine.proxies().all().find(*target.link) : machine.proxies().all().end();
    if (link != machine.proxies().all().end()) {
      const client::ProxyLink& proxy = link->second;
      if (proxy.state == client::ProxyLink::State::Ready) row["state"] = "ready";
      row["proxy_sc_address"] = proxy.proxy_contract;
      row["version"] = proxy.version;
      row["tier"] = proxy.tier;
      row["running"] = proxy.running;
      row["doubtful_charges"] = proxy.doubts.charges;
      row["doubtful_prices"] = proxy.doubts.prices;
      row["doubtful_totals"] = proxy.doubts.owed;
      row["tokens_used_proxy_committed_to_db"] = proxy.owed.on_its_disk;
      row["tokens_used_proxy_max"] = proxy.owed.in_its_books;
    }
    list.push_back(std::move(row));
  }
  return list;
}

std::string ClientProgram::stats() const {
  const auto& counters = machine_.counters();
  return json_text({{"status",
                     {{"program", shell_.program()},
                      {"ready", machine_.proxies().any_ready()},
                      {"settled", desk_ != nullptr},
                      {"simulated_evidence", shell_.trust().simulated}}},
                    {"stats",
                     {{"calls", counters.calls},
                      {"answered", counters.answered},
                      {"failed", counters.failed},
                      {"abandoned", counters.abandoned},
                      {"retried", counters.retried},
                      {"running", machine_.running()},
                      {"bytes_sent", counters.sent_bytes},
                      {"bytes_received", counters.received_bytes},
                      {"late_answers", counters.late_answers},
                      {"unresolved", counters.unresolved},
                      {"doubtful_charges", counters.doubtful_charges},
                      {"doubtful_prices", machine_.proxies().doubtful_prices()},
                      {"doubtful_totals", machine_.proxies().doubtful_totals()},
                      {"tokens", counters.tokens},
                      {"spent_nanotons", counters.spent.count()},
                      {"refusals", counts_json(counters.refusals)}}},
                    {"wallet", {{"address", ton::to_friendly_text(machine_.config().owner)}}},
                    {"keys", keys_json(machine_.callers())},
                    {"proxies", targets_json(*dialer_, machine_)},
                    {"connections", connection_counts_json(shell_)},
                    {"chain", chain_json(shell_)},
                    {"channels", channels_json(machine_.proxies().channels())},
                    {"root_contract_config", network_json(shell_.network())}});
}

void ClientProgram::add_metrics(MetricsPage& page) const {
  const auto& counters = machine_.counters();
  add_request_counts(page, {.answered = counters.answered,
                            .failed = counters.failed,
                            .cancelled = counters.abandoned,
                            .running = machine_.running(),
                            .request_bytes = counters.sent_bytes,
                            .answer_bytes = counters.received_bytes});
  page.counter("cocoon_requests_retried_total", "Attempts at another proxy.",
               static_cast<double>(counters.retried));
  page.counter("cocoon_requests_unresolved_total",
               "Requests lost with their connection, of whose end the proxy never told.",
               static_cast<double>(counters.unresolved));
  page.counter("cocoon_doubtful_charges_total",
               "Answers for which a proxy claimed more than the request can use.",
               static_cast<double>(counters.doubtful_charges));
  page.counter("cocoon_doubtful_prices_total", "Lists of offers with prices not the network's.",
               static_cast<double>(machine_.proxies().doubtful_prices()));
  page.counter("cocoon_doubtful_totals_total",
               "Times that a proxy said we owe more than our requests can have cost.",
               static_cast<double>(machine_.proxies().doubtful_totals()));
  add_key_metrics(page, machine_.callers());
  page.counters("cocoon_refusals_total", "Calls that ended with an error, and bad messages.",
                counters.refusals, "reason");
  page.counter("cocoon_tokens_total", "Tokens paid for, adjusted by price.",
               static_cast<double>(counters.tokens), {{"kind", "all"}});
  page.counter("cocoon_spent_nanotons_total", "What answers cost, not yet settled.",
               static_cast<double>(counters.spent.count()));
  for (const auto& target : dialer_->targets()) {
    const auto link =
        target.link ? machine_.proxies().all().find(*target.link) : machine_.proxies().all().end();
    const bool up = link != machine_.proxies().all().end() &&
                    link->second.state == client::ProxyLink::State::Ready;
    page.gauge("cocoon_proxy_up", "1 for each proxy of the configuration that serves.", up ? 1 : 0,
               {{"proxy", target.address}});
  }
}

}  // namespace

Result<int> run_client(const ClientOptions& options, const TrustKit& kit, Printing printing) {
  auto shell = TRY(RoleShell::create(options.common, "cocoon client", kit,
                                     {.policy = {},
                                      .simulated_root_file = {},
                                      .program = {},
                                      .allowed_images = {},
                                      .check_images = options.check_proxy_hashes,
                                      .needs_evidence = false}));
  // On a chain a client is its Cocoon wallet; the owner is whose the wallet is.
  const ton::Address owner = shell->chain() != nullptr
                                 ? shell->chain()->wallet().address()
                                 : TRY(required_address(options.common.owner, "owner"));
  auto secret = TRY(load_or_create_secret(options.master_secret_file));
  client::Config config{.network = shell->network(),
                        .owner = owner,
                        .master_secret = std::move(secret),
                        .first_standing = Vetting::first_standing(shell->trust().peers.session)};
  if (shell->chain()) {
    config.chain = {.deposit = options.channel_deposit, .limit = options.channel_limit};
  }
  ClientProgram client(*shell, std::move(config));
  TRY(client.start(options));
  if (printing == Printing::Json) {
    std::printf("%s\n", json{{"event", "ready"},
                             {"role", "client"},
                             {"program", shell->program()},
                             {"base_url", "http://" + client.address() + "/v1"}}
                            .dump()
                            .c_str());
    std::fflush(stdout);
  }
  shell->log().info("client ready",
                    {{"listen", client.address()},
                     {"evidence", shell->trust().simulated ? "SIMULATED" : "real"}});
  return shell->run([&](std::function<void()> done) { client.drain(std::move(done)); });
}

}  // namespace cocoon::app
