#include "app/proxy_program.h"

#include <cstdio>
#include <sstream>

#include "app/books.h"
#include "app/chain/order_desk.h"
#include "app/key_file.h"
#include "app/preambles.h"
#include "app/proxy_pages.h"
#include "app/role_http.h"
#include "base/encoding.h"
#include "io/files.h"
#include "proxy/proxy.h"
#include "store/store.h"

namespace cocoon::app {
namespace {

using base::Error;
using base::Result;
using session::LinkId;

Result<proxy::ConfiguredClient> parse_client(const std::string& text) {
  std::istringstream words(text);
  std::string address;
  std::string hash;
  std::string credit;
  std::string rest;
  words >> address >> hash >> credit >> rest;
  const auto secret_hash = base::bits256_from_hex(hash);
  const auto amount = base::parse_nanoton(credit);
  if (!secret_hash || !amount || !rest.empty()) {
    return Error(RoleError::BadOption,
                 "clients: \"" + text +
                     "\" must be a wallet address, 64 hex digits (the SHA-256 of the "
                     "client's secret) and a credit such as 10ton");
  }
  return proxy::ConfiguredClient{
      .owner = TRY(ton::parse_address(address)), .secret_hash = *secret_hash, .credit = *amount};
}

Result<proxy::Config> make_config(const ProxyOptions& options, const registry::Snapshot& network,
                                  const Trust& trust, const chain::ChainService* chain) {
  const auto key = TRY(load_or_create_key(options.signing_key_file));
  const base::Secret seed = key.seed();
  proxy::Config config{.network = network,
                       .owner = TRY(required_address(options.common.owner, "owner")),
                       .signing_seed = base::to_bytes(seed.expose()),
                       .clients = {},
                       .unknown_client_credit = options.unknown_client_credit};
  for (const auto& client : options.clients) config.clients.push_back(TRY(parse_client(client)));
  if (options.open_to_unknown_clients) {
    if (!trust.simulated || !network.is_test()) {
      return Error(
          RoleError::BadOption,
          "open_to_unknown_clients gives credit to everyone; only a development program on a test "
          "network may do that");
    }
    config.unknown_clients = proxy::UnknownClients::OpenForTests;
  }
  const auto check = [](bool wanted) {
    return wanted ? proxy::HashCheck::Enforced : proxy::HashCheck::NotChecked;
  };
  if (chain) {
    config.chain = {.wallet = chain->wallet().address(),
                    .rules = {.charge_at = options.charge_at,
                              .payout_at = options.payout_at,
                              .withdraw_at = options.withdraw_at,
                              .mark_at = options.mark_at,
                              .accept_loss = static_cast<std::uint32_t>(options.accept_loss)}};
  }
  config.first_worker_standing = Vetting::first_standing(trust.peers.session);
  config.worker_hashes = check(options.check_worker_hashes);
  config.model_hashes = check(options.check_model_hashes);
  return config;
}

// A restart reads no more transactions of the contract than these again.
constexpr std::size_t kTransactionsPerMemory = 128;

// What the store has kept.
struct Books {
  payment::Ledger ledger;
  base::Bytes memory;  // of the settlement; empty if there is none
};

class ProxyProgram final : public LinkOwner, public VettingOwner, public chain::AccountSink {
 public:
  ProxyProgram(RoleShell& shell, const ProxyOptions& options, proxy::Config config, Books books,
               std::unique_ptr<store::Store> store)
      : shell_(shell),
        options_(options),
        machine_(std::move(config), std::move(books.ledger), shell.random()),
        memory_(std::move(books.memory)),
        store_(std::move(store)),
        links_(shell.runtime(), shell.random(), *this),
        vetting_(shell.runtime(), shell.random(), shell.shared_trust(), *this),
        timer_(shell.runtime(), [this] { on_time(); }) {}
  ~ProxyProgram() override {
    if (shell_.chain()) shell_.chain()->unwatch(machine_.core().identity.contract);
  }
  ProxyProgram(const ProxyProgram&) = delete;
  ProxyProgram& operator=(const ProxyProgram&) = delete;

