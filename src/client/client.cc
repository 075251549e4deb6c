#include "client/client.h"

#include <algorithm>

#include "base/encoding.h"
#include "client/limits.h"
#include "openai/ascii.h"
#include "openai/edit.h"
#include "openai/form.h"
#include "openai/nearest.h"
#include "payment/tariff.h"
#include "session/fault.h"
#include "session/greeting.h"
#include "tl/codec.h"

namespace cocoon::client {
namespace {

using openai::ApiError;
using openai::ApiErrorCode;
using session::LinkId;
using session::WireError;

constexpr std::string_view kRequestIdHeader = "x-cocoon-request-id";

const openai::Header* find_header(const std::vector<openai::Header>& headers,
                                  std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const openai::Header& header) { return openai::same_name(header.name, name); });
  return found == headers.end() ? nullptr : &*found;
}

// At the lowest coefficient on offer.
std::optional<openai::ModelPrices> prices_of(const openai::ModelListing& listing,
                                             const payment::Tariff& tariff) {
  if (listing.workers.empty()) return std::nullopt;
  const auto cheapest =
      std::ranges::min(listing.workers, {}, &openai::ModelWorker::coefficient).coefficient;
  return listed_prices(cheapest, tariff);
}

// Whether an error before the first part of an answer is the proxy's or its workers', and not the
// request's.
bool another_may_do_better(ApiErrorCode code) {
  switch (code) {
    case ApiErrorCode::UpstreamError:
    case ApiErrorCode::NoWorker:
    case ApiErrorCode::NotReady:
    case ApiErrorCode::RateLimited:
    case ApiErrorCode::InsufficientFunds:
    case ApiErrorCode::ModelNotFound:
    case ApiErrorCode::TooExpensive:
      return true;
    case ApiErrorCode::InvalidJson:
    case ApiErrorCode::InvalidRequest:
    case ApiErrorCode::MissingModel:
    case ApiErrorCode::InvalidApiKey:
    case ApiErrorCode::BudgetExhausted:
    case ApiErrorCode::OriginNotAllowed:
    case ApiErrorCode::UnknownUrl:
    case ApiErrorCode::MethodNotAllowed:
    case ApiErrorCode::RequestTimeout:
    case ApiErrorCode::PayloadTooLarge:
    case ApiErrorCode::Internal:
    case ApiErrorCode::UpstreamTimeout:
      return false;
  }
  return false;
}

ApiError not_ready(std::string message) {
  return {.code = ApiErrorCode::NotReady,
          .message = std::move(message),
          .param = {},
          .retry_after = std::chrono::seconds(1)};
}

ApiError no_proxy(int least_tier) {
  if (least_tier == 0) return not_ready("no proxy is connected yet; try again in a moment");
  return not_ready("no connected proxy has proved tier T" + std::to_string(least_tier) +
                   " or better; try again in a moment, or lower least_tier");
}

}  // namespace

Client::Client(Config config, base::Random& random)
    : config_(std::move(config)), random_(random), links_(config_, said_) {}

void Client::handle_opened(LinkId link, int tier_level, std::string tier) {
  links_.handle_opened(link, tier_level, std::move(tier));
}

void Client::handle_standing(LinkId link, session::Standing standing, std::string_view why) {
  links_.handle_standing(link, standing, why);
}

void Client::handle_tier(LinkId link, int tier_level, std::string tier) {
  ProxyLink* proxy = links_.find(link);
  if (!proxy) return;
  proxy->tier_level = tier_level;
  proxy->tier = std::move(tier);
}

std::optional<std::int32_t> Client::version_of(LinkId link) const {
  const auto found = links_.all().find(link);
  if (found == links_.all().end() || found->second.state == ProxyLink::State::Greeting) {
    return std::nullopt;
  }
  return found->second.version;
}

void Client::handle_closed(base::Now now, LinkId link) {
  std::optional<ton::Address> asked_later;
  if (const ProxyLink* proxy = links_.find(link)) {
    if (proxy->version >= session::kVersionWithEnds) asked_later = proxy->proxy_address;
  }
  links_.handle_closed(link);
  std::vector<base::Bits256> lost;
  for (const auto& [id, running] : running_) {
    if (running.link == link) lost.push_back(id);
  }
  for (const auto& id : lost) {
    const auto found = running_.find(id);
    if (asked_later) {
      lose(now, found, *asked_later);
    } else {
      give_up_lost(now, found);
    }
  }
}

