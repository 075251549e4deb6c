#include "worker/job.h"

#include <algorithm>
#include <cstdio>

#include "payment/wire_tokens.h"
#include "session/greeting.h"
#include "tl/codec.h"
#include "worker/limits.h"

namespace cocoon::worker {
namespace {

std::string_view status_reason(std::uint32_t status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

bool is_event_stream(std::span<const openai::Header> headers) {
  return std::ranges::any_of(headers, [](const openai::Header& header) {
    std::string name = header.name;
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return name == "content-type" && header.value.starts_with("text/event-stream");
  });
}

std::string seconds_text(base::WallTime time) {
  char text[48];
  std::snprintf(text, sizeof(text), "%.6f", base::to_unix_seconds(time));
  return text;
}

std::string debug_text(const JobTerms& terms, base::WallTime end) {
  return R"({"type":"worker_stats","start_time":)" + seconds_text(terms.received_at) +
         R"(,"answer_receive_end_at":)" + seconds_text(end) + "}";
}

// Sets the end object of an Ex message; `debug` must outlive the encoding.
template <class Ex>
void set_end(Ex& message, const JobTerms& terms, const payment::AdjustedTokens& bill,
             base::WallTime end, const std::string& debug) {
  message.flags |= Ex::kHasFinalInfo;
  tl::ProxyQueryFinalInfo& info = message.final_info;
  info.tokens_used = payment::to_wire(bill);
  if (terms.debug == JobTerms::Debug::On) {
    info.flags |= tl::ProxyQueryFinalInfo::kHasWorkerDebug;
    info.worker_debug = debug;
  }
  if (terms.version >= 2) {
    info.flags |= tl::ProxyQueryFinalInfo::kHasWorkerStartTime;
    info.worker_start_time = base::to_unix_seconds(terms.received_at);
    info.worker_end_time = base::to_unix_seconds(end);
  }
}

}  // namespace

Job::Job(const JobTerms& terms) : terms_(terms) {
  if (terms.version >= session::kVersionWithWindows) window_.emplace();
}

payment::AdjustedTokens Job::bill() const {
  base::TokenUsage usage = usage_.usage();
  // An engine that reports nothing is billed by the pieces of text that it streamed, never more
  // than it made.
  if (!usage_.reported() && status_ < 300) {
    usage.completion = {static_cast<std::int64_t>(
        std::min<std::uint64_t>(usage_.content_events(), std::uint64_t{1} << 32))};
  }
  usage.completion.count = std::min(usage.completion.count, most_visible(usage));
  const auto bill = payment::price_usage(usage, terms_.coefficient, terms_.tariff);
  return bill ? *bill : payment::AdjustedTokens{};
}

std::int64_t Job::most_visible(const base::TokenUsage& usage) const {
  return static_cast<std::int64_t>(answer_bytes_) + usage.reasoning.count;
}

bool Job::doubt() const {
  if (!usage_.reported()) return false;
  const base::TokenUsage usage = usage_.usage();
  const auto pieces = static_cast<std::int64_t>(usage_.content_events());
  const bool too_few = usage.completion.count > 0 && usage.completion.count < pieces;
  return too_few || usage.completion.count > most_visible(usage);
}

std::vector<base::Bytes> Job::handle_head(base::Now now, std::uint32_t status,
                                          std::span<const openai::Header> headers) {
  if (has_head()) return {};
  status_ = status;
  headers_ = openai::headers_from_engine(headers);
  if (!is_event_stream(headers_)) return {};
  mode_ = Mode::Streaming;
  return {head_message(now, {}, nullptr)};
}

std::vector<base::Bytes> Job::handle_body(base::Now now, base::BytesView bytes) {
  std::vector<base::Bytes> messages;
  if (mode_ == Mode::Streaming && held_.empty()) {
    const std::size_t passed = pass_on(bytes, messages);
    held_ = base::to_bytes(bytes.subspan(passed));
    return messages;
  }
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  if (mode_ == Mode::Holding) {
    if (held_.size() <= kMaxWholeAnswer) return {};
    mode_ = Mode::Streaming;
    messages.push_back(head_message(now, {}, nullptr));
    release(messages);
  }
  return messages;
}

void Job::release(std::vector<base::Bytes>& messages) {
  const std::size_t passed = pass_on(held_, messages);
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(passed));
}

std::size_t Job::pass_on(base::BytesView bytes, std::vector<base::Bytes>& messages) {
  if (window_) bytes = bytes.first(std::min(bytes.size(), window_->room()));
  for (std::size_t at = 0; at < bytes.size(); at += kMaxPart) {
    messages.push_back(
        part_message(bytes.subspan(at, std::min(kMaxPart, bytes.size() - at)), nullptr));
  }
  if (window_) window_->spend(bytes.size());
  count(bytes);
  return bytes.size();
}

void Job::count(base::BytesView bytes) {
  usage_.feed(bytes);
  answer_bytes_ += bytes.size();
}

std::vector<base::Bytes> Job::handle_window(base::Now now, std::int64_t end) {
  if (!window_) return {};
  window_->widen(end);
  if (!is_held_up()) return {};
  std::vector<base::Bytes> messages;
  release(messages);
  if (has_ended()) messages.push_back(part_message({}, &now.wall));
  return messages;
}

std::vector<base::Bytes> Job::handle_end(base::Now now) {
  engine_ended_ = true;
  if (mode_ == Mode::Holding) {
    count(held_);
    return {head_message(now, held_, &now.wall)};
  }
  if (is_held_up()) return {};
  return {part_message({}, &now.wall)};
}

base::Bytes Job::head_message(base::Now now, base::BytesView payload,
                              const base::WallTime* end) const {
  const std::string length = std::to_string(payload.size());
  const std::string started = seconds_text(terms_.received_at);
  const std::string ended = seconds_text(now.wall);
  tl::HttpResponse response{};
  response.http_version = "HTTP/1.1";
  response.status_code = static_cast<std::int32_t>(status_);
  response.reason = status_reason(status_);
  for (const auto& header : headers_) response.headers.push_back({header.name, header.value});
  if (end) {
    response.headers.push_back({"Content-Length", length});
  } else {
    response.headers.push_back({"Transfer-Encoding", "chunked"});
  }
  response.headers.push_back({"X-Cocoon-Worker-Start", started});
  response.headers.push_back({"X-Cocoon-Worker-End", ended});
  response.payload = payload;
  const base::Bytes answer = tl::encode_boxed(response);
  if (terms_.version == 0) {
    return tl::encode_boxed(tl::ProxyQueryAnswer{
        .answer = answer,
        .is_completed = end != nullptr,
        .request_id = terms_.request_id,
        .tokens_used = payment::to_wire(end ? bill() : payment::AdjustedTokens{})});
  }
  tl::ProxyQueryAnswerEx message{};
  message.request_id = terms_.request_id;
  message.answer = answer;
  const std::string debug = end ? debug_text(terms_, *end) : std::string();
  if (end) set_end(message, terms_, bill(), *end, debug);
  return tl::encode_boxed(message);
}

base::Bytes Job::part_message(base::BytesView bytes, const base::WallTime* end) const {
  if (terms_.version == 0) {
    return tl::encode_boxed(tl::ProxyQueryAnswerPart{
        .answer = bytes,
        .is_completed = end != nullptr,
        .request_id = terms_.request_id,
        .tokens_used = payment::to_wire(end ? bill() : payment::AdjustedTokens{})});
  }
  tl::ProxyQueryAnswerPartEx message{};
  message.request_id = terms_.request_id;
  message.answer = bytes;
  const std::string debug = end ? debug_text(terms_, *end) : std::string();
  if (end) set_end(message, terms_, bill(), *end, debug);
  return tl::encode_boxed(message);
}

base::Bytes Job::fail(base::Now now, std::int32_t code, std::string_view error) const {
  // Only what was passed on is billed: a held answer that nobody saw costs nothing.
  const payment::AdjustedTokens tokens =
      mode_ == Mode::Streaming ? bill() : payment::AdjustedTokens{};
  if (terms_.version == 0) {
    return tl::encode_boxed(tl::ProxyQueryAnswerError{.error_code = code,
                                                      .error = error,
                                                      .request_id = terms_.request_id,
                                                      .tokens_used = payment::to_wire(tokens)});
  }
  tl::ProxyQueryAnswerErrorEx message{};
  message.request_id = terms_.request_id;
  message.error_code = code;
  message.error = error;
  const std::string debug = debug_text(terms_, now.wall);
  set_end(message, terms_, tokens, now.wall, debug);
  return tl::encode_boxed(message);
}

}  // namespace cocoon::worker
