#include "worker/worker.h"

#include <algorithm>
#include <cmath>

#include "market/market.h"
#include "openai/edit.h"
#include "openai/form.h"
#include "payment/tariff.h"
#include "session/fault.h"
#include "session/greeting.h"
#include "tl/codec.h"
#include "worker/limits.h"
#include "worker/refusal.h"

namespace cocoon::worker {
namespace {

using base::Error;
using base::Result;
using session::LinkId;
using session::WireError;

base::Duration engine_time(double proxy_timeout) {
  const double most = std::chrono::duration<double>(kMaxTimeout).count();
  const double least = std::chrono::duration<double>(kMinTimeout).count();
  const double seconds = std::isfinite(proxy_timeout) ? proxy_timeout * kTimeoutShare : most;
  return std::chrono::duration_cast<base::Duration>(
      std::chrono::duration<double>(std::clamp(seconds, least, most)));
}

std::vector<openai::Header> headers_of(const tl::HttpRequest& request) {
  std::vector<openai::Header> headers;
  for (const auto& header : request.headers) {
    headers.push_back({std::string(header.name), std::string(header.value)});
  }
  return openai::headers_to_network(headers);
}

}  // namespace

Worker::Worker(Config config)
    : config_(std::move(config)),
      tariff_(payment::tariff_of(config_.network.root().params)),
      base_model_(market::model_base_name(config_.model)),
      links_(config_, said_),
      context_is_configured_(config_.terms.context_length > 0) {
  config_.terms.weights_hash = session::weights_hash_of(config_.model);
}

void Worker::handle_opened(base::Now now, LinkId link) { links_.handle_opened(now, link); }

void Worker::handle_standing(LinkId link, session::Standing standing, std::string_view why) {
  links_.handle_standing(link, standing, why);
}

std::optional<std::int32_t> Worker::version_of(LinkId link) const {
  const auto found = links_.all().find(link);
  if (found == links_.all().end() || found->second.state == ProxyLink::State::Greeting) {
    return std::nullopt;
  }
  return found->second.version;
}

// Nobody would hear the answers, so the engine stops.
void Worker::handle_closed(LinkId link) {
  std::vector<JobId> lost;
  for (const auto& [id, running] : jobs_) {
    if (running.job.terms().link == link) lost.push_back(id);
  }
  links_.handle_closed(link);
  for (const JobId id : lost) {
    effects_.emplace_back(CancelJob{id});
    ++counters_.failed;
    erase(jobs_.find(id));
  }
}

void Worker::handle_answer(base::Now now, LinkId link, base::BytesView object) {
  links_.handle_answer(now, link, object);
}

void Worker::handle_query_failed(LinkId link, std::string_view message) {
  links_.handle_query_failed(link, message);
}

void Worker::handle_query(LinkId link, std::int64_t query_id, base::BytesView) {
  // worker.changeModel is the only query that a proxy may ask.
  said_.push_back(session::SendError{link, query_id, code_of(WireError::Error),
                                     "this worker serves one model and does not change it"});
}

void Worker::handle_message(base::Now now, LinkId link, base::BytesView object) {
  const ProxyLink* proxy = links_.find(link);
  if (!proxy) return;
  if (links_.handle_payment(now, link, object) || handle_cancel(now, *proxy, object) ||
      handle_window(now, *proxy, object)) {
    return;
  }
  const auto order = decode_order(object);
  if (!order || !*order || proxy->state != ProxyLink::State::Ready) {
    ++counters_.refusals["unexpected_message"];
    return links_.close(link, "unexpected_message");
  }
  ++counters_.requests;
  counters_.request_bytes += (*order)->query.size();
  start(now, *proxy, **order);
}

bool Worker::handle_cancel(base::Now now, const ProxyLink& proxy, base::BytesView object) {
  if (proxy.version < session::kVersionWithCancel) return false;
  if (tl::peek_id(object) != tl::ProxyCancelQuery::kId) return false;
  const auto message = tl::decode_boxed<tl::ProxyCancelQuery>(object);
  if (!message) return false;
  const auto found = find_job(proxy.link, message->request_id);
  // The answer's end may have crossed the cancellation on its way.
  if (found == jobs_.end()) return true;
  ++counters_.cancelled;
  effects_.emplace_back(CancelJob{found->first});
  fail(now, found, code_of(WireError::Cancelled), "cancelled by the caller");
  return true;
}

bool Worker::handle_window(base::Now now, const ProxyLink& proxy, base::BytesView object) {
  if (proxy.version < session::kVersionWithWindows) return false;
  if (tl::peek_id(object) != tl::ProxyAnswerWindow::kId) return false;
  const auto message = tl::decode_boxed<tl::ProxyAnswerWindow>(object);
  if (!message) return false;
  const auto found = find_job(proxy.link, message->request_id);
  if (found == jobs_.end()) return true;  // as with a cancellation
  send_all(proxy.link, found->second.job.handle_window(now, message->bytes));
  steer(found);
  finish(found);
  return true;
}

Worker::JobMap::iterator Worker::find_job(LinkId link, const base::Bits256& request_id) {
  return std::ranges::find_if(jobs_, [&](const auto& entry) {
    const JobTerms& terms = entry.second.job.terms();
    return terms.link == link && terms.request_id == request_id;
  });
}

void Worker::handle_congestion(LinkId link, session::Congestion congestion) {
  if (ProxyLink* proxy = links_.find(link)) {
    proxy->congested = congestion == session::Congestion::Begun;
  }
  for (auto job = jobs_.begin(); job != jobs_.end(); ++job) {
    if (job->second.job.terms().link == link) steer(job);
  }
}

void Worker::steer(JobMap::iterator found) {
  RunningJob& running = found->second;
  const ProxyLink* proxy = links_.find(running.job.terms().link);
  const bool pause = running.job.is_held_up() || (proxy && proxy->congested);
  if (pause == running.paused) return;
  running.paused = pause;
  if (pause) {
    effects_.emplace_back(PauseJob{found->first});
  } else {
    effects_.emplace_back(ResumeJob{found->first});
  }
}

std::optional<Result<Worker::Order>> Worker::decode_order(base::BytesView object) {
  const auto fill = [](const auto& message) {
    return Order{.query = message.query,
                 .coefficient = message.coefficient,
                 .timeout = message.timeout,
                 .request_id = message.request_id};
  };
  switch (tl::peek_id(object).value_or(0)) {
    case tl::ProxyRunQuery::kId: {
      const auto message = tl::decode_boxed<tl::ProxyRunQuery>(object);
      if (!message) return message.error();
      return fill(*message);
    }
    case tl::ProxyRunQueryEx::kId: {
      const auto message = tl::decode_boxed<tl::ProxyRunQueryEx>(object);
      if (!message) return message.error();
      Order order = fill(*message);
      const bool debug = (message->flags & tl::ProxyRunQueryEx::kHasEnableDebug) != 0;
      if (debug && message->enable_debug) order.debug = JobTerms::Debug::On;
      return order;
    }
    default:
      return std::nullopt;
  }
}

void Worker::start(base::Now now, const ProxyLink& proxy, const Order& order) {
  const JobTerms terms{.link = proxy.link,
                       .version = proxy.version,
                       .request_id = order.request_id,
                       .coefficient = {static_cast<std::int32_t>(std::clamp<std::int64_t>(
                           order.coefficient, 0, payment::kMaxCoefficient))},
                       .tariff = tariff_,
                       .debug = order.debug,
                       .received_at = now.wall};
  auto job = prepare(proxy, order);
  if (!job) {
    ++counters_.rejected;
    ++counters_.refusals[std::string(job.error().reason())];
    const auto refusal = job.error().as<Refusal>();
    const bool busy = refusal == Refusal::TooManyRequests || refusal == Refusal::TooCheap;
    const bool down = refusal == Refusal::EngineDown || refusal == Refusal::SwitchedOff ||
                      refusal == Refusal::Draining || refusal == Refusal::ProxyLapsed;
    const WireError error = busy   ? WireError::Error
                            : down ? WireError::NotReady
                                   : WireError::ProtocolViolation;
    return send(proxy.link, Job(terms).fail(now, code_of(error), job.error().message()));
  }
  const JobId id{next_job_++};
  job->job = id;
  job->timeout = engine_time(order.timeout);
  const base::Instant deadline = now.steady + job->timeout;
  const auto started = jobs_.emplace(id, RunningJob{.job = Job(terms), .deadline = deadline}).first;
  links_.take_up(proxy.link);
  deadlines_.emplace(deadline, id);
  effects_.emplace_back(std::move(*job));
  steer(started);
}

Result<StartJob> Worker::prepare(const ProxyLink& proxy, const Order& order) const {
  if (proxy.standing != session::Standing::Good) {
    return Error(Refusal::ProxyLapsed, "the proxy has not proven itself");
  }
  if (draining_) return Error(Refusal::Draining, "this worker is shutting down");
  if (engine_ == EngineState::Down) return Error(Refusal::EngineDown, "the engine is down");
  if (switch_ == Switch::Off) return Error(Refusal::SwitchedOff, "this worker is switched off");
  if (jobs_.size() >= static_cast<std::size_t>(config_.max_active)) {
    return Error(Refusal::TooManyRequests, "too many active queries");
  }
  if (engine_queue_ >= config_.max_active) {
    return Error(Refusal::TooManyRequests, "too many active queries: the engine has a queue");
  }
  if (order.coefficient < config_.coefficient) {
    return Error(Refusal::TooCheap, "the price is below this worker's own");
  }
  const auto request = TRY(tl::decode_boxed<tl::HttpRequest>(order.query));
  if (request.method != "POST") return Error(Refusal::BadRequest, "only POST is served");
  StartJob job{};
  job.headers = headers_of(request);
  const auto facts = TRY(openai::inspect_call(request.url, job.headers, request.payload));
  if (facts.model != base_model_) {
    return Error(Refusal::WrongModel, "this worker does not serve the model of the request");
  }
  job.path = openai::endpoint_path(facts.endpoint);
  auto edited = openai::forwarded_body(request.payload, facts);
  job.body = edited ? std::move(*edited) : base::to_bytes(request.payload);
  return job;
}

void Worker::send(LinkId link, base::Bytes message) {
  counters_.answer_bytes += message.size();
  said_.push_back(session::SendMessage{link, std::move(message)});
}

void Worker::send_all(LinkId link, std::vector<base::Bytes> messages) {
  for (auto& message : messages) send(link, std::move(message));
}

void Worker::handle_engine_head(base::Now now, JobId id, std::uint32_t status,
                                std::span<const openai::Header> headers) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Job& job = found->second.job;
  send_all(job.terms().link, job.handle_head(now, status, headers));
}