void Client::handle_answer(base::Now now, LinkId link, session::QueryTag tag,
                           base::BytesView object) {
  ProxyLink* proxy = links_.find(link);
  if (proxy && ProxyLinks::is_about_ends(tag)) {
    handle_ends(now, *proxy, object);
  } else {
    links_.handle_answer(now, link, tag, object);
  }
  if (proxy) ask_about_lost(now, *proxy);
  place_homeless(now);
}

void Client::handle_query_failed(base::Now now, LinkId link, session::QueryTag tag,
                                 std::string_view message) {
  ProxyLink* proxy = links_.find(link);
  if (!proxy || !ProxyLinks::is_about_ends(tag)) {
    return links_.handle_query_failed(now, link, tag, message);
  }
  proxy->ends_asked.clear();
  proxy->next_ends = now.steady + kEndsPeriod;
}

void Client::handle_message(base::Now now, LinkId link, base::BytesView object) {
  if (links_.handle_payment(now, link, object) || links_.handle_drain_notice(link, object)) return;
  const auto answer = decode_network_answer(object);
  if (!answer || !*answer) {
    ++counters_.refusals["unexpected_message"];
    return links_.close(link, "unexpected_message");
  }
  handle_network_answer(now, link, **answer);
}

// ---- a caller's request into the network ----

base::Result<std::optional<base::Bits256>> Client::wanted_request_id(const Call& call) const {
  const openai::Header* header = find_header(call.headers, kRequestIdHeader);
  if (!header) return std::optional<base::Bits256>();
  const auto id = base::bits256_from_hex(header->value);
  if (!id) {
    return base::Error(openai::RequestFault::BadType,
                       "X-Cocoon-Request-Id must be 64 hexadecimal digits");
  }
  return std::optional(*id);
}

void Client::handle_call(base::Now now, CallId id, Call call) {
  ++counters_.calls;
  const auto caller = callers_.identify(call.headers);
  if (const auto* error = std::get_if<ApiError>(&caller)) return refuse(id, *error);
  if (draining_) return refuse(id, not_ready("this client is shutting down"));
  if (running_.size() >= kMaxRunning) {
    return refuse(id, {.code = ApiErrorCode::RateLimited,
                       .message = "too many requests are running",
                       .param = {},
                       .retry_after = std::chrono::seconds(1)});
  }
  const auto options = openai::options_from_headers(call.headers);
  if (!options) return refuse(id, openai::request_error(options.error()));
  const auto facts = openai::inspect_call(call.target, call.headers, call.body, *options);
  if (!facts) return refuse(id, openai::request_error(facts.error()));
  const auto wanted = wanted_request_id(call);
  if (!wanted) return refuse(id, openai::request_error(wanted.error()));

  Running running{};
  running.call = id;
  running.request_id = *wanted ? **wanted : random_.bits256();
  running.id_is_callers = wanted->has_value();
  running.deadline = now.steady + std::min(facts->options.timeout, base::Duration(kMaxTimeout));
  running.model = facts->model;
  const auto same = running_.find(running.request_id);
  if (same != running_.end() && same->second.is_memory) {
    return refuse(id,
                  not_ready("how the request with this X-Cocoon-Request-Id ended is not known yet; "
                            "try again in a moment"));
  }
  if (same != running_.end()) {
    return refuse(id, {.code = ApiErrorCode::InvalidRequest,
                       .message = "a request with this X-Cocoon-Request-Id is running",
                       .param = {},
                       .retry_after = {}});
  }
  running.order = order_of(call, *facts);
  ProxyLink* proxy = links_.choose(wanted_of(running));
  if (!proxy) return refuse(id, no_proxy(facts->options.least_tier));
  if (const auto& key = std::get<std::optional<KeyHash>>(caller)) {
    const auto worst =
        callers_.has_budget(*key) ? worst_case(running.order, running.model) : base::Nanoton{};
    const auto admitted = callers_.admit(now.steady, *key, worst);
    if (const auto* error = std::get_if<ApiError>(&admitted)) return refuse(id, *error);
    running.admission = std::get<Admission>(admitted);
  }
  start(now, std::move(running), *proxy);
}