  Result<void> start();
  void drain(std::function<void()> done);
  std::string ready_line() const;

  void on_link_ready(LinkId) override {}
  void on_link_message(LinkId link, base::BytesView object) override {
    if (vetting_.handle_message(link, object) == Vetting::Handled::Yes) return;
    machine_.handle_message(shell_.runtime().now(), link, object);
  }
  void on_link_query(LinkId link, std::int64_t query_id, base::BytesView object) override {
    machine_.handle_query(shell_.runtime().now(), link, query_id, object);
  }
  void on_link_answer(LinkId, session::QueryTag, base::BytesView) override {}
  void on_link_query_failed(LinkId, session::QueryTag, std::int32_t, std::string_view) override {}
  void on_link_closed(LinkId link, std::string_view reason) override;
  void on_link_congestion(LinkId link, session::Congestion congestion) override {
    machine_.handle_congestion(link, congestion);
  }
  void on_turn() override;
  // Of the proxy's own contract.
  void on_transaction(const ton::TransactionSeen& seen) override;
  void on_current(const ton::AccountCurrent& current) override;
  void on_problem(const base::Error& error) override;
  std::optional<std::int32_t> settled_version(LinkId link) const override {
    return machine_.version_of(link);
  }
  void on_vetting_says(session::LinkEffect effect) override { links_.carry_out(std::move(effect)); }
  void on_standing(LinkId link, session::Standing standing, std::string_view why) override {
    machine_.handle_standing(shell_.now(), link, standing, why);
  }
  void on_verdict(LinkId link, const ratls::Admission& admission) override {
    shell_.remember_verdict(link, admission);
  }

 private:
  struct Port {
    std::unique_ptr<io::Listener> listener;
    std::string address;
  };
  Result<void> listen_public(const std::string& address, proxy::PeerRole role,
                             const attest::Policy& policy);
  Result<void> listen_router(const std::string& address, proxy::PeerRole role,
                             const attest::Policy& policy);
  void admit_link(io::Connection connection, proxy::PeerRole role,
                  const ratls::Admission& admission);
  void carry_out_effects();
  void on_time();
  Result<void> follow_contract();
  std::optional<ton::TransactionName> recall();
  void remember();
  void write(const payment::LedgerBatch& batch);
  void send_order(payment::chain::ChainOrder order);
  void settle_now();
  Result<std::shared_ptr<const Controls>> controls();
  Result<std::string> switch_workers(std::string_view owner, proxy::WorkerSessions::Switch to);
  void tell_loss();
  void on_stored(Result<std::int64_t> sequence);

