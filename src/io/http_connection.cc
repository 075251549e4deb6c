#include "io/http_connection.h"

#include <utility>

#include "base/check.h"

namespace cocoon::io {

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::State> server,
                               std::unique_ptr<Stream> stream)
    : server_(std::move(server)),
      stream_(std::move(stream)),
      timer_(server_->runtime, [this] { handle_timeout(); }) {}

void HttpConnection::start() {
  enter(Phase::Header, server_->options.header_timeout);
  stream_->start(*this);
}

void HttpConnection::enter(Phase phase, base::Duration limit) {
  phase_ = phase;
  timer_.arm_in(limit);
}

void HttpConnection::on_bytes(base::BytesView bytes) {
  const auto self = shared_from_this();
  if (!current_ && carried_.empty()) {
    const std::size_t used = handle_input(bytes);
    carried_ = base::to_bytes(bytes.subspan(used));
    return;
  }
  carried_.insert(carried_.end(), bytes.begin(), bytes.end());
  if (current_ && carried_.size() > kHttpPipelinedBytesMax) {
    // From here on the caller's going away is noticed only by writing to it.
    paused_ = true;
    stream_->pause_reading();
  }
  handle_carried();
}

void HttpConnection::handle_carried() {
  if (phase_ == Phase::Ended || current_ || handling_) return;
  base::Bytes input = std::exchange(carried_, {});
  const std::size_t used = handle_input(input);
  input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(used));
  carried_ = std::move(input);
  if (phase_ != Phase::Ended && paused_ && !current_) {
    paused_ = false;
    stream_->resume_reading();
  }
}

// Answers what it can; returns how many bytes were used.
std::size_t HttpConnection::handle_input(base::BytesView input) {
  handling_ = true;
  std::size_t used = 0;
  while (phase_ != Phase::Ended && !current_) {
    if (!parser_) {
      if (used == input.size()) {
        if (phase_ == Phase::Answering) enter(Phase::Idle, server_->options.idle_timeout);
        break;
      }
      parser_.emplace(server_->options.body_bytes_max);
    }
    used += parser_->handle_bytes(input.subspan(used));
    if (parser_->refusal()) {
      refuse(*parser_->refusal());
    } else if (parser_->done()) {
      begin_exchange();
    } else {
      expect_more();
      break;
    }
  }
  handling_ = false;
  return used;
}

void HttpConnection::expect_more() {
  if (!parser_->head_done()) {
    if (phase_ != Phase::Header) enter(Phase::Header, server_->options.header_timeout);
    return;
  }
  if (phase_ != Phase::Body) enter(Phase::Body, server_->options.body_timeout);
  if (parser_->wants_continue() && !std::exchange(continue_sent_, true)) {
    stream_->write(base::as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
  }
}

void HttpConnection::begin_exchange() {
  auto exchange = std::make_shared<HttpExchange::State>();
  exchange->keep_alive = parser_->keep_alive() && !server_->draining;
  exchange->http_1_0 = parser_->http_1_0();
  exchange->request = parser_->take_request();
  exchange->request.peer_address = stream_->peer_address();
  exchange->head_only = exchange->request.method == "HEAD";
  exchange->connection = this;
  parser_.reset();
  continue_sent_ = false;
  current_ = exchange;
  ++server_->counters.requests;
  sent_at_check_ = stream_->sent_bytes();
  enter(Phase::Answering, server_->options.write_timeout);
  server_->handler(std::make_unique<HttpExchange>(std::move(exchange)));
}

void HttpConnection::finish_exchange(AfterAnswer after) {
  CHECK(current_);
  current_->connection = nullptr;
  current_.reset();
  if (after == AfterAnswer::Close || server_->draining) {
    end();
    return;
  }
  if (handling_) return;
  // Not at once: the next request would reach the handler from within a call of its own.
  enter(Phase::Idle, server_->options.idle_timeout);
  if (carried_.empty()) return;
  server_->runtime.post([self = shared_from_this()] { self->handle_carried(); });
}

void HttpConnection::on_drained() {
  const auto current = current_;
  if (current && current->on_drained) current->on_drained();
}

void HttpConnection::on_closed(const base::Error&) {
  const auto self = shared_from_this();
  const auto current = current_;
  abort();
  if (!current) return;
  ++server_->counters.disconnects;
  if (current->on_disconnect) current->on_disconnect();
}

void HttpConnection::handle_timeout() {
  const auto self = shared_from_this();
  switch (phase_) {
    case Phase::Idle:
      end();
      return;
    case Phase::Header:
      if (!parser_) {
        end();
      } else {
        refuse({408, "request header took too long"});
      }
      return;
    case Phase::Body:
      refuse({408, "request body took too long"});
      return;
    case Phase::Answering:
      handle_slow_reader();
      return;
    case Phase::Ended:
      return;
  }
}

void HttpConnection::handle_slow_reader() {
  const std::uint64_t sent = stream_->sent_bytes();
  if (stream_->pending_bytes() > 0 && sent == sent_at_check_) {
    on_closed(base::Error(IoFault::Timeout, "the caller does not read"));
    return;
  }
  sent_at_check_ = sent;
  timer_.arm_in(server_->options.write_timeout);
}

void HttpConnection::refuse(const HttpRefusal& refusal) {
  ++server_->counters.refused;
  const auto& options = server_->options;
  const std::string body = options.refusal_body
                               ? options.refusal_body(refusal.status, refusal.reason)
                               : refusal.reason + "\n";
  HttpExchange::State exchange;
  exchange.connection = this;
  const HttpHeaders headers{{"Content-Type", options.refusal_content_type}};
  exchange.write_head(refusal.status, headers, body.size());
  stream_->write(base::as_bytes(body));
  end();
}

// In good order: what was written still reaches the caller.
void HttpConnection::end() {
  if (phase_ == Phase::Ended) return;
  const auto self = shared_from_this();
  stream_->close();
  abort();
}

void HttpConnection::abort() {
  if (phase_ == Phase::Ended) return;
  const auto self = shared_from_this();
  phase_ = Phase::Ended;
  timer_.cancel();
  if (current_) {
    current_->connection = nullptr;
    current_->disconnected = true;
    current_.reset();
  }
  stream_.reset();
  server_->forget(*this);
}

void HttpConnection::close_if_idle() {
  if (!current_ && !parser_) end();
}

}  // namespace cocoon::io