void Client::start(base::Now now, Running running, ProxyLink& proxy) {
  Order& order = running.order;
  order.first_max_coefficient = order.max_coefficient;
  if (order.prefer == openai::Preference::Price) {
    const auto cheapest = ProxyLinks::cheapest_free(proxy, running.model);
    order.first_max_coefficient = static_cast<std::int32_t>(
        std::min<std::int64_t>(order.max_coefficient, cheapest.value_or(order.max_coefficient)));
  }
  kept_bytes_ += order.query.size();
  send(now, running, proxy);
  if (kept_bytes_ > kMaxKeptRequestBytes) let_go_of_query(running);
  deadlines_.emplace(running.deadline, running.request_id);
  by_call_.emplace(running.call, running.request_id);
  running_.emplace(running.request_id, std::move(running));
}

Wanted Client::wanted_of(const Running& running) {
  return {.model = running.model,
          .prefer = running.order.prefer,
          .least_tier = running.order.least_tier};
}

base::Result<base::TokenCount> Client::most_tokens(const Order& order,
                                                   std::int32_t coefficient) const {
  return payment::worst_case({.prompt = std::nullopt,
                              .request_bytes = static_cast<std::int64_t>(order.query.size()),
                              .max_completion = {order.max_tokens},
                              .coefficient = {coefficient}},
                             payment::tariff_of(config_.network.root().params));
}

base::Nanoton Client::worst_case(Order& order, std::string_view model) const {
  const auto dearest = links_.dearest(model);
  if (dearest) {
    order.max_coefficient =
        static_cast<std::int32_t>(std::min<std::int64_t>(order.max_coefficient, *dearest));
  }
  const auto tariff = payment::tariff_of(config_.network.root().params);
  const auto tokens = most_tokens(order, order.max_coefficient);
  const auto amount = tokens ? payment::cost(*tokens, tariff) : tokens.error();
  return amount ? *amount : base::Nanoton(INT64_MAX);
}

Client::Order Client::order_of(const Call& call, const openai::RequestFacts& facts) {
  const auto edited = openai::forwarded_body(call.body, facts);
  const base::BytesView body = edited ? *edited : call.body;
  const std::string length = std::to_string(body.size());
  const auto headers = openai::headers_to_network(call.headers);
  tl::HttpRequest request{};
  request.method = "POST";
  request.url = openai::endpoint_path(facts.endpoint);
  request.http_version = "HTTP/1.1";
  for (const auto& header : headers) request.headers.push_back({header.name, header.value});
  request.headers.push_back({"Content-Length", length});
  request.payload = body;
  return {.query = tl::encode_boxed(request),
          .max_coefficient = static_cast<std::int32_t>(facts.options.max_coefficient),
          .first_max_coefficient = static_cast<std::int32_t>(facts.options.max_coefficient),
          .max_tokens = static_cast<std::int32_t>(facts.output_limit.count),
          .enable_debug = facts.options.enable_debug,
          .prefer = facts.options.prefer,
          .least_tier = facts.options.least_tier};
}

void Client::send(base::Now now, Running& running, ProxyLink& proxy) {
  running.link = proxy.link;
  const bool first = running.tried.empty();
  running.tried.push_back(proxy.link);
  running.sent_at = now.steady;
  running.window = {};
  ++proxy.running;
  counters_.sent_bytes += running.order.query.size();
  const std::int32_t ceiling =
      first ? running.order.first_max_coefficient : running.order.max_coefficient;
  const auto most = most_tokens(running.order, ceiling);
  running.most = most ? *most : base::TokenCount{INT64_MAX};
  links_.note_asked(proxy.link, running.most);
  const auto left = std::chrono::duration<double>(running.deadline - now.steady).count();
  const auto fill = [&](auto message) {
    message.model_name = running.model;
    message.query = running.order.query;
    message.max_coefficient = ceiling;
    message.max_tokens = running.order.max_tokens;
    message.timeout = left * kTimeoutShare;
    message.request_id = running.request_id;
    message.min_config_version = static_cast<std::int32_t>(config_.network.version());
    return message;
  };
  if (proxy.version == 0) {
    said_.push_back(session::SendMessage{proxy.link, tl::encode_boxed(fill(tl::ClientRunQuery{}))});
    return;
  }
  tl::ClientRunQueryEx message = fill(tl::ClientRunQueryEx{});
  message.flags = tl::ClientRunQueryEx::kHasEnableDebug;
  message.enable_debug = running.order.enable_debug;
  said_.push_back(session::SendMessage{proxy.link, tl::encode_boxed(message)});
}

