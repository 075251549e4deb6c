#include "sim/nodes.h"

#include "base/encoding.h"
#include "crypto/hash.h"
#include "sim/network.h"

namespace cocoon::sim {
namespace {

// A caller with more than this unread counts as behind.
constexpr std::size_t kBehindBytes = 64 << 10;
// Then a window's worth may be under way, and the part that made it so.
constexpr std::size_t kMaxUnread = 2 * session::kAnswerWindow;

using session::LinkId;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

base::Secret master_secret(const std::string& name) {
  return base::Secret(base::to_bytes(secret_of(name)));
}

void note(const Surroundings& world, const std::string& what) {
  if (world.note) world.note(what);
}

}  // namespace

// ---- proxy ----

ProxyNode::ProxyNode(Surroundings& world, Dice dice, std::string name,
                     const std::vector<ClientTerms>& clients, base::Duration disk_delay)
    : world_(world),
      dice_(dice),
      name_(std::move(name)),
      clients_(clients),
      disk_(world.scheduler, dice_.split(), disk_delay),
      alarm_(world.scheduler, [this] {
        machine_->handle_time(world_.scheduler.now());
        on_turn();
      }) {
  const auto key = crypto::Ed25519PrivateKey::from_seed(secret_of(name_ + " key"));
  contract_ = world.network.proxy_address(address_of(name_), key->public_key());
  disk_.on_entry = [this](const payment::LedgerEntry& entry) {
    world_.audit.note_entry(name_, entry);
  };
  world.audit.add_disk(disk_);
}

proxy::Config ProxyNode::config() const {
  proxy::Config config{.network = world_.network,
                       .owner = address_of(name_),
                       .signing_seed = base::to_bytes(secret_of(name_ + " key")),
                       .clients = {},
                       .unknown_clients = proxy::UnknownClients::OpenForTests,
                       .unknown_client_credit = base::Nanoton{50'000'000}};
  for (const auto& client : clients_) {
    if (client.account == ClientTerms::Account::Unknown) continue;
    const auto secret = client::secret_for(master_secret(client.name), contract_);
    config.clients.push_back({.owner = address_of(client.name),
                              .secret_hash = crypto::sha256(secret),
                              .credit = client.credit});
  }
  return config;
}

void ProxyNode::start() {
  if (machine_) return;
  auto snapshot = disk_.contents();
  const payment::LedgerOptions options{.hash_seed = dice_.next_u64()};
  auto ledger = snapshot.entries.empty() ? base::Result<payment::Ledger>(payment::Ledger(options))
                                         : payment::Ledger::restore(options, std::move(snapshot),
                                                                    world_.scheduler.now());
  if (!ledger)
    return world_.audit.report(name_ + " can't read its books: " + ledger.error().message());
  note(world_, name_ + " starts");
  machine_ = std::make_unique<proxy::Proxy>(config(), *std::move(ledger), dice_);
  disk_.on_stored = [this](std::uint64_t sequence) {
    machine_->handle_persisted(sequence);
    on_turn();
  };
  disk_.on_failure = [this] {
    note(world_, name_ + "'s disk fails");
    machine_->handle_disk_failure();
    on_turn();
  };
  on_turn();
}

void ProxyNode::crash() {
  if (!machine_) return;
  note(world_, name_ + " crashes");
  alarm_.disarm();
  machine_.reset();
  disk_.crash();
  world_.wires.vanish(*this);
}

void ProxyNode::drain() {
  if (!machine_) return;
  note(world_, name_ + " drains");
  machine_->handle_drain();
  on_turn();
}

void ProxyNode::accept(LinkId link, proxy::PeerRole role, const base::Bits256& image) {
  machine_->handle_opened(world_.scheduler.now(), link, role, image);
  on_turn();
}

bool ProxyNode::is_quiet() const {
  return machine_ && machine_->idle() && machine_->core().ledger.open_requests() == 0;
}

void ProxyNode::on_link_message(LinkId link, base::BytesView object) {
  machine_->handle_message(world_.scheduler.now(), link, object);
}

void ProxyNode::on_link_query(LinkId link, std::int64_t query_id, base::BytesView object) {
  machine_->handle_query(world_.scheduler.now(), link, query_id, object);
}

void ProxyNode::on_link_closed(LinkId link, std::string_view) {
  machine_->handle_closed(world_.scheduler.now(), link);
}

void ProxyNode::on_turn() {
  do {
    while (auto effect = machine_->poll_effect()) world_.wires.carry_out(std::move(*effect));
    if (auto batch = machine_->poll_batch()) disk_.append(std::move(*batch));
  } while (world_.wires.flush() == Wires::Flushed::LinksClosed);
  if (const auto deadline = machine_->poll_deadline()) alarm_.arm(*deadline);
  world_.audit.check_ledger(name_, machine_->core().ledger, machine_->running());
  // Nobody here lies on the wire.
  for (const char* fault : {"window_exceeded", "answer_order", "bad_answer_message",
                            "bad_request_message", "unexpected_message"}) {
    if (machine_->core().counters.refusals.contains(std::string_view(fault)))
      world_.audit.report(name_ + " has refused a peer: " + fault);
  }
  if (machine_->core().market.size() > machine_->workers().size())
    world_.audit.report(name_ + " still offers workers that are gone");
}

// ---- dialer ----

void Dialer::start(const std::vector<ProxyNode*>& proxies) {
  for (ProxyNode* proxy : proxies) lines_.push_back({.proxy = proxy});
  for (std::size_t line = 0; line < lines_.size(); ++line) dial(line);
}

void Dialer::stop() {
  life_ = new_life();
  lines_.clear();
}

void Dialer::dial(std::size_t line) {
  ProxyNode& proxy = *lines_[line].proxy;
  if (!proxy.is_up()) return dial_later(line);
  const auto ends = world_.wires.dial(owner_, proxy);
  lines_[line].link = ends.dialer;
  proxy.accept(ends.listener, role_, image_);
}

void Dialer::dial_later(std::size_t line) {
  world_.scheduler.after(dice_.between(base::Duration(100ms), base::Duration(2s)), life_,
                         [this, line] { dial(line); });
}

void Dialer::handle_closed(LinkId link) {
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    if (lines_[line].link != link) continue;
    lines_[line].link.reset();
    dial_later(line);
  }
}

