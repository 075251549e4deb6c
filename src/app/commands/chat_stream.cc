#include "app/commands/chat_stream.h"

#include "app/commands/fault.h"
#include "app/commands/fetch.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::size_t kErrorBodyMax = 64 << 10;
constexpr base::Duration kAnswerTimeout = std::chrono::minutes(30);

io::HttpEndpoint endpoint_of(const std::string& root) {
  auto endpoint = io::HttpEndpoint::parse(root);
  return endpoint ? *std::move(endpoint) : io::HttpEndpoint{};
}

base::TokenUsage usage_of(const json& event) {
  return {.prompt = {number_at(event, "/usage/prompt_tokens")},
          .cached = {number_at(event, "/usage/prompt_tokens_details/cached_tokens")},
          .completion = {number_at(event, "/usage/completion_tokens")},
          .reasoning = {number_at(event, "/usage/completion_tokens_details/reasoning_tokens")}};
}

}  // namespace

std::string request_body(const ChatRequest& request) {
  json body{{"model", request.model},
            {"messages", request.messages},
            {"stream", true},
            {"stream_options", {{"include_usage", true}}}};
  if (request.max_tokens) body["max_tokens"] = *request.max_tokens;
  if (request.temperature) body["temperature"] = *request.temperature;
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

double ChatAnswer::tokens_per_second() const {
  const double seconds = std::chrono::duration<double>(total - to_first_token).count();
  // The first token's time is the prompt's.
  return usage && usage->completion.count > 1 && seconds > 0
             ? static_cast<double>(usage->completion.count - 1) / seconds
             : 0;
}

ChatDelta take_event(std::string_view data, ChatAnswer& answer) {
  ChatDelta delta;
  if (data == "[DONE]") return delta;
  const json event = json::parse(data, nullptr, false);
  if (event.is_discarded()) {
    delta.error = "the stream holds something that is no JSON";
    return delta;
  }
  if (event.contains("error")) {
    delta.error = text_at(event, "/error/message");
    if (delta.error.empty()) delta.error = "the network reported an error without words";
    return delta;
  }
  if (const std::string model = text_at(event, "/model"); !model.empty()) answer.model = model;
  delta.text = text_at(event, "/choices/0/delta/content");
  delta.reasoning = text_at(event, "/choices/0/delta/reasoning_content");
  answer.text += delta.text;
  if (const auto reason = text_at(event, "/choices/0/finish_reason"); !reason.empty())
    answer.finish_reason = reason;
  if (event.contains("usage") && event["usage"].is_object()) {
    answer.usage = usage_of(event);
    if (event["usage"].contains("cost"))
      answer.cost = base::Nanoton(number_at(event, "/usage/cost"));
  }
  return delta;
}

ChatStream::ChatStream(io::Runtime& runtime, const ChatRequest& request, OnDelta on_delta,
                       OnDone on_done)
    : runtime_(runtime),
      root_(request.root),
      on_delta_(std::move(on_delta)),
      on_done_(std::move(on_done)),
      started_(runtime.now().steady),
      client_(runtime, endpoint_of(request.root),
              {.idle_pool_max = 0,
               .first_byte_timeout = kAnswerTimeout,
               .total_timeout = kAnswerTimeout}) {
  answer_.model = request.model;
  call_ = client_.request(
      {.method = "POST",
       .path = "/v1/chat/completions",
       .headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}},
       .body = base::to_bytes(request_body(request)),
       .resend = io::Resend::Never},
      *this);
}

void ChatStream::on_head(unsigned status, const io::HttpHeaders& headers) {
  status_ = status;
  const auto header = [&](std::string_view name) {
    return std::string(headers.get(name).value_or(""));
  };
  answer_.request_id = header("X-Cocoon-Request-Id");
  answer_.tier = header("X-Cocoon-Proxy-Tier");
  answer_.settled = header("X-Cocoon-Settled");
}

void ChatStream::on_body(base::BytesView bytes) {
  if (status_ != 200) {
    if (error_body_.size() < kErrorBodyMax) error_body_ += base::as_text(bytes);
    return;
  }
  const bool readable = events_.feed(base::as_text(bytes), [this](std::string_view data) {
    const ChatDelta delta = take_event(data, answer_);
    if (!delta.error.empty()) stream_error_ = delta.error;
    if (!has_text_ && !(delta.text + delta.reasoning).empty()) {
      has_text_ = true;
      answer_.to_first_token = runtime_.now().steady - started_;
    }
    if (on_delta_) on_delta_(delta);
  });
  if (!readable) finish(fault(CommandFault::Failed, "the stream holds an event that is too long"));
}

void ChatStream::on_end() {
  if (status_ != 200) return finish(refusal());
  if (!stream_error_.empty())
    return finish(fault(CommandFault::Refused, "the answer broke off: " + stream_error_));
  answer_.total = runtime_.now().steady - started_;
  finish(std::move(answer_));
}

void ChatStream::on_error(const base::Error& error) {
  if (status_ != 0)
    return finish(
        fault(CommandFault::Failed, "the answer broke off: " + error.message(), "cocoon status"));
  finish(fault(CommandFault::NotReachable,
               "can't reach the gateway at " + root_ + ": " + error.message(),
               "cocoon up, which starts a network on this machine"));
}

base::Error ChatStream::refusal() const {
  const json document = json::parse(error_body_, nullptr, false);
  std::string message = document.is_discarded() ? "" : text_at(document, "/error/message");
  if (message.empty()) message = "the gateway answered with status " + std::to_string(status_);
  return status_ == 503
             ? fault(CommandFault::NotReady, message, "cocoon status")
             : fault(CommandFault::Refused, message, status_ == 404 ? "cocoon models" : "");
}

void ChatStream::finish(base::Result<ChatAnswer> outcome) {
  call_.reset();
  const auto on_done = std::exchange(on_done_, nullptr);
  if (on_done) on_done(std::move(outcome));  // this may be gone afterwards
}

}  // namespace cocoon::app::commands