bool Client::retry(base::Now now, RunningMap::iterator found, const ApiError& error) {
  Running& running = found->second;
  if (running.caller != Caller::Waiting || running.has_head || running.order.query.empty() ||
      running.tried.size() >= kMaxAttempts || !another_may_do_better(error.code)) {
    return false;
  }
  ProxyLink* proxy = links_.choose_another(wanted_of(running), running.tried);
  // The cheapest worker was asked for and is taken; the same proxy may have others.
  const bool asked_for_less = running.tried.size() == 1 &&
                              running.order.first_max_coefficient < running.order.max_coefficient;
  if (!proxy && asked_for_less) proxy = links_.find(running.link);
  if (!proxy) return false;
  links_.release(running.link);
  ++counters_.retried;
  send(now, running, *proxy);
  return true;
}

void Client::let_go_of_query(Running& running) {
  kept_bytes_ -= running.order.query.size();
  running.order.query = {};
}

// ---- the network's answer to the caller ----

void Client::handle_network_answer(base::Now now, LinkId link, const NetworkAnswer& answer) {
  const auto found = running_.find(answer.request_id);
  if (found == running_.end() || found->second.link != link) {
    ++counters_.late_answers;
    return;
  }
  counters_.received_bytes += answer.body.size();
  if (answer.kind == AnswerKind::Failure) {
    const bool charged = answer.tokens && answer.tokens->total_tokens_used > 0;
    if (charged) {
      book(now, found->second, *answer.tokens);
      let_go_of_query(found->second);  // another attempt would cost a second time
    } else {
      links_.note_told(link, found->second.most, {});
    }
    return fail(now, found, error_of(found->second, answer));
  }
  Running& running = found->second;
  if ((answer.kind == AnswerKind::Head) == running.has_head) {
    return fail(now, found,
                {.code = ApiErrorCode::UpstreamError,
                 .message = "the proxy broke the order of answer parts",
                 .param = {},
                 .retry_after = {}});
  }
  if (answer.kind == AnswerKind::Head) return handle_head(now, found, answer);
  running.received_bytes += answer.body.size();
  if (answer.tokens) return handle_end(now, found, answer, answer.body, nullptr);
  // A worker of an older version knows no window, so that going beyond it is no fault of the proxy.
  (void)running.window.take(answer.body.size());
  pass_on(running, answer.body);
  widen(running);
}

void Client::widen(Running& running) {
  if (running.caller != Caller::Streaming || running.pace == Pace::Behind) return;
  if (!running.window.is_narrow()) return;
  const ProxyLink* proxy = links_.find(running.link);
  if (!proxy || proxy->version < session::kVersionWithWindows) return;
  const auto end = running.window.widen();
  if (!end) return;
  said_.push_back(session::SendMessage{
      running.link,
      tl::encode_boxed(tl::ClientAnswerWindow{.request_id = running.request_id, .bytes = *end})});
}

void Client::handle_caller_pace(CallId id, Pace pace) {
  const auto found = by_call_.find(id);
  if (found == by_call_.end()) return;
  Running& running = running_.at(found->second);
  running.pace = pace;
  widen(running);
}

void Client::handle_head(base::Now now, RunningMap::iterator found, const NetworkAnswer& answer) {
  Running& running = found->second;
  const auto response = tl::decode_boxed<tl::HttpResponse>(answer.body);
  if (!response || response->status_code < 200 || response->status_code > 599) {
    return fail(now, found,
                {.code = ApiErrorCode::UpstreamError,
                 .message = "the network's answer can't be read",
                 .param = {},
                 .retry_after = {}});
  }
  running.has_head = true;
  running.head_at = now.steady;
  links_.note_first_byte(running.link, now.steady - running.sent_at);
  let_go_of_query(running);
  if (answer.tokens) return handle_end(now, found, answer, response->payload, &*response);
  auto headers = answer_headers(running, *response);
  const openai::Header* type = find_header(headers, "content-type");
  running.event_stream = type && type->value.starts_with("text/event-stream");
  if (running.caller == Caller::Waiting) {
    running.caller = Caller::Streaming;
    effects_.emplace_back(StartAnswer{
        running.call, static_cast<std::uint32_t>(response->status_code), std::move(headers)});
  }
  pass_on(running, response->payload);
}