void Worker::handle_engine_body(base::Now now, JobId id, base::BytesView bytes) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Job& job = found->second.job;
  send_all(job.terms().link, job.handle_body(now, bytes));
  steer(found);
}

void Worker::handle_engine_end(base::Now now, JobId id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Job& job = found->second.job;
  if (!job.has_head())
    return fail(now, found, code_of(WireError::NotReady), "the engine gave no answer");
  send_all(job.terms().link, job.handle_end(now));
  finish(found);
}

void Worker::finish(JobMap::iterator found) {
  const Job& job = found->second.job;
  if (!job.has_ended()) return;
  const payment::AdjustedTokens bill = job.bill();
  if (job.doubt()) ++counters_.doubtful_usage;
  counters_.billed.prompt.count += bill.prompt.count;
  counters_.billed.cached.count += bill.cached.count;
  counters_.billed.completion.count += bill.completion.count;
  counters_.billed.reasoning.count += bill.reasoning.count;
  counters_.billed.total.count += bill.total.count;
  ++counters_.answered;
  erase(found);
}

void Worker::handle_engine_failed(base::Now now, JobId id, std::string_view message) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  fail(now, found, code_of(WireError::NotReady), "the engine failed: " + std::string(message));
}

void Worker::handle_engine(EngineState state) {
  engine_ = state;
  if (!draining_) links_.handle_engine(serves() ? EngineState::Up : EngineState::Down);
}

