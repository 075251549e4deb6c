#include "io/http_server.h"

#include <array>
#include <charconv>
#include <ctime>
#include <utility>

#include "base/check.h"
#include "io/http_connection.h"

namespace cocoon::io {
namespace {

// Framing and connection are the server's: what a handler says of them, say by passing on an
// engine's headers, is left out.
bool is_servers_own(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {"Content-Length", "Transfer-Encoding",
                                                             "Connection", "Keep-Alive", "Date"};
  for (const std::string_view own : kNames) {
    if (own.size() == name.size() && equal_ignoring_case(own, name)) return true;
  }
  return false;
}

// RFC 9110 section 6.4.1.
bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

// The server.

base::Result<void> HttpServer::State::open() {
  ListenOptions listen;
  listen.host = options.host;
  listen.port = options.port;
  listen.connections_max = options.connections_max;
  listener = TRY(Listener::open(runtime, std::move(listen), [this](const std::string&) {
    Opening opening;
    opening.on_outcome = [this](base::Result<Connection> outcome) {
      if (outcome) handle_connection(*std::move(outcome));
    };
    return opening;
  }));
  return {};
}

void HttpServer::State::handle_connection(Connection connection) {
  ++counters.connections;
  auto created = std::make_shared<HttpConnection>(shared_from_this(), std::move(connection.stream));
  connections.emplace(created.get(), created);
  created->start();
}

void HttpServer::State::forget(HttpConnection& connection) {
  connections.erase(&connection);
  if (draining && connections.empty() && on_drained) {
    runtime.post(std::exchange(on_drained, nullptr));
  }
}

void HttpServer::State::drain(std::function<void()> done) {
  draining = true;
  listener.reset();
  on_drained = std::move(done);
  const auto all = connections;
  for (const auto& [key, connection] : all) connection->close_if_idle();
  if (connections.empty() && on_drained) runtime.post(std::exchange(on_drained, nullptr));
}

void HttpServer::State::close() {
  on_drained = nullptr;
  listener.reset();
  const auto all = std::exchange(connections, {});
  for (const auto& [key, connection] : all) connection->abort();
}

const std::string& HttpServer::State::date() {
  const std::int64_t seconds = base::to_unix_whole_seconds(runtime.now().wall);
  if (seconds != date_seconds) {
    date_seconds = seconds;
    const std::time_t time = seconds;
    std::tm utc{};
    gmtime_r(&time, &utc);
    std::array<char, 64> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_text.assign(text.data(), size);
  }
  return date_text;
}

base::Result<std::unique_ptr<HttpServer>> HttpServer::open(Runtime& runtime,
                                                           HttpServerOptions options,
                                                           Handler handler) {
  auto state = std::make_shared<State>(runtime, std::move(options), std::move(handler));
  TRY(state->open());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { state_->close(); }

std::uint16_t HttpServer::port() const { return state_->listener ? state_->listener->port() : 0; }
void HttpServer::drain(std::function<void()> done) { state_->drain(std::move(done)); }
std::size_t HttpServer::connections() const { return state_->connections.size(); }
const HttpServerCounters& HttpServer::counters() const { return state_->counters; }

// One exchange.

void HttpExchange::State::write_head(unsigned status, const HttpHeaders& headers,
                                     std::optional<std::size_t> body_size) {
  HttpServer::State& server = connection->server();
  std::string& head = server.head;
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  head.assign("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  head.append(reason.data(), reason.size()).append("\r\n");
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const HttpHeader field = headers[i];
    if (is_servers_own(field.name)) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  head.append(server.date());
  if (body_size) {
    head.append("Content-Length: ").append(std::to_string(*body_size)).append("\r\n");
  } else if (with_body && !http_1_0) {
    head.append("Transfer-Encoding: chunked\r\n");
  }
  if (!keep_alive) {
    head.append("Connection: close\r\n");
  } else if (http_1_0) {
    head.append("Connection: keep-alive\r\n");
  }
  head.append("\r\n");
  connection->stream().write(base::as_bytes(head));
}

void HttpExchange::State::respond(unsigned status, const HttpHeaders& headers,
                                  base::BytesView body) {
  CHECK(answer == Answer::None);
  if (connection == nullptr) return;
  if (!headers.sendable()) {
    respond(500, {}, base::as_bytes("an answer header can't be sent\n"));
    return;
  }
  with_body = has_body(status) && !head_only;
  write_head(status, headers, has_body(status) ? std::optional(body.size()) : std::nullopt);
  if (with_body) connection->stream().write(body);
  complete();
}

void HttpExchange::State::complete() {
  answer = Answer::Done;
  if (connection != nullptr)
    connection->finish_exchange(keep_alive ? AfterAnswer::KeepOpen : AfterAnswer::Close);
}

HttpExchange::HttpExchange(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpExchange::~HttpExchange() {
  if (state_->connection == nullptr) return;
  if (state_->answer == State::Answer::None) {
    state_->respond(500, {}, base::as_bytes("the request was not answered\n"));
  } else {
    state_->connection->abort();
  }
}

const HttpRequest& HttpExchange::request() const { return state_->request; }
HttpRequest& HttpExchange::request() { return state_->request; }

void HttpExchange::respond(unsigned status, const HttpHeaders& headers, base::BytesView body) {
  state_->respond(status, headers, body);
}

void HttpExchange::start(unsigned status, const HttpHeaders& headers) {
  CHECK(state_->answer == State::Answer::None);
  if (state_->connection == nullptr) return;
  if (!headers.sendable()) {
    state_->respond(500, {}, base::as_bytes("an answer header can't be sent\n"));
    return;
  }
  state_->answer = State::Answer::Begun;
  state_->with_body = has_body(status) && !state_->head_only;
  // HTTP/1.0 knows no chunks: the end of the connection ends the answer.
  if (state_->http_1_0) state_->keep_alive = false;
  state_->write_head(status, headers, std::nullopt);
}

void HttpExchange::chunk(base::BytesView bytes) {
  if (state_->connection == nullptr || !state_->with_body || bytes.empty()) return;
  CHECK(state_->answer == State::Answer::Begun);
  Stream& stream = state_->connection->stream();
  if (state_->http_1_0) {
    stream.write(bytes);
    return;
  }
  std::array<char, 20> size{};
  char* end = std::to_chars(size.data(), size.data() + 16, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  stream.write(base::as_bytes({size.data(), static_cast<std::size_t>(end - size.data())}));
  stream.write(bytes);
  stream.write(base::as_bytes("\r\n"));
}

void HttpExchange::finish() {
  if (state_->connection == nullptr) return;
  CHECK(state_->answer == State::Answer::Begun);
  if (state_->with_body && !state_->http_1_0) {
    state_->connection->stream().write(base::as_bytes("0\r\n\r\n"));
  }
  state_->complete();
}

std::size_t HttpExchange::pending_bytes() const {
  return state_->connection == nullptr ? 0 : state_->connection->stream().pending_bytes();
}
void HttpExchange::on_drained(std::function<void()> callback) {
  state_->on_drained = std::move(callback);
}
void HttpExchange::on_disconnect(std::function<void()> callback) {
  state_->on_disconnect = std::move(callback);
}
bool HttpExchange::disconnected() const { return state_->disconnected; }

}  // namespace cocoon::io