void Client::pass_on(Running& running, base::BytesView bytes) {
  auto passage = running.cost.feed(bytes);
  if (running.caller != Caller::Streaming) return;
  base::Bytes part = std::move(passage.before);
  part.insert(part.end(), bytes.begin(),
              bytes.begin() + static_cast<std::ptrdiff_t>(passage.passed));
  if (part.empty()) return;
  running.in_line = part.back() != '\n';
  effects_.emplace_back(AnswerPart{running.call, std::move(part)});
}

// `whole` is set when head, body and end came in one message; the answer then goes out in one
// piece, too.
void Client::handle_end(base::Now now, RunningMap::iterator found, const NetworkAnswer& answer,
                        base::BytesView bytes, const tl::HttpResponse* whole) {
  Running& running = found->second;
  const base::Nanoton price = book(now, running, *answer.tokens);
  links_.note_answer(running.link, now.steady - running.head_at, running.received_bytes);
  ++counters_.answered;

  auto passage = running.cost.feed(bytes);
  base::Bytes rest = std::move(passage.before);
  rest.insert(rest.end(), bytes.begin(),
              bytes.begin() + static_cast<std::ptrdiff_t>(passage.passed));
  auto ending = running.cost.finish(price);
  rest.insert(rest.end(), ending.bytes.begin(), ending.bytes.end());

  if (whole && running.caller == Caller::Waiting) {
    auto headers = answer_headers(running, *whole);
    headers.push_back({"X-Cocoon-Cost-Nanotons", std::to_string(price.count())});
    effects_.emplace_back(WholeAnswer{running.call, static_cast<std::uint32_t>(whole->status_code),
                                      std::move(headers), std::move(rest)});
  } else if (running.caller == Caller::Streaming) {
    if (!rest.empty()) effects_.emplace_back(AnswerPart{running.call, std::move(rest)});
    effects_.emplace_back(EndAnswer{running.call});
  }
  erase(found);
}

base::TokenCount Client::billed(const Running& running, const tl::TokensUsed& tokens) {
  const base::TokenCount said{tokens.total_tokens_used};
  if (said.count >= 0 && said <= running.most) return said;
  ++counters_.doubtful_charges;
  links_.note_doubtful_charge(running.link);
  return said.count < 0 ? base::TokenCount{} : running.most;
}

base::Nanoton Client::book(base::Now now, const Running& running, const tl::TokensUsed& tokens) {
  const base::TokenCount total = billed(running, tokens);
  links_.note_told(running.link, running.most, total);
  const base::Nanoton price = price_of(total);
  counters_.spent += price;
  counters_.tokens += total.count;
  if (running.admission) {
    callers_.charge(now.steady, running.admission->key, running.request_id, price, total.count);
  }
  return price;
}

std::vector<openai::Header> Client::answer_headers(const Running& running,
                                                   const tl::HttpResponse& response) const {
  std::vector<openai::Header> headers;
  for (const auto& header : response.headers) {
    headers.push_back({std::string(header.name), std::string(header.value)});
  }
  headers = openai::headers_to_caller(headers);
  headers.push_back({"X-Cocoon-Request-Id", base::to_hex(running.request_id)});
  headers.push_back({"X-Cocoon-Sealed", "no"});
  headers.push_back({"X-Cocoon-Settled", "no"});
  const auto proxy = links_.all().find(running.link);
  if (proxy != links_.all().end()) headers.push_back({"X-Cocoon-Proxy-Tier", proxy->second.tier});
  return headers;
}

base::Nanoton Client::price_of(base::TokenCount tokens) const {
  const auto price = payment::cost(tokens, payment::tariff_of(config_.network.root().params));
  return price ? *price : base::Nanoton{};
}

ApiError Client::error_of(const Running& running, const NetworkAnswer& answer) const {
  ApiError error = openai::wire_error(answer.error_code, answer.error);
  if (error.code != ApiErrorCode::ModelNotFound) return error;
  return openai::model_not_found(running.model,
                                 openai::nearest_models(running.model, links_.model_names()));
}

