// One call of the HTTP client: from a kept or fresh connection to the end of the answer, under its
// deadlines.
#include <algorithm>
#include <utility>

#include "io/http_client_state.h"

namespace cocoon::io {
namespace {

bool is_clients_own(std::string_view name) {
  for (const std::string_view own :
       {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive"}) {
    if (equal_ignoring_case(own, name)) return true;
  }
  return false;
}

// What can stand in a request line.
bool is_line_safe(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
}

}  // namespace

HttpCall::State::State(std::shared_ptr<HttpClient::State> client_in, HttpClientRequest request_in,
                       HttpClientEvents& events_in)
    : client_(std::move(client_in)),
      request_(std::move(request_in)),
      events_(&events_in),
      timer_(client_->runtime, [this] { handle_timeout(); }),
      total_deadline_(client_->runtime.now().steady + client_->options.total_timeout) {}

void HttpCall::State::start() {
  client_->calls.insert(this);
  const base::Result<void> checked = check_request();
  if (!checked) {
    client_->runtime.post(
        [self = shared_from_this(), error = checked.error()] { self->fail(error); });
    return;
  }
  auto kept = client_->take_idle();
  on_kept_connection_ = kept != nullptr;
  if (kept) {
    send_on(std::move(kept));
  } else {
    dial();
  }
}

base::Result<void> HttpCall::State::check_request() const {
  if (request_.headers.sendable() && is_line_safe(request_.method) && is_line_safe(request_.path) &&
      request_.path.front() == '/') {
    return {};
  }
  return base::Error(IoFault::InvalidHeader, "the request has a header or path that can't be sent");
}

void HttpCall::State::dial() {
  phase_ = Phase::Connecting;
  Opening opening;
  opening.limits.connect = client_->options.connect_timeout;
  opening.on_outcome = [this](base::Result<Connection> outcome) {
    const auto self = shared_from_this();
    if (!outcome) {
      fail(outcome.error());
      return;
    }
    auto connection = std::make_shared<ClientConnection>(client_, std::move(outcome->stream));
    connection->start();
    send_on(std::move(connection));
  };
  arm(client_->options.connect_timeout);
  dial_ = std::make_unique<Dial>(client_->runtime, client_->endpoint.host_port, std::move(opening));
}

void HttpCall::State::send_on(std::shared_ptr<ClientConnection> connection) {
  connection_ = std::move(connection);
  phase_ = Phase::Waiting;
  connection_->begin(*this,
                     request_.method == "HEAD" ? ResponseBody::None : ResponseBody::Expected);
  Stream& stream = connection_->stream();
  stream.write(base::as_bytes(compose_head()));
  if (on_kept_connection_ && request_.resend == Resend::Allowed) {
    stream.write(base::BytesView(request_.body));
  } else {
    stream.write(std::move(request_.body));
  }
  if (paused_) stream.pause_reading();
  arm(client_->options.first_byte_timeout);
}

std::string HttpCall::State::compose_head() const {
  std::string head = request_.method + " " + client_->endpoint.base_path + request_.path +
                     " HTTP/1.1\r\nHost: " + client_->endpoint.host_port.to_text() + "\r\n";
  for (std::size_t i = 0; i < request_.headers.size(); ++i) {
    const HttpHeader field = request_.headers[i];
    if (is_clients_own(field.name)) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  const bool says_length =
      !request_.body.empty() || (request_.method != "GET" && request_.method != "HEAD");
  if (says_length) {
    head.append("Content-Length: ").append(std::to_string(request_.body.size())).append("\r\n");
  }
  return head.append("\r\n");
}

void HttpCall::State::arm(base::Duration limit) {
  timer_.arm(std::min(total_deadline_, client_->runtime.now().steady + limit));
}

void HttpCall::State::pause() {
  if (phase_ == Phase::Over) return;
  paused_ = true;
  if (connection_) connection_->stream().pause_reading();
  timer_.arm(total_deadline_);
}

void HttpCall::State::resume() {
  if (phase_ == Phase::Over || !paused_) return;
  paused_ = false;
  if (connection_) connection_->stream().resume_reading();
  arm(phase_ == Phase::Answering ? client_->options.idle_timeout
                                 : client_->options.first_byte_timeout);
}

void HttpCall::State::handle_first_byte() {
  phase_ = Phase::Answering;
  request_.body = {};
  if (!paused_) arm(client_->options.idle_timeout);
}

void HttpCall::State::handle_head(unsigned status, const HttpHeaders& headers) {
  if (phase_ != Phase::Over) events_->on_head(status, headers);
}

void HttpCall::State::handle_body(base::BytesView bytes) {
  if (phase_ == Phase::Over) return;
  if (!paused_) arm(client_->options.idle_timeout);
  events_->on_body(bytes);
}

void HttpCall::State::handle_end() {
  if (phase_ == Phase::Over) return;
  const auto self = shared_from_this();
  connection_.reset();
  conclude();
  events_->on_end();
}

void HttpCall::State::handle_failure(const base::Error& error) {
  if (phase_ == Phase::Over) return;
  const auto self = shared_from_this();
  // A kept connection that its server had closed meanwhile: the request never reached it.
  if (phase_ == Phase::Waiting && on_kept_connection_ && request_.resend == Resend::Allowed &&
      !error.is(IoFault::Protocol) && !error.is(IoFault::TooLarge)) {
    on_kept_connection_ = false;
    connection_.reset();
    dial();
    return;
  }
  fail(error);
}

void HttpCall::State::handle_timeout() {
  const bool total = client_->runtime.now().steady >= total_deadline_;
  const char* what = total                         ? "the whole answer"
                     : phase_ == Phase::Connecting ? "connecting"
                     : phase_ == Phase::Waiting    ? "the first byte of the answer"
                                                   : "the next piece of the answer";
  fail(base::Error(IoFault::Timeout,
                   client_->endpoint.host_port.to_text() + ": " + what + " took too long"));
}

void HttpCall::State::fail(const base::Error& error) {
  if (phase_ == Phase::Over) return;
  const auto self = shared_from_this();
  cancel();
  events_->on_error(error);
}

void HttpCall::State::conclude() {
  phase_ = Phase::Over;
  timer_.cancel();
  client_->calls.erase(this);
}

void HttpCall::State::cancel() {
  if (phase_ == Phase::Over) return;
  const auto self = shared_from_this();
  conclude();
  dial_.reset();
  if (const auto connection = std::exchange(connection_, nullptr)) connection->abandon();
}

ClientConnection::ClientConnection(std::shared_ptr<HttpClient::State> client,
                                   std::unique_ptr<Stream> stream)
    : client_(std::move(client)), stream_(std::move(stream)) {}

void ClientConnection::begin(HttpCall::State& call, ResponseBody body) {
  call_ = &call;
  body_ = body;
  begin_answer();
}

void ClientConnection::begin_answer() {
  parser_.emplace(body_);
  parser_->on_head = [this](unsigned status, const HttpHeaders& headers) {
    if (call_ != nullptr) call_->handle_head(status, headers);
  };
  parser_->on_body = [this](base::BytesView bytes) {
    if (call_ != nullptr) call_->handle_body(bytes);
  };
}

void ClientConnection::abandon() {
  call_ = nullptr;
  if (parser_) parser_->stop();
  stream_.reset();
}

void ClientConnection::on_bytes(base::BytesView bytes) {
  const auto self = shared_from_this();
  if (call_ == nullptr) {
    // A kept connection has nothing to say: whatever this is, it must not be taken for the next
    // answer.
    abandon();
    client_->drop_idle(*this);
    return;
  }
  call_->handle_first_byte();
  std::size_t used = 0;
  if (carried_.empty()) {
    if (handle_input(bytes, used)) carried_ = base::to_bytes(bytes.subspan(used));
    return;
  }
  base::Bytes input = std::exchange(carried_, {});
  input.insert(input.end(), bytes.begin(), bytes.end());
  if (!handle_input(input, used)) return;
  input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(used));
  carried_ = std::move(input);
}

// False when this answer is over, one way or the other.
bool ClientConnection::handle_input(base::BytesView input, std::size_t& used) {
  for (;;) {
    used += parser_->handle_bytes(input.subspan(used));
    if (call_ == nullptr) return false;
    if (!parser_->failure().empty()) {
      fail(base::Error(parser_->too_large() ? IoFault::TooLarge : IoFault::Protocol,
                       "answer of " + stream_->peer_address() + ": " + parser_->failure()));
      return false;
    }
    if (!parser_->done()) break;
    if (parser_->status() >= 200) {
      const bool reusable = parser_->keep_alive() && used == input.size();
      finish_answer(reusable ? AfterAnswer::KeepOpen : AfterAnswer::Close);
      return false;
    }
    begin_answer();
    if (used == input.size()) break;
  }
  if (input.size() - used > kHttpResponseHeaderBytesMax + kReadBytesMax) {
    fail(base::Error(IoFault::TooLarge, "chunk header or trailer too large"));
    return false;
  }
  return true;
}

void ClientConnection::finish_answer(AfterAnswer after) {
  HttpCall::State* call = std::exchange(call_, nullptr);
  if (after == AfterAnswer::KeepOpen) {
    stream_->resume_reading();
    client_->keep(shared_from_this());
  } else {
    stream_.reset();
  }
  call->handle_end();
}

void ClientConnection::fail(const base::Error& error) {
  HttpCall::State* call = std::exchange(call_, nullptr);
  stream_.reset();
  call->handle_failure(error);
}

void ClientConnection::on_closed(const base::Error& reason) {
  const auto self = shared_from_this();
  if (call_ == nullptr) {
    client_->drop_idle(*this);
    return;
  }
  if (!reason.is(IoFault::Closed)) {
    fail(reason);
  } else if (parser_->handle_end() && call_ != nullptr) {
    finish_answer(AfterAnswer::Close);
  } else if (call_ != nullptr) {
    fail(base::Error(IoFault::Truncated,
                     stream_->peer_address() + " ended in the middle of its answer"));
  }
}

}  // namespace cocoon::io