// ---- worker ----

WorkerNode::WorkerNode(Surroundings& world, Dice dice, WorkerTerms terms,
                       std::vector<ProxyNode*> proxies)
    : world_(world),
      terms_(std::move(terms)),
      proxies_(std::move(proxies)),
      engine_(world.scheduler, dice.split(), terms_.name, world.audit.runs()),
      dialer_(world, dice.split(), *this, proxy::PeerRole::Worker, terms_.image),
      alarm_(world.scheduler, [this] {
        machine_->handle_time(world_.scheduler.now());
        on_turn();
      }) {
  world.audit.set_coefficient(terms_.name, terms_.coefficient);
}

void WorkerNode::start() {
  if (machine_) return;
  note(world_, terms_.name + " starts");
  machine_ = std::make_unique<worker::Worker>(
      worker::Config{.network = world_.network,
                     .owner = address_of(terms_.name),
                     .model = registered_model(terms_.model),
                     .coefficient = terms_.coefficient,
                     .max_active = terms_.slots,
                     .proxy_count = static_cast<std::int32_t>(proxies_.size())});
  machine_->handle_engine(worker::EngineState::Up);
  engine_.set_ears(ears());
  dialer_.start(proxies_);
  on_turn();
}

Engine::Ears WorkerNode::ears() {
  return {
      .on_head =
          [this](worker::JobId job, std::uint32_t status, std::span<const openai::Header> headers) {
            machine_->handle_engine_head(world_.scheduler.now(), job, status, headers);
            on_turn();
          },
      .on_body =
          [this](worker::JobId job, std::string_view text) {
            machine_->handle_engine_body(world_.scheduler.now(), job, base::as_bytes(text));
            on_turn();
          },
      .on_end =
          [this](worker::JobId job) {
            machine_->handle_engine_end(world_.scheduler.now(), job);
            on_turn();
          },
      .on_failed =
          [this](worker::JobId job, std::string_view why) {
            machine_->handle_engine_failed(world_.scheduler.now(), job, why);
            on_turn();
          }};
}

void WorkerNode::crash() {
  if (!machine_) return;
  note(world_, terms_.name + " crashes");
  alarm_.disarm();
  machine_.reset();
  engine_.stop();
  dialer_.stop();
  world_.wires.vanish(*this);
}

void WorkerNode::set_engine(worker::EngineState state) {
  if (!machine_) return;
  note(world_,
       terms_.name + (state == worker::EngineState::Up ? "'s engine is up" : "'s engine is down"));
  machine_->handle_engine(state);
  on_turn();
}

void WorkerNode::on_link_ready(LinkId link) {
  machine_->handle_opened(world_.scheduler.now(), link);
}

void WorkerNode::on_link_message(LinkId link, base::BytesView object) {
  machine_->handle_message(world_.scheduler.now(), link, object);
}