void Worker::handle_switch(Switch to) {
  switch_ = to;
  handle_engine(engine_);
}

void Worker::handle_coefficient(std::int32_t coefficient) {
  if (coefficient == config_.coefficient) return;
  config_.coefficient = coefficient;
  links_.handle_coefficient();
}

void Worker::handle_context_length(std::int32_t tokens) {
  if (context_is_configured_ || tokens == config_.terms.context_length) return;
  config_.terms.context_length = tokens;
  links_.handle_terms();
}

void Worker::fail(base::Now now, JobMap::iterator job, std::int32_t error_code,
                  std::string_view error) {
  ++counters_.failed;
  send(job->second.job.terms().link, job->second.job.fail(now, error_code, error));
  erase(job);
}

void Worker::erase(JobMap::iterator job) {
  const LinkId link = job->second.job.terms().link;
  deadlines_.erase({job->second.deadline, job->first});
  jobs_.erase(job);
  links_.release(link);
}

void Worker::handle_time(base::Now now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady) {
    const JobId id = deadlines_.begin()->second;
    effects_.emplace_back(CancelJob{id});
    fail(now, jobs_.find(id), code_of(WireError::Timeout), "the engine did not finish in time");
  }
  links_.handle_time(now, {.running = static_cast<std::int32_t>(jobs_.size()),
                           .waiting = static_cast<std::int32_t>(engine_queue_)});
}

void Worker::handle_drain() {
  draining_ = true;
  links_.handle_engine(EngineState::Down);
}

std::optional<Effect> Worker::poll_effect() {
  if (!said_.empty()) {
    Effect effect = std::move(said_.front());
    said_.pop_front();
    return effect;
  }
  if (effects_.empty()) return std::nullopt;
  Effect effect = std::move(effects_.front());
  effects_.pop_front();
  return effect;
}

std::optional<base::Instant> Worker::poll_deadline() const {
  auto next = links_.poll_deadline();
  if (!deadlines_.empty()) {
    const base::Instant job = deadlines_.begin()->first;
    next = next ? std::min(*next, job) : job;
  }
  return next;
}

}  // namespace cocoon::worker