void Client::refuse(CallId call, const ApiError& error) {
  ++counters_.failed;
  ++counters_.refusals[std::string(openai::reason_name(error.code))];
  std::vector<openai::Header> headers{{"Content-Type", "application/json"}};
  if (error.retry_after)
    headers.push_back({"Retry-After", std::to_string(error.retry_after->count())});
  effects_.emplace_back(WholeAnswer{call,
                                    static_cast<std::uint32_t>(openai::http_status(error.code)),
                                    std::move(headers), base::to_bytes(openai::error_body(error))});
}

void Client::fail(base::Now now, RunningMap::iterator found, const ApiError& error) {
  if (retry(now, found, error)) return;
  say_error(found->second, error);
  erase(found);
}

void Client::say_error(Running& running, const ApiError& error) {
  switch (running.caller) {
    case Caller::Waiting:
      refuse(running.call, error);
      break;
    case Caller::Streaming: {
      ++counters_.failed;
      ++counters_.refusals[std::string(openai::reason_name(error.code))];
      base::Bytes rest = running.cost.finish_without_cost();
      // A plain answer that breaks off can't carry an error any more: its connection is dropped
      // instead.
      if (running.event_stream) {
        const bool in_line = rest.empty() ? running.in_line : rest.back() != '\n';
        const std::string event = (in_line ? "\n\n" : "") + openai::error_event(error);
        rest.insert(rest.end(), event.begin(), event.end());
        effects_.emplace_back(AnswerPart{running.call, std::move(rest)});
        effects_.emplace_back(EndAnswer{running.call});
      } else {
        effects_.emplace_back(AbortAnswer{running.call});
      }
      break;
    }
    case Caller::Gone:
      ++counters_.failed;
      break;
  }
}

void Client::erase(RunningMap::iterator running) {
  forget_lost(running);
  homeless_.erase(running->first);
  if (running->second.is_memory) --memories_;
  deadlines_.erase({running->second.deadline, running->first});
  if (running->second.admission) callers_.release(*running->second.admission);
  by_call_.erase(running->second.call);
  let_go_of_query(running->second);
  links_.release(running->second.link);
  running_.erase(running);
}

void Client::handle_caller_gone(CallId id) {
  const auto found = by_call_.find(id);
  if (found == by_call_.end()) return;
  ++counters_.abandoned;
  if (homeless_.contains(found->second)) return erase(running_.find(found->second));
  Running& running = running_.at(found->second);
  running.caller = Caller::Gone;
  cancel(running);
}

void Client::cancel(const Running& running) {
  const ProxyLink* proxy = links_.find(running.link);
  if (!proxy || proxy->version < session::kVersionWithCancel) return;
  said_.push_back(session::SendMessage{
      running.link, tl::encode_boxed(tl::ClientCancelQuery{.request_id = running.request_id})});
}

void Client::handle_time(base::Now now) {
  links_.handle_time(now);
  if (!lost_.empty()) {
    for (const auto& [link, proxy] : links_.all()) ask_about_lost(now, *links_.find(link));
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady) {
    const auto late = running_.find(deadlines_.begin()->second);
    if (late->second.lost_at || homeless_.contains(late->first)) {
      give_up_lost(now, late);
      continue;
    }
    cancel(late->second);
    fail(now, late,
         {.code = ApiErrorCode::UpstreamTimeout,
          .message = "the network did not answer in time",
          .param = {},
          .retry_after = {}});
  }
}

void Client::handle_drain() { draining_ = true; }

std::optional<Effect> Client::poll_effect() {
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

std::optional<base::Instant> Client::poll_deadline() const {
  auto next = links_.poll_deadline();
  if (!deadlines_.empty()) {
    const base::Instant request = deadlines_.begin()->first;
    next = next ? std::min(*next, request) : request;
  }
  for (const auto& [link, proxy] : links_.all()) {
    const bool asks = proxy.ends_asked.empty() && lost_.contains(proxy.proxy_address);
    if (asks && proxy.state == ProxyLink::State::Ready &&
        proxy.version >= session::kVersionWithEnds) {
      next = std::min(next.value_or(proxy.next_ends), proxy.next_ends);
    }
  }
  return next;
}

std::string Client::models_body() const {
  auto listings = links_.models();
  const auto tariff = payment::tariff_of(config_.network.root().params);
  for (auto& listing : listings) listing.prices = prices_of(listing, tariff);
  return openai::models_body(listings, 0);
}

}  // namespace cocoon::client