void WorkerNode::on_link_query(LinkId link, std::int64_t query_id, base::BytesView object) {
  machine_->handle_query(link, query_id, object);
}

void WorkerNode::on_link_answer(LinkId link, session::QueryTag, base::BytesView object) {
  machine_->handle_answer(world_.scheduler.now(), link, object);
}

void WorkerNode::on_link_query_failed(LinkId link, session::QueryTag, std::string_view message) {
  machine_->handle_query_failed(link, message);
}

void WorkerNode::on_link_closed(LinkId link, std::string_view reason) {
  note(world_, terms_.name + " lost a proxy: " + std::string(reason));
  machine_->handle_closed(link);
  dialer_.handle_closed(link);
}

void WorkerNode::on_turn() {
  do {
    while (auto effect = machine_->poll_effect()) {
      if (auto* said = std::get_if<session::LinkEffect>(&*effect)) {
        world_.wires.carry_out(std::move(*said));
      } else if (const auto* job = std::get_if<worker::StartJob>(&*effect)) {
        engine_.start(*job);
      } else if (const auto* gone = std::get_if<worker::CancelJob>(&*effect)) {
        engine_.cancel(gone->job);
      } else if (const auto* ahead = std::get_if<worker::PauseJob>(&*effect)) {
        engine_.pause(ahead->job);
      } else {
        engine_.resume(std::get<worker::ResumeJob>(*effect).job);
      }
    }
  } while (world_.wires.flush() == Wires::Flushed::LinksClosed);
  if (const auto deadline = machine_->poll_deadline()) alarm_.arm(*deadline);
  for (ProxyNode* proxy : proxies_) {
    world_.audit.check_earned(terms_.name, proxy->disk(),
                              machine_->proxies().earned(proxy->contract()).on_its_disk);
  }
}

// ---- client ----

ClientNode::ClientNode(Surroundings& world, Dice dice, ClientTerms terms,
                       std::vector<ProxyNode*> proxies)
    : world_(world),
      dice_(dice),
      terms_(std::move(terms)),
      proxies_(std::move(proxies)),
      dialer_(world, dice_.split(), *this, proxy::PeerRole::Client, {}),
      alarm_(world.scheduler, [this] {
        machine_->handle_time(world_.scheduler.now());
        on_turn();
      }) {}

void ClientNode::start() {
  if (machine_) return;
  note(world_, terms_.name + " starts");
  machine_ =
      std::make_unique<client::Client>(client::Config{.network = world_.network,
                                                      .owner = address_of(terms_.name),
                                                      .master_secret = master_secret(terms_.name)},
                                       dice_);
  dialer_.start(proxies_);
  on_turn();
}

void ClientNode::crash() {
  if (!machine_) return;
  note(world_, terms_.name + " crashes");
  alarm_.disarm();
  spent_before_ += machine_->counters().spent;
  machine_.reset();
  unread_.clear();
  dialer_.stop();
  world_.wires.vanish(*this);
  for (const auto& [id, call] : world_.audit.calls()) {
    if (call.client != terms_.name || call.state != CallRecord::State::Running) continue;
    world_.audit.end_call(world_.audit.call(id), CallRecord::State::Dropped);
  }
}

CallRecord* ClientNode::call(const std::string& model, Shape shape, base::Duration timeout) {
  if (!machine_) return nullptr;
  const base::Bits256 request_id = dice_.bits256();
  CallRecord& record = world_.audit.begin_call(terms_.name, request_id, timeout);
  const std::string more = std::string(shape == Shape::Stream ? R"(,"stream":true)" : "") +
                           R"(,"max_tokens":100,"timeout":)" +
                           std::to_string(static_cast<double>(timeout.count()) / 1e6);
  note(world_, terms_.name + " makes call " + std::to_string(record.id));
  machine_->handle_call(world_.scheduler.now(), client::CallId(record.id),
                        {.target = "/v1/chat/completions",
                         .headers = {{"X-Cocoon-Request-Id", base::to_hex(request_id)}},
                         .body = base::to_bytes(call_body(record.id, model, more))});
  on_turn();
  return &record;
}

void ClientNode::lose_caller() {
  for (const auto& [id, call] : world_.audit.calls()) {
    if (call.client == terms_.name && call.state == CallRecord::State::Running)
      return lose_caller(id);
  }
}

