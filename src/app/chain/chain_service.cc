#include "app/chain/chain_service.h"

#include <utility>

#include "app/key_file.h"
#include "base/encoding.h"
#include "registry/chain_config.h"
#include "tl/reader.h"
#include "tl/writer.h"
#include "ton/boc.h"
#include "ton/contract_code.h"

namespace cocoon::app::chain {
namespace {

constexpr std::size_t kRootFileMax = std::size_t{1} << 20;
constexpr base::Duration kPacePeriod = std::chrono::seconds(5);

}  // namespace

std::string_view reason_name(ChainError error) {
  switch (error) {
    case ChainError::NoRoot:
      return "no_root";
    case ChainError::NotReached:
      return "not_reached";
    case ChainError::AlreadyTaken:
      return "already_taken";
  }
  CHECK(false);
}

std::string_view state_name(Standing::State state) {
  switch (state) {
    case Standing::State::Starting:
      return "starting";
    case Standing::State::Following:
      return "following";
    case Standing::State::Stalled:
      return "stalled";
  }
  CHECK(false);
}

bool carried_out(const ton::Transaction& transaction) {
  return transaction.description.compute == ton::ComputePhase::Succeeded &&
         transaction.description.action_success.value_or(false);
}

base::Result<std::unique_ptr<ChainService>> ChainService::open(io::Runtime& runtime, base::Log& log,
                                                               const ChainSettings& settings) {
  const base::Bytes text = TRY(io::read_file(settings.config, registry::kMaxChainConfigBytes + 1));
  auto config = TRY(registry::parse_chain_config(base::as_text(text)));
  auto key = TRY(load_or_create_key(settings.wallet_key_file));
  auto lock = TRY(io::LockFile::acquire(settings.wallet_key_file + ".lock"));
  auto wallet = ton::Wallet::cocoon(key.public_key(), settings.owner,
                                    ton::contract_code(ton::CocoonContract::Wallet));
  auto orders =
      TRY(Orders::open(std::move(wallet), std::move(key), settings.wallet_key_file + ".orders"));
  return std::unique_ptr<ChainService>(new ChainService(runtime, log, std::move(config), settings,
                                                        std::move(orders), std::move(lock)));
}

ChainService::ChainService(io::Runtime& runtime, base::Log& log, ton::LiteClientConfig config,
                           const ChainSettings& settings, Orders orders, io::LockFile lock)
    : runtime_(runtime),
      log_(log),
      settings_(settings),
      lock_(std::move(lock)),
      orders_(std::move(orders)),
      soon_(runtime, [this] { turn(); }),
      later_(runtime, [this] { turn(); }),
      pace_(runtime, [this] { check_pace(); }),
      link_(runtime, std::move(config), settings.wallet_key_file + ".proven") {
  link_.on_event([this](const ton::LiteEvent& event) { handle(event); });
  pace_.arm_in(kPacePeriod);
  link_.start();
}

ChainService::~ChainService() = default;

base::Result<void> ChainService::wait_for_root(base::Duration limit) {
  if (!root_) {
    io::Timer too_long(runtime_, [this] { runtime_.stop(); });
    too_long.arm_in(limit);
    waiting_for_root_ = true;
    runtime_.run();
    waiting_for_root_ = false;
  }
  if (!root_) load_root();
  if (root_) return {};
  const std::string problem = last_problem_.empty() ? "no lite server answered" : last_problem_;
  return base::Error(root_fault_.value_or(ChainError::NotReached),
                     "the root contract is not known: " + problem + " (cocoon doctor --chain " +
                         settings_.config + ")");
}

void ChainService::on_root(std::function<void(const registry::Snapshot&)> callback) {
  root_callbacks_.push_back(std::move(callback));
}

base::Result<void> ChainService::watch(const ton::Address& account, ton::WatchStart start,
                                       std::optional<ton::TransactionName> cursor,
                                       AccountSink& sink) {
  if (!sinks_.emplace(account, &sink).second) {
    return base::Error(ChainError::AlreadyTaken,
                       ton::to_friendly_text(account) + " is watched already");
  }
  watcher_.watch(account, start, cursor);
  soon_.arm(runtime_.now().steady);
  return {};
}

void ChainService::unwatch(const ton::Address& account) {
  sinks_.erase(account);
  watcher_.unwatch(account);
}

void ChainService::look(const ton::Address& account,
                        std::function<void(base::Result<ton::ProvenAccount>)> done) {
  // An answer can't come before the call returns: it takes the loop.
  ask(ton::AccountRequest{account}, [done = std::move(done)](const ton::RequestDone& answered) {
    if (!answered.answer) return done(answered.answer.error());
    done(std::get<ton::ProvenAccount>(*answered.answer));
  });
}

void ChainService::send(ton::SendOrder order, SendDone done) {
  orders_.give(std::move(order), std::move(done));
  if (const auto& head = link_.client().head()) orders_.handle_head(runtime_.now(), *head);
  soon_.arm(runtime_.now().steady);
}

void ChainService::ask(ton::LiteRequest request, Answered answered) {
  const std::uint64_t id = link_.request(std::move(request));
  answers_.emplace(id, std::move(answered));
}

void ChainService::handle(const ton::LiteEvent& event) {
  if (const auto* moved = std::get_if<ton::HeadMoved>(&event)) {
    handle_head(moved->head);
  } else if (const auto* done = std::get_if<ton::RequestDone>(&event)) {
    const auto found = answers_.find(done->request);
    if (found != answers_.end()) {
      const Answered answered = std::move(found->second);
      answers_.erase(found);
      answered(*done);
    }
  } else {
    const auto& dropped = std::get<ton::ServerDropped>(event);
    note_problem(dropped.name + " " + dropped.reason);
    log_.warning("lite server dropped", {{"server", dropped.name}, {"why", dropped.message}});
  }
  turn();
}

void ChainService::handle_head(const ton::ChainHead& head) {
  watcher_.handle_head(runtime_.now(), head);
  orders_.handle_head(runtime_.now(), head);
  refresh();
  check_pace();
}

// The root contract and the wallet's balance, once per block, one question at a time.
void ChainService::refresh() {
  if (!std::exchange(root_asked_, true)) {
    ask(ton::AccountRequest{settings_.root}, [this](const ton::RequestDone& done) {
      root_asked_ = false;
      if (done.answer) handle_root(std::get<ton::ProvenAccount>(*done.answer));
    });
  }
  if (!std::exchange(wallet_asked_, true)) {
    ask(ton::AccountRequest{wallet().address()}, [this](const ton::RequestDone& done) {
      wallet_asked_ = false;
      if (!done.answer) return;
      const auto& account = std::get<ton::ProvenAccount>(*done.answer).account;
      wallet_balance_ = account ? account->balance.coins : base::Nanoton();
    });
  }
}

void ChainService::handle_root(const ton::ProvenAccount& account) {
  if (!account.account || account.account->status != ton::AccountStatus::Active) {
    root_fault_ = ChainError::NoRoot;
    return note_problem("there is no root contract at " + ton::to_friendly_text(settings_.root));
  }
  const ton::CellRef& data = account.account->state.data;
  if (!data || data->hash() == root_data_) {
    root_from_disk_ = false;
    return;
  }
  auto snapshot = registry::parse_root_state(settings_.root, data);
  if (!snapshot) {
    root_fault_ = ChainError::NoRoot;
    note_problem("the root contract can't be read: " + snapshot.error().message());
    return log_.error("root contract not understood", {{"why", snapshot.error().message()}});
  }
  // A server may answer as of an older block than another one did before.
  if (root_ && !root_from_disk_ && snapshot->version() < root_->version()) return;
  const bool first = !root_.has_value();
  root_ = std::move(*snapshot);
  root_data_ = data->hash();
  root_from_disk_ = false;
  save_root(data);
  log_.info("root contract", {{"version", std::int64_t{root_->version()}},
                              {"params_version", std::int64_t{root_->params_version()}}});
  if (waiting_for_root_) runtime_.stop();
  if (first) return;
  for (const auto& callback : root_callbacks_) callback(*root_);
}

void ChainService::save_root(const ton::CellRef& data) {
  base::Bytes out;
  tl::Writer writer(out);
  writer.i32(settings_.root.workchain);
  writer.raw(settings_.root.hash);
  writer.bytes(ton::serialize_boc(data));
  const auto written = io::write_file(settings_.wallet_key_file + ".root", out);
  if (!written) note_problem(written.error().message());
}

// What was proven before the restart. A file of another root, or a damaged one, is no root.
void ChainService::load_root() {
  const auto saved = io::read_file(settings_.wallet_key_file + ".root", kRootFileMax);
  if (!saved) return;
  tl::Reader reader(*saved);
  ton::Address root;
  root.workchain = static_cast<std::int8_t>(reader.i32());
  reader.raw_into(root.hash);
  const base::BytesView bag = reader.bytes();
  if (!reader.ok() || root != settings_.root) return;
  const auto data = ton::parse_single_root_boc(bag);
  if (!data) return;
  auto snapshot = registry::parse_root_state(root, *data);
  if (!snapshot) return;
  root_ = std::move(*snapshot);
  root_data_ = (*data)->hash();
  root_from_disk_ = true;
  log_.warning("the chain is silent; the root contract is as it was before",
               {{"version", std::int64_t{root_->version()}}, {"why", last_problem_}});
}

void ChainService::tell(const ton::WatchEvent& event) {
  const auto sink_of = [this](const ton::Address& account) {
    const auto found = sinks_.find(account);
    return found == sinks_.end() ? nullptr : found->second;
  };
  if (const auto* seen = std::get_if<ton::TransactionSeen>(&event)) {
    if (auto* sink = sink_of(seen->account)) sink->on_transaction(*seen);
  } else if (const auto* current = std::get_if<ton::AccountCurrent>(&event)) {
    if (auto* sink = sink_of(current->account.address)) sink->on_current(*current);
  } else {
    const auto& problem = std::get<ton::WatchProblem>(event);
    log_.warning("account not followed", {{"account", ton::to_friendly_text(problem.account)},
                                          {"why", problem.error.message()}});
    note_problem(problem.error.message());
    auto* sink = sink_of(problem.account);
    if (problem.error.is(ton::WatchError::CursorUnknown)) sinks_.erase(problem.account);
    if (sink != nullptr) sink->on_problem(problem.error);
  }
}

// Whether there was anything to do.
bool ChainService::turn_once() {
  if (auto request = watcher_.poll_request()) {
    ask(std::move(request->request), [this, token = request->token](const ton::RequestDone& done) {
      watcher_.handle_answer(runtime_.now(), token, done.head, done.answer);
    });
  } else if (auto event = watcher_.poll_event()) {
    tell(*event);
  } else if (auto sending = orders_.poll_request(runtime_.now())) {
    ask(std::move(sending->request), [this, token = sending->token](const ton::RequestDone& done) {
      orders_.handle_answer(runtime_.now(), token, done.head, done.answer);
    });
  } else if (auto outcome = orders_.poll_outcome()) {
    outcome->done(std::move(outcome->result));
  } else {
    return false;
  }
  return true;
}

void ChainService::turn() {
  if (std::exchange(turning_, true)) return;
  const base::Now now = runtime_.now();
  watcher_.handle_time(now);
  orders_.handle_time(now);
  while (turn_once()) {
  }
  if (!orders_.disk_problem().empty()) note_problem(orders_.disk_problem());
  base::Instant next = base::Instant::max();
  if (const auto at = watcher_.next_deadline()) next = std::min(next, *at);
  if (const auto at = orders_.next_deadline()) next = std::min(next, *at);
  later_.arm(next);
  turning_ = false;
}

void ChainService::note_problem(const std::string& problem) { last_problem_ = problem; }

// The log hears once when the chain begins to be followed, stalls, and goes on.
void ChainService::check_pace() {
  const Standing standing = this->standing();
  if (standing.state != told_) {
    told_ = standing.state;
    if (standing.state == Standing::State::Following) {
      log_.info("chain followed", {{"block", std::int64_t{standing.head->block.seqno}},
                                   {"wallet", ton::to_friendly_text(wallet().address())}});
    } else {
      log_.warning("chain stalled", {{"why", last_problem_}});
    }
  }
  pace_.arm_in(kPacePeriod);
}

Standing ChainService::standing() const {
  Standing standing;
  standing.head = link_.client().head();
  if (standing.head) {
    standing.head_age = runtime_.now().steady - standing.head->proven_at;
    standing.state =
        standing.head_age > kStalledAfter ? Standing::State::Stalled : Standing::State::Following;
  }
  standing.servers = link_.servers().size();
  standing.servers_ready = link_.client().ready_servers();
  standing.last_problem = last_problem_;
  standing.root_from_disk = root_from_disk_;
  standing.wallet_balance = wallet_balance_;
  standing.open_orders = orders_.open_orders();
  return standing;
}

}  // namespace cocoon::app::chain
