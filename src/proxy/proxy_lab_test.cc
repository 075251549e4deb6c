// The lab that the tests of this module share; see proxy_lab.h.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "proxy/proxy_lab.h"

namespace cocoon::proxy {
namespace {

constexpr base::Nanoton kLabCredit{20'000'000};

Config lab_config(const LabTerms& terms) {
  const auto client = [](std::string_view name, base::Nanoton credit) {
    return ConfiguredClient{.owner = sim::address_of(name),
                            .secret_hash = crypto::sha256(sim::secret_of(name)),
                            .credit = credit};
  };
  return {.network = sim::make_network(terms.network),
          .owner = sim::address_of("proxy owner"),
          .signing_seed = base::to_bytes(sim::secret_of("proxy key")),
          .clients = {client("alice", kLabCredit), client("bob", kLabCredit),
                      client("poor", base::Nanoton{2000})},
          .unknown_clients = terms.unknown_clients,
          .unknown_client_credit = kLabCredit,
          .worker_hashes = terms.worker_hashes,
          .model_hashes = terms.model_hashes,
          .chain = terms.chain,
          .first_worker_standing = terms.first_worker_standing};
}

}  // namespace

ProxyLab::ProxyLab(const LabTerms& terms)
    : machine_(lab_config(terms), payment::Ledger(payment::LedgerOptions{.hash_seed = 1}), dice_) {}

LinkId ProxyLab::open(PeerRole role, const base::Bits256& image) {
  const LinkId link{next_link_++};
  peers_[link].role = role;
  machine_.handle_opened(now_, link, role, image);
  settle();
  return link;
}

void ProxyLab::stand(LinkId link, session::Standing standing, std::string_view why) {
  machine_.handle_standing(now(), link, standing, why);
  settle();
}

void ProxyLab::close(LinkId link) {
  if (!peers_.at(link).is_open) return;
  peers_[link].is_open = false;
  machine_.handle_closed(now_, link);
  settle();
}

void ProxyLab::switch_owner(const ton::Address& owner, WorkerSessions::Switch to) {
  machine_.handle_switch(now_, owner, to);
  settle();
}

void ProxyLab::congest(LinkId link, session::Congestion congestion) {
  machine_.handle_congestion(link, congestion);
  settle();
}

void ProxyLab::ask_bytes(LinkId link, base::BytesView object) {
  if (!peers_.at(link).is_open) return;
  machine_.handle_query(now_, link, next_query_++, object);
  settle();
}

void ProxyLab::tell_bytes(LinkId link, base::BytesView object) {
  if (!peers_.at(link).is_open) return;
  machine_.handle_message(now_, link, object);
  settle();
}

session::SendError ProxyLab::error(LinkId link) {
  auto& errors = peers_[link].errors;
  if (errors.empty()) {
    ADD_FAILURE() << "no error was said";
    return {};
  }
  auto error = std::move(errors.front());
  errors.pop_front();
  return error;
}

void ProxyLab::note_undecoded(std::string_view wanted, base::BytesView bytes) {
  ADD_FAILURE() << "wanted " << wanted << ", got "
                << tl::constructor_name(tl::peek_id(bytes).value_or(0));
}

base::Bytes ProxyLab::pop(std::deque<base::Bytes>& queue, const char* what) {
  if (queue.empty()) {
    ADD_FAILURE() << "no " << what << " was said";
    return {};
  }
  base::Bytes front = std::move(queue.front());
  queue.pop_front();
  return front;
}

// What the shell does after every input.
void ProxyLab::settle() {
  for (;;) {
    while (auto effect = machine_.poll_effect()) hear(std::move(*effect));
    const auto batch = machine_.poll_batch();
    if (!batch) break;
    polled_ = batch->last_sequence;
    if (disk_ == Disk::Prompt) machine_.handle_persisted(polled_);
  }
  expect_sound_books();
}

void ProxyLab::hear(session::LinkEffect effect) {
  if (auto* close = std::get_if<session::CloseLink>(&effect)) {
    Peer& peer = peers_.at(close->link);
    if (!peer.is_open) return;
    peer.is_open = false;
    peer.closed = close->reason;
    machine_.handle_closed(now_, close->link);
  } else if (auto* answer = std::get_if<session::SendAnswer>(&effect)) {
    Peer& peer = peers_.at(answer->link);
    if (peer.is_open) peer.answers.push_back(std::move(answer->object));
  } else if (auto* error = std::get_if<session::SendError>(&effect)) {
    Peer& peer = peers_.at(error->link);
    if (peer.is_open) peer.errors.push_back(std::move(*error));
  } else if (auto* message = std::get_if<session::SendMessage>(&effect)) {
    Peer& peer = peers_.at(message->link);
    if (!peer.is_open) return;
    const auto id = tl::peek_id(message->object).value_or(0);
    const bool is_payment =
        id == tl::ProxyClientRequestPayment::kId || id == tl::ProxyWorkerRequestPayment::kId;
    (is_payment ? peer.payments : peer.messages).push_back(std::move(message->object));
  } else {
    ADD_FAILURE() << "a proxy asks nothing";
  }
}

// ---- handshakes ----

tl::ClientConnectToProxy ProxyLab::client_greeting(const ClientSpec& spec) {
  address_ = ton::to_friendly_text(sim::address_of(spec.name));
  tl::ClientConnectToProxy greeting{};
  greeting.params.flags = tl::ClientParams::kHasIsTest;
  greeting.params.client_owner_address = address_;
  greeting.params.is_test = true;
  if (spec.version > 0) {
    greeting.params.flags |= tl::ClientParams::kHasMinProtoVersion;
    greeting.params.max_proto_version = spec.version;
  }
  return greeting;
}

tl::WorkerConnectToProxy ProxyLab::worker_greeting(const WorkerSpec& spec) {
  address_ = ton::to_friendly_text(sim::address_of(spec.name));
  tl::WorkerConnectToProxy greeting{};
  tl::WorkerParams& params = greeting.params;
  params.flags = tl::WorkerParams::kHasIsTest;
  params.worker_owner_address = address_;
  model_ = spec.model;
  params.model = model_;
  params.coefficient = spec.coefficient;
  params.is_test = true;
  params.proxy_cnt = spec.proxies;
  params.max_active_requests = spec.slots;
  if (spec.version > 0) {
    params.flags |= tl::WorkerParams::kHasMinProtoVersion;
    params.max_proto_version = spec.version;
  }
  return greeting;
}

LinkId ProxyLab::client(const ClientSpec& spec) {
  const LinkId link = open(PeerRole::Client);
  ask(link, client_greeting(spec));
  EXPECT_EQ(answer<tl::ClientConnectedToProxy>(link)->params.proto_version, spec.version);
  const auto secret = sim::secret_of(spec.name);
  ask(link, tl::ClientAuthorizeWithProxyShort{.data = secret});
  answer<tl::ClientAuthorizationWithProxySuccess>(link);
  return link;
}

LinkId ProxyLab::worker(const WorkerSpec& spec) {
  const LinkId link = open(PeerRole::Worker);
  peers_[link].version = spec.version;
  ask(link, worker_greeting(spec));
  EXPECT_EQ(answer<tl::WorkerConnectedToProxy>(link)->params.proto_version, spec.version);
  ask(link, tl::WorkerCompareBalanceWithProxy{});
  EXPECT_EQ(answer<tl::WorkerCompareBalanceWithProxyResult>(link)->error_code, 0);
  ask(link, tl::WorkerProxyHandshakeComplete{.is_disabled = spec.availability ==
                                                            market::Availability::Disabled});
  answer<tl::WorkerProxyHandshakeCompleted>(link);
  return link;
}

// ---- requests ----

void ProxyLab::request(LinkId client, const RequestSpec& spec) {
  tl::HttpRequest http{};
  http.method = "POST";
  http.url = "/v1/chat/completions";
  http.http_version = "HTTP/1.1";
  const std::string body = spec.body.empty() ? "request " + std::to_string(spec.id) : spec.body;
  http.payload = base::as_bytes(body);
  const base::Bytes query = tl::encode_boxed(http);
  const auto fill = [&](auto message) {
    message.model_name = spec.model;
    message.query = query;
    message.max_coefficient = spec.max_coefficient;
    message.max_tokens = spec.max_tokens;
    message.timeout = spec.timeout;
    message.request_id = request_id(spec.id);
    message.min_config_version = spec.config_version;
    return message;
  };
  const auto& sessions = machine_.clients().all();
  const auto session = sessions.find(client);
  if (session != sessions.end() && session->second.version == 0) {
    return tell(client, fill(tl::ClientRunQuery{}));
  }
  auto message = fill(tl::ClientRunQueryEx{});
  message.flags = tl::ClientRunQueryEx::kHasEnableDebug;
  message.enable_debug = spec.debug == Debug::On;
  tell(client, message);
}

std::optional<WorkOrder> ProxyLab::order(LinkId worker) {
  auto& messages = peers_.at(worker).messages;
  if (messages.empty()) return std::nullopt;
  const auto fill = [&](const auto& message) {
    return WorkOrder{.worker = worker,
                     .id = message.request_id,
                     .coefficient = message.coefficient,
                     .timeout = message.timeout,
                     .query = base::to_bytes(message.query)};
  };
  if (peers_.at(worker).version == 0) return fill(message<tl::ProxyRunQuery>(worker).object);
  const auto got = message<tl::ProxyRunQueryEx>(worker);
  WorkOrder order = fill(got.object);
  order.debug = got->enable_debug ? Debug::On : Debug::Off;
  return order;
}

template <class Ex, class Legacy>
void ProxyLab::answer_as_worker(const WorkOrder& order, std::string_view body,
                                std::optional<tl::TokensUsed> end) {
  const std::int32_t version = peers_.at(order.worker).version;
  if (version == 0) {
    return tell(order.worker, Legacy{.answer = base::as_bytes(body),
                                     .is_completed = end.has_value(),
                                     .request_id = order.id,
                                     .tokens_used = end.value_or(tl::TokensUsed{})});
  }
  Ex message{};
  message.request_id = order.id;
  message.answer = base::as_bytes(body);
  if (end) {
    message.flags = Ex::kHasFinalInfo;
    message.final_info.tokens_used = *end;
    if (order.debug == Debug::On) {
      message.final_info.flags |= tl::ProxyQueryFinalInfo::kHasWorkerDebug;
      message.final_info.worker_debug = "worker's word";
    }
    if (version >= 2) {
      message.final_info.flags |= tl::ProxyQueryFinalInfo::kHasWorkerStartTime;
      message.final_info.worker_start_time = 10;
      message.final_info.worker_end_time = 11;
    }
  }
  tell(order.worker, message);
}

void ProxyLab::head(const WorkOrder& order, std::string_view body,
                    std::optional<tl::TokensUsed> end) {
  answer_as_worker<tl::ProxyQueryAnswerEx, tl::ProxyQueryAnswer>(order, body, end);
}

void ProxyLab::part(const WorkOrder& order, std::string_view body,
                    std::optional<tl::TokensUsed> end) {
  answer_as_worker<tl::ProxyQueryAnswerPartEx, tl::ProxyQueryAnswerPart>(order, body, end);
}

void ProxyLab::failure(const WorkOrder& order, std::int32_t code, std::string_view text,
                       tl::TokensUsed tokens) {
  if (peers_.at(order.worker).version == 0) {
    return tell(
        order.worker,
        tl::ProxyQueryAnswerError{
            .error_code = code, .error = text, .request_id = order.id, .tokens_used = tokens});
  }
  tl::ProxyQueryAnswerErrorEx message{};
  message.request_id = order.id;
  message.error_code = code;
  message.error = text;
  message.flags = tl::ProxyQueryAnswerErrorEx::kHasFinalInfo;
  message.final_info.tokens_used = tokens;
  tell(order.worker, message);
}

ClientAnswer ProxyLab::client_answer(LinkId client) {
  const base::Bytes bytes = pop(peers_[client].messages, "answer to the client");
  ClientAnswer answer;
  const auto id = tl::peek_id(bytes).value_or(0);
  answer.form = tl::constructor_name(id);
  const auto read = [&]<class T>() {
    if (id != T::kId) return;
    const auto message = tl::decode_boxed<T>(bytes);
    ASSERT_TRUE(message) << answer.form;
    answer.id = message->request_id;
    if constexpr (requires { message->answer; }) answer.body = base::to_text(message->answer);
    if constexpr (requires { message->error; }) {
      answer.code = message->error_code;
      answer.error = message->error;
    }
    if constexpr (requires { message->final_info; }) {
      if (!(message->flags & T::kHasFinalInfo)) return;
      answer.end = message->final_info;
      answer.tokens = message->final_info.tokens_used;
      answer.worker_debug = answer.end.worker_debug;
      answer.end.worker_debug = answer.end.proxy_debug = {};
    } else if constexpr (requires { message->is_completed; }) {
      if (message->is_completed) answer.tokens = message->request_tokens_used;
    } else {
      answer.tokens = message->request_tokens_used;
    }
  };
  read.operator()<tl::ClientQueryAnswer>();
  read.operator()<tl::ClientQueryAnswerPart>();
  read.operator()<tl::ClientQueryAnswerError>();
  read.operator()<tl::ClientQueryAnswerEx>();
  read.operator()<tl::ClientQueryAnswerPartEx>();
  read.operator()<tl::ClientQueryAnswerErrorEx>();
  return answer;
}

// ---- time and disk ----

void ProxyLab::pass(base::Duration time) {
  const base::Instant until = now_.steady + time;
  // Stops at every deadline on the way, as a timer does.
  for (;;) {
    const auto deadline = machine_.poll_deadline();
    const bool last = !deadline || *deadline > until;
    const base::Duration step =
        std::max(last ? until - now_.steady : *deadline - now_.steady, base::Duration(0));
    now_.steady += step;
    now_.wall += step;
    machine_.handle_time(now_);
    settle();
    if (last) return;
  }
}

void ProxyLab::persist() {
  machine_.handle_persisted(polled_);
  settle();
}

void ProxyLab::fail_disk() {
  machine_.handle_disk_failure();
  settle();
}

void ProxyLab::drain() {
  machine_.handle_drain();
  settle();
}

// ---- books ----

const payment::Account& ProxyLab::account(payment::AccountKind kind, std::string_view name) const {
  const auto& ledger = machine_.core().ledger;
  const auto id = ledger.find_account(kind, ton::to_raw_text(sim::address_of(name)));
  EXPECT_TRUE(id) << name << " has no account";
  return ledger.account(id.value_or(payment::kOutside));
}

std::uint64_t ProxyLab::refusals(std::string_view reason) const {
  const auto& refusals = machine_.core().counters.refusals;
  const auto found = refusals.find(reason);
  return found == refusals.end() ? 0 : found->second;
}

void ProxyLab::expect_sound_books() const {
  const auto& ledger = machine_.core().ledger;
  base::Nanoton sum;
  for (const auto& account : ledger.accounts()) {
    sum += account.balance;
    if (account.kind == payment::AccountKind::Client) {
      EXPECT_GE(account.available(), base::Nanoton{});
    }
    EXPECT_GE(account.metered.amount, account.on_disk.amount);
    EXPECT_GE(account.on_disk.amount, account.on_chain.amount);
  }
  EXPECT_EQ(sum, base::Nanoton{});
  EXPECT_EQ(ledger.open_requests(), machine_.running());
}

}  // namespace cocoon::proxy