  RoleShell& shell_;
  const ProxyOptions& options_;
  attest::Policy anyone_ = attest::any_policy();
  proxy::Proxy machine_;
  // Of the settlement: read at the start, later waiting for the next batch to be written with.
  base::Bytes memory_;
  std::size_t unremembered_ = 0;  // transactions since the newest memory
  ton::TransactionName cursor_;
  std::unique_ptr<store::Store> store_;
  Links links_;
  Vetting vetting_;
  io::Timer timer_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
  std::unique_ptr<RoleHttp> http_;
  std::optional<chain::OrderDesk> desk_;
  std::function<void()> drained_;
  bool loss_told_ = false;
};

// From where the settlement's memory ends, or from the first transaction on: the books know which
// of them they have.
Result<void> ProxyProgram::follow_contract() {
  if (!shell_.chain()) return {};
  desk_.emplace(*shell_.chain(), shell_.log());
  shell_.chain()->on_root([this](const registry::Snapshot& root) {
    if (machine_.handle_network(root)) return;
    shell_.log().warning(
        "the network's params have changed: the old contracts are used until a restart", {});
  });
  return shell_.chain()->watch(machine_.core().identity.contract, ton::WatchStart::FromFirst,
                               recall(), *this);
}

std::optional<ton::TransactionName> ProxyProgram::recall() {
  const base::Bytes kept = std::exchange(memory_, {});
  if (kept.empty()) return std::nullopt;
  auto memory = payment::chain::decode_settlement_memory(kept);
  const ton::TransactionName cursor = memory ? memory->cursor : ton::TransactionName{};
  const auto restored = memory ? machine_.restore_settlement(shell_.now(), *std::move(memory))
                               : Result<void>(memory.error());
  if (restored) return cursor;
  shell_.log().warning("the contract's whole history is read again",
                       {{"why", restored.error().message()}});
  return std::nullopt;
}

// All that the transactions have led to is in batches that were handed to the disk; the memory goes
// with the next one, so that it is never there without them.
void ProxyProgram::remember() {
  if (unremembered_ < kTransactionsPerMemory) return;
  const auto memory = machine_.core().settlement->memory(cursor_);
  if (!memory) return;
  memory_ = encode(*memory);
  unremembered_ = 0;
}

void ProxyProgram::on_transaction(const ton::TransactionSeen& seen) {
  machine_.handle_transaction(shell_.now(), seen.transaction);
  cursor_ = seen.cursor;
  ++unremembered_;
  on_turn();
}

void ProxyProgram::on_current(const ton::AccountCurrent& current) {
  machine_.handle_contract(shell_.now(), current.account);
  tell_loss();
  remember();
  on_turn();
}

// Once: from then on only a restart helps.
void ProxyProgram::tell_loss() {
  const auto& settlement = *machine_.core().settlement;
  if (loss_told_ || !settlement.is_behind()) return;
  loss_told_ = true;
  shell_.log().error("the ledger is behind the chain", {{"why", settlement.problem()}});
}

void ProxyProgram::on_problem(const base::Error& error) {
  shell_.log().error("the proxy's contract can't be followed", {{"why", error.message()}});
}

void ProxyProgram::send_order(payment::chain::ChainOrder order) {
  desk_->send(std::move(order), [this](std::uint64_t id, const Result<void>& sent) {
    if (sent) {
      machine_.handle_sent(shell_.now(), id);
    } else {
      machine_.handle_not_sent(shell_.now(), id, sent.error());
    }
    on_turn();
  });
}

void ProxyProgram::settle_now() {
  machine_.handle_settle_now(shell_.now());
  on_turn();
}

Result<std::shared_ptr<const Controls>> ProxyProgram::controls() {
  using Switch = proxy::WorkerSessions::Switch;
  auto made = std::make_shared<Controls>();
  made->token = TRY(read_control_token(options_.common.control_token_file));
  made->all["disable"] = [this](std::string_view owner) {
    return switch_workers(owner, Switch::Off);
  };
  made->all["enable"] = [this](std::string_view owner) {
    return switch_workers(owner, Switch::On);
  };
  if (shell_.chain()) {
    made->all["settle"] = [this](std::string_view) -> Result<std::string> {
      settle_now();
      return std::string("settling");
    };
  }
  return std::shared_ptr<const Controls>(std::move(made));
}

Result<std::string> ProxyProgram::switch_workers(std::string_view owner,
                                                 proxy::WorkerSessions::Switch to) {
  const auto address = ton::parse_address(owner);
  if (!address) {
    return base::Error(RoleError::BadOption,
                       "name the workers' owner, as /jsonstats shows it: POST "
                       "/control/disable?ADDRESS");
  }
  machine_.handle_switch(shell_.now(), *address, to);
  on_turn();
  const auto& all = machine_.workers().all();
  const auto workers =
      std::ranges::count_if(all, [&](const auto& entry) { return entry.second.owner == *address; });
  const bool off = to == proxy::WorkerSessions::Switch::Off;
  const std::string name = ton::to_friendly_text(*address);
  shell_.log().info(off ? "workers switched off" : "workers switched on", {{"owner", name}});
  return name + (off ? " is off: " : " is on: ") + std::to_string(workers) + " connected";
}

Result<void> ProxyProgram::start() {
  store_->start([this](Result<std::int64_t> sequence) {
    shell_.runtime().post([this, sequence = std::move(sequence)] { on_stored(sequence); });
  });
  TRY(listen_public(options_.workers_listen, proxy::PeerRole::Worker, shell_.trust().peers));
  TRY(listen_public(options_.clients_listen, proxy::PeerRole::Client, anyone_));
  TRY(listen_router(options_.workers_router_listen, proxy::PeerRole::Worker, shell_.trust().peers));
  TRY(listen_router(options_.clients_router_listen, proxy::PeerRole::Client, anyone_));
  auto orders = TRY(controls());
  http_ = TRY(
      RoleHttp::open(shell_, options_.http_listen,
                     {.stats = [this] { return proxy_stats_json(shell_, machine_); },
                      .ready = [this] { return machine_.is_ready(); },
                      .metrics = [this](MetricsPage& page) { add_proxy_metrics(page, machine_); },
                      .controls = std::move(orders)}));
  TRY(follow_contract());
  on_turn();
  return {};
}

Result<void> ProxyProgram::listen_public(const std::string& address, proxy::PeerRole role,
                                         const attest::Policy& policy) {
  const auto where = TRY(io::HostPort::parse(address));
  auto listener = TRY(io::Listener::open(
      shell_.runtime(), {.host = where.host, .port = where.port},
      [this, role, policy](const std::string&) {
        io::Opening opening;
        opening.preambles.push_back(
            pow_challenger(shell_.random(), static_cast<std::int32_t>(options_.pow_difficulty)));
        opening.tls = shell_.tls(io::TlsRole::Server);
        const auto admission = shell_.guard(opening, policy);
        opening.on_outcome = [this, role, admission](Result<io::Connection> outcome) {
          if (outcome) return admit_link(std::move(*outcome), role, *admission);
          shell_.count_unopened(outcome.error().reason());
          shell_.log().debug("connection refused", {{"why", outcome.error().message()}});
        };
        return opening;
      }));
  listeners_.push_back(std::move(listener));
  return {};
}

Result<void> ProxyProgram::listen_router(const std::string& address, proxy::PeerRole role,
                                         const attest::Policy& policy) {
  if (address.empty()) return {};
  const auto where = TRY(loopback_address(address, "router_listen"));
  auto listener = TRY(io::Listener::open(
      shell_.runtime(), {.host = where.host, .port = where.port},
      [this, role, policy](const std::string&) {
        io::Opening opening;
        opening.preambles.push_back(std::make_unique<RouterReportReader>());
        opening.on_outcome = [this, role, policy](Result<io::Connection> outcome) {
          if (!outcome) return shell_.count_unopened(outcome.error().reason());
          const auto& reader = static_cast<const RouterReportReader&>(*outcome->preambles.front());
          const auto admission = shell_.admit_report(reader.report(), policy);
          if (admission) return admit_link(std::move(*outcome), role, *admission);
          shell_.log().warning("peer behind the router refused",
                               {{"why", admission.error().message()}});
        };
        return opening;
      }));
  listeners_.push_back(std::move(listener));
  return {};
}

void ProxyProgram::admit_link(io::Connection connection, proxy::PeerRole role,
                              const ratls::Admission& admission) {
  const std::string address = connection.stream->peer_address();
  const bool is_worker = role == proxy::PeerRole::Worker;
  Vetting::Peer vetted = shell_.vetted_peer(
      *connection.stream, is_worker ? attest::EnclaveRole::Worker : attest::EnclaveRole::Client,
      admission, is_worker ? shell_.trust().peers : anyone_);
  const LinkId link = links_.add(std::move(connection.stream), session::Role::Listener);
  vetting_.add(link, std::move(vetted));
  const base::Instant now = shell_.now().steady;
  shell_.remember(link, {.role = is_worker ? "worker" : "client",
                         .address = address,
                         .since = now,
                         .admission = admission,
                         .judged = now});
  machine_.handle_opened(shell_.runtime().now(), link, role,
                         admission.image_hash.value_or(base::Bits256{}));
  on_turn();
}

void ProxyProgram::on_link_closed(LinkId link, std::string_view reason) {
  shell_.log().info("link closed",
                    {{"peer", shell_.peers().contains(link) ? shell_.peers().at(link).role : ""},
                     {"why", reason}});
  shell_.forget(link, reason);
  vetting_.forget(link);
  machine_.handle_closed(shell_.runtime().now(), link);
}

void ProxyProgram::carry_out_effects() {
  while (auto effect = machine_.poll_effect()) links_.carry_out(std::move(*effect));
}

void ProxyProgram::on_turn() {
  do {
    carry_out_effects();
    // The answer to a greeting goes before the challenge.
    vetting_.settle();
    carry_out_effects();
    if (auto batch = machine_.poll_batch()) write(*batch);
  } while (links_.flush() == Links::Flushed::OwnerHeard);
  while (auto order = machine_.poll_order()) send_order(std::move(*order));
  const auto deadline = machine_.poll_deadline();
  timer_.arm(deadline ? *deadline : base::Instant::max());
  if (drained_ && machine_.idle()) std::exchange(drained_, nullptr)();
}

void ProxyProgram::write(const payment::LedgerBatch& batch) {
  store::Batch rows = to_rows(batch);
  if (!memory_.empty()) rows.memory = std::exchange(memory_, {});
  store_->append(std::move(rows));
}

void ProxyProgram::on_time() {
  machine_.handle_time(shell_.runtime().now());
  on_turn();
}

void ProxyProgram::on_stored(Result<std::int64_t> sequence) {
  if (sequence) {
    machine_.handle_persisted(static_cast<std::uint64_t>(*sequence));
  } else {
    shell_.log().error("the ledger can't be written", {{"why", sequence.error().message()}});
    machine_.handle_disk_failure();
  }
  on_turn();
}

void ProxyProgram::drain(std::function<void()> done) {
  drained_ = std::move(done);
  machine_.handle_drain();
  on_turn();
}

std::string ProxyProgram::ready_line() const {
  return R"({"event":"ready","role":"proxy","program":")" + shell_.program() + R"(","workers":")" +
         options_.workers_listen + R"(","clients":")" + options_.clients_listen + R"(","http":")" +
         http_->address() + R"(","contract":")" +
         ton::to_friendly_text(machine_.core().identity.contract) + "\"}";
}

Result<Books> open_books(const store::Store& store, base::Random& random, base::Now now) {
  const payment::LedgerOptions options{.hash_seed = random.next_u64()};
  auto contents = TRY(store.load(static_cast<std::int64_t>(payment::kFinishedRequests)));
  if (contents.accounts.empty()) return Books{payment::Ledger(options), {}};
  auto snapshot = TRY(from_rows(contents));
  auto ledger = TRY(payment::Ledger::restore(options, std::move(snapshot), now));
  return Books{std::move(ledger), std::move(contents.memory)};
}

}  // namespace

Result<int> run_proxy(const ProxyOptions& options, std::string program, const TrustKit& kit,
                      Printing printing) {
  auto shell = TRY(RoleShell::create(options.common, std::move(program), kit,
                                     {.policy = {},
                                      .simulated_root_file = {},
                                      .program = {},
                                      .allowed_images = {},
                                      .check_images = options.check_worker_hashes,
                                      .role = attest::EnclaveRole::Proxy}));
  auto config = TRY(make_config(options, shell->network(), shell->trust(), shell->chain()));
  auto store = TRY(store::Store::open(options.database, {}));
  auto books = TRY(open_books(*store, shell->random(), shell->runtime().now()));
  ProxyProgram proxy(*shell, options, std::move(config), std::move(books), std::move(store));
  TRY(proxy.start());
  if (printing == Printing::Json) std::printf("%s\n", proxy.ready_line().c_str());
  std::fflush(stdout);
  shell->log().info("proxy ready", {{"program", shell->program()},
                                    {"evidence", shell->trust().simulated ? "SIMULATED" : "real"},
                                    {"workers", options.workers_listen},
                                    {"clients", options.clients_listen}});
  return shell->run([&](std::function<void()> done) { proxy.drain(std::move(done)); });
}

}  // namespace cocoon::app
