#include "proxy/requests.h"

#include <algorithm>
#include <cmath>

#include "payment/wire_tokens.h"
#include "proxy/refusal.h"
#include "session/fault.h"
#include "session/greeting.h"
#include "session/limits.h"
#include "tl/codec.h"

namespace cocoon::proxy {
namespace {

using base::Error;
using base::Result;
using session::LinkId;
using session::WireError;

base::Duration clamp_timeout(double seconds) {
  if (!std::isfinite(seconds)) return kMaxTimeout;
  const double most = std::chrono::duration<double>(kMaxTimeout).count();
  const double least = std::chrono::duration<double>(kMinTimeout).count();
  return std::chrono::duration_cast<base::Duration>(
      std::chrono::duration<double>(std::clamp(seconds, least, most)));
}

struct WireRefusal {
  std::int32_t code;
  std::string text;
};

WireRefusal describe(const market::Refusal& refusal, const std::string& model) {
  switch (refusal.reason) {
    case market::RefusalReason::UnknownModel:
      return {code_of(WireError::ProtocolViolation), "unknown model " + model};
    case market::RefusalReason::NoneEnabled:
      return {code_of(WireError::NotReady), "no ready workers for this model"};
    case market::RefusalReason::TooExpensive:
      return {code_of(WireError::NotReady),
              "can run this query with coefficient=" +
                  std::to_string(refusal.lowest_coefficient.value_or(0))};
    case market::RefusalReason::AllBusy:
      return {code_of(WireError::NotReady), "no ready workers: all of them are busy"};
  }
  return {code_of(WireError::Failure), "no worker"};
}

// Draining passes by itself; what is malformed or used twice would be refused again.
WireError code_for(const Error& refusal) {
  if (refusal.is(Refusal::Draining)) return WireError::NotReady;
  const bool bad_input = refusal.is(Refusal::BadRequest) ||
                         refusal.is(payment::PaymentReason::TooManyTokens) ||
                         refusal.is(payment::PaymentReason::AlreadyReserved) ||
                         refusal.is(payment::PaymentReason::AlreadyCharged) ||
                         refusal.is(payment::PaymentReason::AlreadyRefunded);
  return bad_input ? WireError::ProtocolViolation : WireError::Error;
}

// A failure before the first answer part that says nothing about the request itself: another worker
// may do better.
bool worth_another_attempt(std::int32_t error_code) {
  return error_code != code_of(WireError::ProtocolViolation) &&
         error_code != code_of(WireError::Timeout);
}

}  // namespace

std::optional<Result<Requests::Order>> Requests::decode_order(base::BytesView object) {
  const auto fill = [](const auto& message) {
    return Order{.id = message.request_id,
                 .model = message.model_name,
                 .query = message.query,
                 .max_coefficient = message.max_coefficient,
                 .max_tokens = message.max_tokens,
                 .timeout = message.timeout,
                 .min_config_version = message.min_config_version};
  };
  switch (tl::peek_id(object).value_or(0)) {
    case tl::ClientRunQuery::kId: {
      const auto message = tl::decode_boxed<tl::ClientRunQuery>(object);
      if (!message) return message.error();
      return fill(*message);
    }
    case tl::ClientRunQueryEx::kId: {
      const auto message = tl::decode_boxed<tl::ClientRunQueryEx>(object);
      if (!message) return message.error();
      Order order = fill(*message);
      const bool debug = (message->flags & tl::ClientRunQueryEx::kHasEnableDebug) != 0;
      if (debug && message->enable_debug) order.debug = Debug::On;
      return order;
    }
    default:
      return std::nullopt;
  }
}

Requests::Handled Requests::handle_client_message(base::Now now, LinkId link,
                                                  base::BytesView object) {
  ClientSession* client = clients_.find(link);
  if (client && (handle_cancel(now, *client, object) == Handled::Yes ||
                 handle_window(*client, object) == Handled::Yes)) {
    return Handled::Yes;
  }
  const auto order = decode_order(object);
  if (!client || !order) return Handled::No;
  if (client->state != ClientSession::State::Ready || !*order) {
    core_.disconnect(link, *order ? "unauthorised_request" : "bad_request_message");
    return Handled::Yes;
  }
  ++core_.counters.requests;
  core_.counters.request_bytes += (*order)->query.size();
  const auto admitted = admit(now, *client, **order);
  if (!admitted) {
    ++core_.counters.rejected;
    core_.count_refusal(admitted.error().reason());
    Running refused{};
    refused.client_link = link;
    refused.key.id = (*order)->id;
    refused.client_version = client->version;
    say_failure(refused, code_of(code_for(admitted.error())), admitted.error().message());
  }
  return Handled::Yes;
}

Result<void> Requests::admit(base::Now now, ClientSession& client, const Order& order) {
  if (core_.service != Service::Serving) {
    return Error(Refusal::Draining, "this proxy takes no new requests now; use another one");
  }
  if (running_.size() >= kMaxRunning || client.running >= kMaxRunningPerClient) {
    return Error(Refusal::TooManyRequests, "too many requests are running; wait for some to end");
  }
  if (order.min_config_version < 0 ||
      static_cast<std::uint32_t>(order.min_config_version) > core_.config.network.version()) {
    return Error(Refusal::ConfigTooOld, "active config version is too low");
  }
  if (order.model.empty() || order.model.size() > kMaxModelName) {
    return Error(Refusal::BadRequest, "a model name of 1 to 512 bytes is needed");
  }
  if (core_.settlement) {
    const payment::chain::Channel* channel = core_.settlement->channel(client.owner);
    if (channel && channel->state != payment::chain::ContractState::Normal) {
      return Error(Refusal::ChannelClosing, "your channel is closing: it takes no new requests");
    }
  }
  // "Any price" must not hold more than the dearest worker of today can cost. Without any, nothing
  // is held and dispatch() says why.
  const auto dearest = core_.market.highest_coefficient(order.model).value_or(0);
  const auto ceiling =
      static_cast<std::int32_t>(std::min<std::int64_t>(order.max_coefficient, dearest));
  const payment::RequestKey key = TRY(reserve(client, order, ceiling));

  Running running{};
  running.client_link = client.link;
  running.key = key;
  running.model = order.model;
  running.max_coefficient = ceiling;
  running.client_version = client.version;
  if (client.version >= session::kVersionWithWindows) running.client_takes = session::kAnswerWindow;
  running.debug = order.debug;
  running.deadline = now.steady + clamp_timeout(order.timeout);
  running.admitted_at = now.wall;
  running.query = base::to_bytes(order.query);
  running.beginnings = beginnings(client, order);
  ++client.running;
  place(now, std::move(running));
  return {};
}

// Only where there is a choice. What can't be read here is the worker's to refuse.
std::vector<std::uint64_t> Requests::beginnings(const ClientSession& client,
                                                const Order& order) const {
  if (core_.market.size() < 2) return {};
  const auto request = tl::decode_boxed<tl::HttpRequest>(order.query);
  if (!request) return {};
  return affinity_.beginnings(client.account, request->payload);
}

void Requests::place(base::Now now, Running running) {
  // Nobody passes those who wait already.
  if (room_.anyone_for(running.model)) {
    const std::string model = running.model;
    wait(now, std::move(running));
    return serve_waiting(now, model);
  }
  const auto refusal = dispatch(now, running);
  if (!refusal) return;
  if (refusal->reason == market::RefusalReason::AllBusy) return wait(now, std::move(running));
  end_unserved(now, running, *refusal);
}

void Requests::wait(base::Now now, Running running) {
  const auto ticket = room_.enter({.client = running.client_link,
                                   .id = running.key.id,
                                   .flow = static_cast<market::FlowId>(running.key.client.index),
                                   .model = running.model,
                                   .bytes = running.query.size(),
                                   .until = std::min(running.deadline, now.steady + kMaxWait)});
  if (ticket) {
    waiting_.emplace(*ticket, std::move(running));
    return;
  }
  end_unserved(now, running, ticket.error().reason(), code_of(WireError::Error),
               "too many requests are running: " + ticket.error().message());
}

void Requests::serve_waiting(base::Now now, std::string_view model) {
  if (core_.service == Service::DiskFailed) return;
  room_.serve(model, [&](market::Ticket ticket) {
    Running& running = waiting_.at(ticket);
    const auto refusal = dispatch(now, running);
    if (!refusal) {
      waiting_.erase(ticket);
      return market::Called::Placed;
    }
    // With another worker free at a higher price those behind may be served.
    const bool all_full = refusal->reason == market::RefusalReason::AllBusy &&
                          !refusal->lowest_coefficient.has_value();
    return all_full ? market::Called::Stop : market::Called::Kept;
  });
}

Requests::Running Requests::take_waiting(market::Ticket ticket) {
  room_.leave(ticket);
  const auto found = waiting_.find(ticket);
  Running running = std::move(found->second);
  waiting_.erase(found);
  return running;
}

void Requests::forget_waiting(base::Now now, market::Ticket ticket) {
  const Running running = take_waiting(ticket);
  ++core_.counters.cancelled;
  end_unserved(now, running, "cancelled", code_of(WireError::Cancelled),
               "the request was cancelled");
}

Result<payment::RequestKey> Requests::reserve(const ClientSession& client, const Order& order,
                                              std::int32_t ceiling) {
  if (order.max_tokens < 0 || order.max_tokens > kMaxRequestTokens) {
    return Error(Refusal::BadRequest, "max_tokens must be from 0 to 10000000");
  }
  if (order.max_coefficient < 0 || order.max_coefficient > kMaxCoefficient) {
    return Error(Refusal::BadRequest, "max_coefficient must be from 0 to 999999999");
  }
  const auto worst_case =
      TRY(payment::worst_case({.prompt = std::nullopt,
                               .request_bytes = static_cast<std::int64_t>(order.query.size()),
                               .max_completion = {order.max_tokens},
                               .coefficient = {ceiling}},
                              core_.tariff));
  const payment::RequestKey key{.client = client.account, .id = order.id};
  const auto reserved = core_.ledger.reserve(key, worst_case, core_.tariff);
  if (reserved) return key;
  if (reserved.error().is(payment::PaymentReason::InsufficientFunds)) {
    return Error(payment::PaymentReason::InsufficientFunds,
                 "client balance is too low: " + reserved.error().message());
  }
  return reserved.error();
}

std::optional<market::Refusal> Requests::dispatch(base::Now now, Running& running) {
  const auto choice = core_.market.choose(now.steady,
                                          {.model = running.model,
                                           .max_coefficient = running.max_coefficient,
                                           .excluded = running.tried,
                                           .preferred = affinity_.find(running.beginnings)},
                                          core_.random);
  if (const auto* refusal = std::get_if<market::Refusal>(&choice)) return *refusal;
  const auto offer = std::get<market::WorkerId>(choice);
  const WorkerSession* worker = workers_.find(offer);
  CHECK(worker);
  CHECK(core_.market.started(offer));
  affinity_.remember(running.beginnings, offer);

  running.worker = offer;
  running.worker_link = worker->link;
  running.started = now.steady;
  running.window = {};
  running.tried.push_back(offer);
  const base::Bits256 worker_request_id = core_.random.bits256();
  send_to_worker(now, worker_request_id, running, *worker);
  const bool keep = running.tried.size() < kMaxAttempts &&
                    kept_bytes_ + running.query.size() <= kMaxKeptRequestBytes;
  if (!keep) running.query = {};
  kept_bytes_ += running.query.size();
  deadlines_.emplace(running.deadline, worker_request_id);
  by_client_.insert_or_assign({running.key.client, running.key.id}, worker_request_id);
  running_.emplace(worker_request_id, std::move(running));
  return std::nullopt;
}

void Requests::send_to_worker(base::Now now, const base::Bits256& worker_request_id,
                              const Running& running, const WorkerSession& worker) {
  const auto left = std::max(running.deadline - now.steady, kMinTimeout);
  const double timeout = std::chrono::duration<double>(left).count() * kTimeoutShare;
  const auto fill = [&](auto message) {
    message.query = running.query;
    message.signed_payment = worker.payment.last();
    message.coefficient = worker.coefficient;
    message.timeout = timeout;
    message.request_id = worker_request_id;
    return message;
  };
  if (worker.version == 0) {
    core_.outbox.say(
        session::SendMessage{worker.link, tl::encode_boxed(fill(tl::ProxyRunQuery{}))});
    return;
  }
  tl::ProxyRunQueryEx message = fill(tl::ProxyRunQueryEx{});
  message.flags = tl::ProxyRunQueryEx::kHasEnableDebug;
  message.enable_debug = running.debug == Debug::On;
  core_.outbox.say(session::SendMessage{worker.link, tl::encode_boxed(message)});
}

Requests::Handled Requests::handle_worker_message(base::Now now, LinkId link,
                                                  base::BytesView object) {
  const auto answer = decode_worker_answer(object);
  if (!answer) return Handled::No;
  if (!*answer) {
    core_.disconnect(link, "bad_answer_message");
    return Handled::Yes;
  }
  const auto request = running_.find((*answer)->request_id);
  // Only the worker that a request was given to may answer it.
  if (request == running_.end() || request->second.worker_link != link) {
    ++core_.counters.late_answers;
    return Handled::Yes;
  }
  pass_on(now, request, **answer);
  return Handled::Yes;
}

void Requests::pass_on(base::Now now, RunningMap::iterator request, Answer answer) {
  Running& running = request->second;
  if (answer.kind == AnswerKind::Failure) {
    const bool charged =
        running.answering && answer.end && answer.end->tokens.total_tokens_used > 0;
    if (charged) return finish(now, request, answer);
    return fail(now, request, answer.error_code, answer.error, market::Outcome::Failed);
  }
  const bool is_head = answer.kind == AnswerKind::Head;
  if (is_head == running.answering) {
    const LinkId worker = running.worker_link;
    fail(now, request, code_of(WireError::Failure), "the worker broke the order of answer parts",
         market::Outcome::Failed);
    return core_.disconnect(worker, "answer_order");
  }
  if (!is_head && !running.window.take(answer.body.size()) && keeps_windows(running)) {
    const LinkId worker = running.worker_link;
    fail(now, request, code_of(WireError::Failure), "the worker sent more than was asked for",
         market::Outcome::Failed);
    return core_.disconnect(worker, "window_exceeded");
  }
  core_.counters.answer_bytes += answer.body.size();
  running.answering = true;
  kept_bytes_ -= running.query.size();
  running.query = {};
  if (answer.end) return finish(now, request, answer);
  answer.request_id = running.key.id;
  core_.outbox.say(session::SendMessage{
      running.client_link,
      encode_client_answer(answer, {}, running.debug, running.client_version)});
  widen(request->first, running);
}

bool Requests::keeps_windows(const Running& running) const {
  const WorkerSession* worker = workers_.find(running.worker_link);
  return worker && worker->version >= session::kVersionWithWindows;
}

void Requests::widen(const base::Bits256& worker_request_id, Running& running) {
  if (!running.window.is_narrow() || !keeps_windows(running)) return;
  const ClientSession* client = clients_.find(running.client_link);
  if (!client || client->congested) return;
  const auto end = running.window.widen(running.client_takes);
  if (!end) return;
  core_.outbox.say(session::SendMessage{
      running.worker_link,
      tl::encode_boxed(tl::ProxyAnswerWindow{.request_id = worker_request_id, .bytes = *end})});
}

Requests::Handled Requests::handle_window(const ClientSession& client, base::BytesView object) {
  if (client.version < session::kVersionWithWindows) return Handled::No;
  if (tl::peek_id(object) != tl::ClientAnswerWindow::kId) return Handled::No;
  const auto message = tl::decode_boxed<tl::ClientAnswerWindow>(object);
  if (!message || client.state != ClientSession::State::Ready) return Handled::No;
  // The answer's end may have crossed it on its way.
  const auto found = find_own(client, message->request_id);
  if (found == running_.end()) return Handled::Yes;
  found->second.client_takes = std::max(found->second.client_takes, message->bytes);
  widen(found->first, found->second);
  return Handled::Yes;
}

Requests::RunningMap::iterator Requests::find_own(const ClientSession& client,
                                                  const base::Bits256& id) {
  const auto found = by_client_.find({client.account, id});
  if (found == by_client_.end()) return running_.end();
  const auto request = running_.find(found->second);
  return request->second.client_link == client.link ? request : running_.end();
}

template <class Deed>
void Requests::for_each_own(const ClientSession& client, const Deed& deed) {
  const auto first = by_client_.lower_bound({client.account, base::Bits256{}});
  for (auto it = first; it != by_client_.end() && it->first.first == client.account; ++it) {
    const auto request = running_.find(it->second);
    if (request->second.client_link == client.link) deed(request->first, request->second);
  }
}

void Requests::handle_client_caught_up(LinkId link) {
  const ClientSession* client = clients_.find(link);
  if (!client) return;
  for_each_own(*client, [&](const auto& id, Running& running) { widen(id, running); });
}

// The last part: the ledger entry first, everything that reports the charge after it is durable.
void Requests::finish(base::Now now, RunningMap::iterator request, const Answer& answer) {
  const LinkId worker_link = request->second.worker_link;
  WorkerSession* worker = workers_.find(worker_link);
  CHECK(worker);
  const auto charge = core_.ledger.commit(now, request->second.key, worker->account,
                                          payment::from_wire(answer.end->tokens));
  if (!charge) {
    const std::string reason(charge.error().reason());
    fail(now, request, code_of(WireError::Failure), "the worker's usage report is invalid",
         market::Outcome::Failed);
    return core_.disconnect(worker_link, reason);
  }
  const bool failed = answer.kind == AnswerKind::Failure;
  // Who reports more than a request can use is as good as one who fails, and is asked less.
  const bool overstated = charge->excess.count > 0;
  if (overstated) ++worker->overstated;
  const Running running = take(
      now, request, failed || overstated ? market::Outcome::Failed : market::Outcome::Succeeded);
  ++(failed ? core_.counters.failed : core_.counters.answered);
  if (overstated) core_.count_refusal("usage_capped");

  Answer last = answer;
  last.request_id = running.key.id;
  last.end->tokens = payment::to_wire(charge->tokens);
  const ClientEnd end{.proxy_debug = "{}",
                      .proxy_start_time = base::to_unix_seconds(running.admitted_at),
                      .proxy_end_time = base::to_unix_seconds(now.wall)};
  core_.outbox.say_after(
      charge->sequence,
      session::SendMessage{running.client_link,
                           encode_client_answer(last, end, running.debug, running.client_version)});
  if (ClientSession* client = clients_.find(running.client_link)) {
    clients_.say_payment(*client, running.key.id, charge->tokens.total, charge->sequence);
  }
  workers_.say_payment(*worker, answer.request_id, charge->tokens.total, charge->sequence);
}

void Requests::fail(base::Now now, RunningMap::iterator request, std::int32_t error_code,
                    std::string_view text, market::Outcome outcome) {
  const std::string error(text);  // may point into the request
  if (WorkerSession* worker = workers_.find(request->second.worker_link)) {
    workers_.say_payment(*worker, request->first, {0}, core_.ledger.sequence());
  }
  const bool timed_out = error_code == code_of(WireError::Timeout);
  Running running = take(now, request, outcome);
  if (!running.answering && !running.cancelled && !running.query.empty() && !timed_out &&
      worth_another_attempt(error_code) && core_.service != Service::DiskFailed) {
    const LinkId client_link = running.client_link;
    if (!dispatch(now, running)) {
      ++core_.counters.retried;
      if (ClientSession* client = clients_.find(client_link)) ++client->running;
      return;
    }
  }
  ++core_.counters.failed;
  SUSPECT(core_.ledger.refund(now, running.key).ok());
  say_failure(running, error_code, error);
  if (ClientSession* client = clients_.find(running.client_link)) {
    clients_.say_payment(*client, running.key.id, {0}, core_.ledger.sequence());
  }
}

bool Requests::runs_on(session::LinkId worker) const {
  return std::ranges::any_of(running_,
                             [&](const auto& entry) { return entry.second.worker_link == worker; });
}

Requests::Running Requests::take(base::Now now, RunningMap::iterator request,
                                 market::Outcome outcome) {
  Running running = std::move(request->second);
  // A cancelled request says nothing about its worker.
  if (running.cancelled) outcome = market::Outcome::Cancelled;
  core_.market.finished(now.steady, running.worker, outcome, now.steady - running.started);
  kept_bytes_ -= running.query.size();
  deadlines_.erase({running.deadline, request->first});
  by_client_.erase({running.key.client, running.key.id});
  running_.erase(request);
  if (ClientSession* client = clients_.find(running.client_link)) --client->running;
  return running;
}

void Requests::end_unserved(base::Now now, const Running& running, const market::Refusal& refusal) {
  const WireRefusal said = describe(refusal, running.model);
  end_unserved(now, running, market::reason_name(refusal.reason), said.code, said.text);
}

void Requests::end_unserved(base::Now now, const Running& running, std::string_view reason,
                            std::int32_t error_code, std::string_view text) {
  SUSPECT(core_.ledger.refund(now, running.key).ok());
  if (ClientSession* client = clients_.find(running.client_link)) --client->running;
  ++core_.counters.rejected;
  core_.count_refusal(reason);
  say_failure(running, error_code, text);
}

// Existing clients read the final object of every error, so it is always there.
void Requests::say_failure(const Running& running, std::int32_t error_code, std::string_view text) {
  Answer answer{.kind = AnswerKind::Failure, .request_id = running.key.id};
  answer.error_code = error_code;
  answer.error = text;
  answer.end = AnswerEnd{.tokens = {}, .worker_debug = {}};
  core_.outbox.say(session::SendMessage{
      running.client_link,
      encode_client_answer(answer, {}, running.debug, running.client_version)});
}

Requests::Handled Requests::handle_cancel(base::Now now, const ClientSession& client,
                                          base::BytesView object) {
  if (client.version < session::kVersionWithCancel) return Handled::No;
  if (tl::peek_id(object) != tl::ClientCancelQuery::kId) return Handled::No;
  const auto message = tl::decode_boxed<tl::ClientCancelQuery>(object);
  if (!message || client.state != ClientSession::State::Ready) return Handled::No;
  // The answer's end may have crossed the cancellation on its way.
  const auto found = find_own(client, message->request_id);
  if (found != running_.end()) cancel(found->first, found->second);
  if (const auto ticket = room_.find(client.link, message->request_id)) {
    forget_waiting(now, *ticket);
  }
  return Handled::Yes;
}

void Requests::handle_client_lost(base::Now now, LinkId link) {
  for (const market::Ticket ticket : room_.of(link)) forget_waiting(now, ticket);
  const ClientSession* client = clients_.find(link);
  if (!client) return;
  for_each_own(*client, [&](const auto& id, Running& running) { cancel(id, running); });
}

Requests::Handled Requests::handle_client_query(base::Now now, LinkId link, std::int64_t query_id,
                                                base::BytesView object) {
  const ClientSession* client = clients_.find(link);
  if (!client || client->version < session::kVersionWithEnds) return Handled::No;
  if (client->state != ClientSession::State::Ready) return Handled::No;
  if (tl::peek_id(object) != tl::ClientEndRequests::kId) return Handled::No;
  const auto query = tl::decode_boxed<tl::ClientEndRequests>(object);
  if (!query || query->request_ids.size() > session::kMaxEndsAsked) {
    core_.refuse(link, query_id, code_of(WireError::ProtocolViolation), "bad_query",
                 "up to 64 requests can be ended at once");
    return Handled::Yes;
  }
  tl::ClientRequestEnds reply{};
  for (const auto& id : query->request_ids) reply.ends.push_back(end(now, client->account, id));
  core_.outbox.say_after(core_.ledger.sequence(),
                         session::SendAnswer{link, query_id, tl::encode_boxed(reply)});
  return Handled::Yes;
}

tl::ClientRequestEnd Requests::end(base::Now now, payment::AccountId client,
                                   const base::Bits256& id) {
  const auto tokens = core_.ledger.end(now, {.client = client, .id = id});
  if (tokens) {
    const auto state =
        tokens->total.count > 0 ? session::RequestEnd::Charged : session::RequestEnd::Free;
    return {.state = static_cast<std::int32_t>(state), .tokens_used = payment::to_wire(*tokens)};
  }
  // Its session may be lost without our having noticed.
  const auto found = by_client_.find({client, id});
  if (found != by_client_.end()) cancel(found->second, running_.at(found->second));
  return {.state = static_cast<std::int32_t>(session::RequestEnd::Running), .tokens_used = {}};
}

void Requests::cancel(const base::Bits256& worker_request_id, Running& running) {
  if (running.cancelled) return;
  running.cancelled = true;
  ++core_.counters.cancelled;
  const WorkerSession* worker = workers_.find(running.worker_link);
  if (!worker || worker->version < session::kVersionWithCancel) return;
  core_.outbox.say(session::SendMessage{
      running.worker_link,
      tl::encode_boxed(tl::ProxyCancelQuery{.request_id = worker_request_id})});
}

void Requests::handle_worker_lost(base::Now now, LinkId link) {
  std::vector<base::Bits256> lost;
  for (const auto& [id, running] : running_) {
    if (running.worker_link == link) lost.push_back(id);
  }
  for (const auto& id : lost) {
    const auto request = running_.find(id);
    fail(now, request, code_of(WireError::Cancelled),
         request->second.answering ? "the worker was lost in the middle of its answer"
                                   : "the worker was lost before it answered",
         market::Outcome::Failed);
  }
}

void Requests::handle_time(base::Now now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady) {
    fail(now, running_.find(deadlines_.begin()->second), code_of(WireError::Timeout),
         "the request timed out", market::Outcome::Failed);
  }
  for (const market::Ticket ticket : room_.out_of_patience(now.steady)) {
    const Running running = take_waiting(ticket);
    if (running.deadline <= now.steady) {
      end_unserved(now, running, "timed_out", code_of(WireError::Timeout), "the request timed out");
    } else {
      end_unserved(now, running,
                   {.reason = market::RefusalReason::AllBusy, .lowest_coefficient = {}});
    }
  }
}

std::optional<base::Instant> Requests::poll_deadline() const {
  auto next = room_.poll_deadline();
  if (!deadlines_.empty()) {
    next = std::min(next.value_or(deadlines_.begin()->first), deadlines_.begin()->first);
  }
  return next;
}

}  // namespace cocoon::proxy
