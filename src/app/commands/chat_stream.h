// ChatStream: one chat completion, streamed from the gateway on a running loop, and what it used
// and cost.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app/commands/sse.h"
#include "base/nanoton.h"
#include "base/result.h"
#include "base/time.h"
#include "base/tokens.h"
#include "io/http_client.h"
#include "io/runtime.h"

namespace cocoon::app::commands {

struct ChatRequest {
  std::string root;  // "http://127.0.0.1:10000"
  std::string model;
  nlohmann::json messages = nlohmann::json::array();
  std::optional<std::int64_t> max_tokens = {};
  std::optional<double> temperature = {};
};
std::string request_body(const ChatRequest& request);

struct ChatAnswer {
  std::string model;
  std::string text;
  std::string finish_reason;
  std::optional<base::TokenUsage> usage;
  std::optional<base::Nanoton> cost;
  std::string request_id;
  std::string tier;     // what the proxy's evidence proved, as the gateway says it
  std::string settled;  // "no"
  base::Duration to_first_token{};
  base::Duration total{};

  // Of completion tokens, from the first one to the end; 0 if that can't be told.
  double tokens_per_second() const;
};

// What one event of the stream changed.
struct ChatDelta {
  std::string text;       // of the answer
  std::string reasoning;  // of the thinking before it
  std::string error;      // the stream ends with it
};
// Takes one event's JSON into `answer`.
ChatDelta take_event(std::string_view data, ChatAnswer& answer);

class ChatStream final : public io::HttpClientEvents {
 public:
  using OnDelta = std::function<void(const ChatDelta&)>;
  // NotReachable; Refused with the gateway's own words; NotReady.
  using OnDone = std::function<void(base::Result<ChatAnswer>)>;
  ChatStream(io::Runtime& runtime, const ChatRequest& request, OnDelta on_delta, OnDone on_done);

  void on_head(unsigned status, const io::HttpHeaders& headers) override;
  void on_body(base::BytesView bytes) override;
  void on_end() override;
  void on_error(const base::Error& error) override;

 private:
  void finish(base::Result<ChatAnswer> outcome);
  base::Error refusal() const;

  io::Runtime& runtime_;
  std::string root_;
  OnDelta on_delta_;
  OnDone on_done_;
  base::Instant started_;
  bool has_text_ = false;
  unsigned status_ = 0;
  std::string error_body_;
  std::string stream_error_;
  SseReader events_;
  ChatAnswer answer_;
  io::HttpClient client_;
  std::unique_ptr<io::HttpCall> call_;
};

}  // namespace cocoon::app::commands