void ClientNode::lose_caller(std::uint64_t call) {
  CallRecord& record = world_.audit.call(call);
  if (!machine_ || record.state != CallRecord::State::Running) return;
  note(world_, "the caller of call " + std::to_string(call) + " gives up");
  world_.audit.end_call(record, CallRecord::State::Dropped);
  machine_->handle_caller_gone(client::CallId(call));
  on_turn();
}

void ClientNode::stop_reading(std::uint64_t call) {
  if (!machine_) return;
  note(world_, "the caller of call " + std::to_string(call) + " stops reading");
  unread_[call];
}

void ClientNode::read_on(std::uint64_t call) {
  if (unread_.erase(call) == 0) return;
  note(world_, "the caller of call " + std::to_string(call) + " reads on");
  machine_->handle_caller_pace(client::CallId(call), client::Client::Pace::CaughtUp);
  on_turn();
}

void ClientNode::leave_unread(std::uint64_t call, Unread& unread, std::size_t bytes) {
  unread.bytes += bytes;
  if (unread.bytes > kBehindBytes && !std::exchange(unread.told, true)) {
    machine_->handle_caller_pace(client::CallId(call), client::Client::Pace::Behind);
  }
  if (unread.bytes > kMaxUnread) {
    world_.audit.report("call " + std::to_string(call) + " is sent to a caller that does not read");
  }
}

void ClientNode::on_link_ready(LinkId link) { machine_->handle_opened(link, 0, "simulated"); }

void ClientNode::on_link_message(LinkId link, base::BytesView object) {
  machine_->handle_message(world_.scheduler.now(), link, object);
}

void ClientNode::on_link_answer(LinkId link, session::QueryTag tag, base::BytesView object) {
  machine_->handle_answer(world_.scheduler.now(), link, tag, object);
}

void ClientNode::on_link_query_failed(LinkId link, session::QueryTag tag,
                                      std::string_view message) {
  machine_->handle_query_failed(world_.scheduler.now(), link, tag, message);
}

void ClientNode::on_link_closed(LinkId link, std::string_view reason) {
  note(world_, terms_.name + " lost a proxy: " + std::string(reason));
  machine_->handle_closed(world_.scheduler.now(), link);
  dialer_.handle_closed(link);
}

void ClientNode::on_turn() {
  do {
    while (auto effect = machine_->poll_effect()) {
      if (auto* said = std::get_if<session::LinkEffect>(&*effect)) {
        world_.wires.carry_out(std::move(*said));
      } else {
        show(*effect);
      }
    }
  } while (world_.wires.flush() == Wires::Flushed::LinksClosed);
  if (const auto deadline = machine_->poll_deadline()) alarm_.arm(*deadline);
  world_.audit.check_spent(terms_.name, spent_before_ + machine_->counters().spent);
}

void ClientNode::show(const client::Effect& effect) {
  const auto record_of = [this](client::CallId id) -> CallRecord& {
    return world_.audit.call(static_cast<std::uint64_t>(id));
  };
  const auto end = [this](CallRecord& record, CallRecord::State state) {
    note(world_, "call " + std::to_string(record.id) + " ends with status " +
                     std::to_string(record.status) + ": " + record.body.substr(0, 160));
    world_.audit.end_call(record, state);
  };
  if (const auto* start = std::get_if<client::StartAnswer>(&effect)) {
    record_of(start->call).status = start->status;
  } else if (const auto* part = std::get_if<client::AnswerPart>(&effect)) {
    CallRecord& record = record_of(part->call);
    record.body += base::as_text(part->bytes);
    const auto unread = unread_.find(record.id);
    if (unread != unread_.end()) leave_unread(record.id, unread->second, part->bytes.size());
  } else if (const auto* ended = std::get_if<client::EndAnswer>(&effect)) {
    CallRecord& record = record_of(ended->call);
    const bool broke = record.body.find("data: {\"error\":") != std::string::npos;
    end(record, broke ? CallRecord::State::Aborted : CallRecord::State::Answered);
  } else if (const auto* aborted = std::get_if<client::AbortAnswer>(&effect)) {
    end(record_of(aborted->call), CallRecord::State::Aborted);
  } else if (const auto* whole = std::get_if<client::WholeAnswer>(&effect)) {
    CallRecord& record = record_of(whole->call);
    record.status = whole->status;
    record.body = base::to_text(whole->body);
    // What the network answered carries a price, even that of nothing; a refusal of our own does
    // not.
    bool has_price = false;
    for (const auto& header : whole->headers) has_price |= header.name == "X-Cocoon-Cost-Nanotons";
    end(record, has_price ? CallRecord::State::Answered : CallRecord::State::Refused);
  }
}

}  // namespace cocoon::sim
