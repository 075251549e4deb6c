// The lab that the tests of this module share; see worker_lab.h.
#include "worker/worker_lab.h"

#include <gtest/gtest.h>

namespace cocoon::worker {
namespace {

Config lab_config(const LabTerms& terms) {
  return {.network = sim::make_network(
              {.multipliers = terms.multipliers, .models = {std::string(sim::kModel)}}),
          .owner = sim::address_of("walter"),
          .model = terms.model,
          .coefficient = terms.coefficient,
          .max_active = terms.max_active,
          .proxy_count = 1,
          .terms = terms.offer,
          .first_standing = terms.first_standing};
}

}  // namespace

WorkerLab::WorkerLab(const LabTerms& terms) : machine_(lab_config(terms)) {
  machine_.handle_engine(terms.engine);
}

LinkId WorkerLab::open() {
  const LinkId link{next_link_++};
  peers_[link];
  machine_.handle_opened(now_, link);
  settle();
  return link;
}

LinkId WorkerLab::ready(std::int32_t version) {
  const LinkId link = open();
  peers_[link].version = version;
  query<tl::WorkerConnectToProxy>(link);
  answer(link, connected(version));
  query<tl::WorkerCompareBalanceWithProxy>(link);
  answer(link, tl::WorkerCompareBalanceWithProxyResult{});
  query<tl::WorkerProxyHandshakeComplete>(link);
  answer(link, tl::WorkerProxyHandshakeCompleted{});
  return link;
}

void WorkerLab::stand(LinkId link, session::Standing standing, std::string_view why) {
  machine_.handle_standing(link, standing, why);
  settle();
}

void WorkerLab::close(LinkId link) {
  if (!peers_.at(link).is_open) return;
  peers_[link].is_open = false;
  machine_.handle_closed(link);
  settle();
}

session::SendError WorkerLab::error(LinkId link) {
  auto& errors = peers_[link].errors;
  if (errors.empty()) {
    ADD_FAILURE() << "no error was said";
    return {};
  }
  auto error = std::move(errors.front());
  errors.pop_front();
  return error;
}

void WorkerLab::answer_bytes(LinkId link, base::BytesView object) {
  if (!peers_.at(link).is_open) return;
  machine_.handle_answer(now_, link, object);
  settle();
}

void WorkerLab::tell_bytes(LinkId link, base::BytesView object) {
  if (!peers_.at(link).is_open) return;
  machine_.handle_message(now_, link, object);
  settle();
}

void WorkerLab::refuse_query(LinkId link, std::string_view message) {
  machine_.handle_query_failed(link, message);
  settle();
}

void WorkerLab::ask_bytes(LinkId link, base::BytesView object) {
  machine_.handle_query(link, 77, object);
  settle();
}

ton::ProxyIdentity WorkerLab::identity() const {
  const auto key = crypto::Ed25519PrivateKey::from_seed(sim::secret_of("proxy key"));
  const auto public_key = key->public_key();
  return {.contract =
              machine_.config().network.proxy_address(sim::address_of("proxy owner"), public_key),
          .public_key = public_key};
}

tl::WorkerConnectedToProxy WorkerLab::connected(std::int32_t version) {
  const auto proxy = identity();
  owner_ = ton::to_friendly_text(sim::address_of("proxy owner"));
  proxy_contract_ = ton::to_friendly_text(proxy.contract);
  worker_contract_ =
      ton::to_friendly_text(network().worker_address(machine_.config().owner, proxy));
  tl::WorkerConnectedToProxy reply{};
  reply.params.flags = tl::ProxyParams::kHasIsTest;
  reply.params.is_test = true;
  reply.params.proxy_public_key = proxy.public_key;
  reply.params.proxy_owner_address = owner_;
  reply.params.proxy_sc_address = proxy_contract_;
  if (version > 0) {
    reply.params.flags |= tl::ProxyParams::kHasProtoVersion;
    reply.params.proto_version = version;
  }
  reply.worker_sc_address = worker_contract_;
  return reply;
}

void WorkerLab::order(LinkId link, const OrderSpec& spec) {
  tl::HttpRequest http{};
  http.method = spec.method;
  http.url = spec.url;
  http.http_version = "HTTP/1.1";
  http.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer secret"}};
  http.payload = base::as_bytes(spec.body);
  const base::Bytes query = tl::encode_boxed(http);
  const auto fill = [&](auto message) {
    message.query = query;
    message.coefficient = spec.coefficient;
    message.timeout = spec.timeout;
    message.request_id = {spec.id};
    return message;
  };
  if (peers_.at(link).version == 0) return tell(link, fill(tl::ProxyRunQuery{}));
  auto message = fill(tl::ProxyRunQueryEx{});
  message.flags = tl::ProxyRunQueryEx::kHasEnableDebug;
  message.enable_debug = spec.debug == JobTerms::Debug::On;
  tell(link, message);
}

WorkerAnswer WorkerLab::worker_answer(LinkId link) {
  const base::Bytes bytes = pop(peers_[link].messages, "answer to the proxy");
  WorkerAnswer answer;
  const auto id = tl::peek_id(bytes).value_or(0);
  answer.form = tl::constructor_name(id);
  const auto read_head = [&](base::BytesView boxed) {
    const auto response = tl::decode_boxed<tl::HttpResponse>(boxed);
    ASSERT_TRUE(response);
    answer.status = response->status_code;
    answer.body = base::to_text(response->payload);
    for (const auto& header : response->headers) {
      answer.headers[std::string(header.name)] = header.value;
    }
  };
  const auto read = [&]<class T>() {
    if (id != T::kId) return;
    const auto message = tl::decode_boxed<T>(bytes);
    ASSERT_TRUE(message) << answer.form;
    answer.id = message->request_id;
    constexpr bool kIsHead =
        T::kId == tl::ProxyQueryAnswer::kId || T::kId == tl::ProxyQueryAnswerEx::kId;
    if constexpr (kIsHead) {
      read_head(message->answer);
    } else if constexpr (requires { message->answer; }) {
      answer.body = base::to_text(message->answer);
    }
    if constexpr (requires { message->error; }) {
      answer.code = message->error_code;
      answer.error = message->error;
    }
    if constexpr (requires { message->final_info; }) {
      if (!(message->flags & T::kHasFinalInfo)) return;
      answer.end = message->final_info;
      answer.tokens = message->final_info.tokens_used;
      answer.debug = answer.end.worker_debug;
      answer.end.worker_debug = {};
    } else if constexpr (requires { message->is_completed; }) {
      if (message->is_completed) answer.tokens = message->tokens_used;
    } else {
      answer.tokens = message->tokens_used;
    }
  };
  read.operator()<tl::ProxyQueryAnswer>();
  read.operator()<tl::ProxyQueryAnswerPart>();
  read.operator()<tl::ProxyQueryAnswerError>();
  read.operator()<tl::ProxyQueryAnswerEx>();
  read.operator()<tl::ProxyQueryAnswerPartEx>();
  read.operator()<tl::ProxyQueryAnswerErrorEx>();
  return answer;
}

// ---- the engine ----

std::optional<StartJob> WorkerLab::job() {
  if (jobs_.empty()) return std::nullopt;
  StartJob job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void WorkerLab::congest(LinkId link, session::Congestion congestion) {
  machine_.handle_congestion(link, congestion);
  settle();
}

std::optional<JobId> WorkerLab::cancelled() {
  if (cancelled_.empty()) return std::nullopt;
  const JobId job = cancelled_.front();
  cancelled_.pop_front();
  return job;
}

void WorkerLab::head(JobId job, std::uint32_t status, std::string_view type) {
  const std::vector<openai::Header> headers{{"Content-Type", std::string(type)},
                                            {"Server", "engine"}};
  machine_.handle_engine_head(now_, job, status, headers);
  settle();
}

void WorkerLab::body(JobId job, std::string_view text) {
  machine_.handle_engine_body(now_, job, base::as_bytes(text));
  settle();
}

void WorkerLab::end(JobId job) {
  machine_.handle_engine_end(now_, job);
  settle();
}

void WorkerLab::failed(JobId job, std::string_view why) {
  machine_.handle_engine_failed(now_, job, why);
  settle();
}

void WorkerLab::whole(JobId job, std::string_view text, std::uint32_t status) {
  head(job, status);
  body(job, text);
  end(job);
}

void WorkerLab::set_engine(EngineState state) {
  machine_.handle_engine(state);
  settle();
}

void WorkerLab::pass(base::Duration time) {
  const base::Instant until = now_.steady + time;
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

void WorkerLab::drain() {
  machine_.handle_drain();
  settle();
}

std::uint64_t WorkerLab::refusals(std::string_view reason) const {
  const auto& refusals = machine_.counters().refusals;
  const auto found = refusals.find(reason);
  return found == refusals.end() ? 0 : found->second;
}

void WorkerLab::note_undecoded(std::string_view wanted, base::BytesView bytes) {
  ADD_FAILURE() << "wanted " << wanted << ", got "
                << tl::constructor_name(tl::peek_id(bytes).value_or(0));
}

base::Bytes WorkerLab::pop(std::deque<base::Bytes>& queue, const char* what) {
  if (queue.empty()) {
    ADD_FAILURE() << "no " << what << " was said";
    return {};
  }
  base::Bytes front = std::move(queue.front());
  queue.pop_front();
  return front;
}

void WorkerLab::settle() {
  while (auto effect = machine_.poll_effect()) {
    if (auto* start = std::get_if<StartJob>(&*effect)) {
      jobs_.push_back(std::move(*start));
    } else if (const auto* cancel = std::get_if<CancelJob>(&*effect)) {
      cancelled_.push_back(cancel->job);
      paused_.erase(cancel->job);
    } else if (const auto* pause = std::get_if<PauseJob>(&*effect)) {
      EXPECT_TRUE(paused_.insert(pause->job).second);
    } else if (const auto* resume = std::get_if<ResumeJob>(&*effect)) {
      EXPECT_EQ(paused_.erase(resume->job), 1u);
    } else {
      hear(std::move(std::get<session::LinkEffect>(*effect)));
    }
  }
}

void WorkerLab::hear(session::LinkEffect effect) {
  if (auto* close = std::get_if<session::CloseLink>(&effect)) {
    Peer& peer = peers_.at(close->link);
    if (!peer.is_open) return;
    peer.is_open = false;
    peer.closed = close->reason;
    machine_.handle_closed(close->link);
  } else if (auto* query = std::get_if<session::SendQuery>(&effect)) {
    peers_.at(query->link).queries.push_back(std::move(query->object));
  } else if (auto* message = std::get_if<session::SendMessage>(&effect)) {
    Peer& peer = peers_.at(message->link);
    if (!peer.is_open) return;
    const auto id = tl::peek_id(message->object).value_or(0);
    auto& queue = id == tl::WorkerOffer::kId  ? peer.offers
                  : id == tl::WorkerLoad::kId ? peer.loads
                                              : peer.messages;
    queue.push_back(std::move(message->object));
  } else if (auto* error = std::get_if<session::SendError>(&effect)) {
    peers_.at(error->link).errors.push_back(std::move(*error));
  } else {
    ADD_FAILURE() << "a worker answers no query";
  }
}

}  // namespace cocoon::worker
