// HttpConnection: one caller's connection to the HTTP server: reads requests one after the other
// and writes their answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "io/http_parser.h"
#include "io/http_server.h"
#include "io/listener.h"
#include "io/stream.h"

namespace cocoon::io {

class HttpConnection;

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  State(Runtime& runtime_in, HttpServerOptions options_in, Handler handler_in)
      : runtime(runtime_in), options(std::move(options_in)), handler(std::move(handler_in)) {}

  base::Result<void> open();
  void handle_connection(Connection connection);
  void forget(HttpConnection& connection);
  void drain(std::function<void()> done);
  void close();
  // RFC 9110 section 6.6.1, made anew once a second.
  const std::string& date();

  Runtime& runtime;
  HttpServerOptions options;
  Handler handler;
  std::unique_ptr<Listener> listener;
  std::unordered_map<HttpConnection*, std::shared_ptr<HttpConnection>> connections;
  std::function<void()> on_drained;
  HttpServerCounters counters;
  std::string head;  // of an answer, while it is put together
  std::string date_text;
  std::int64_t date_seconds = -1;
  bool draining = false;
};

struct HttpExchange::State {
  enum class Answer { None, Begun, Done };

  void write_head(unsigned status, const HttpHeaders& headers,
                  std::optional<std::size_t> body_size);
  void respond(unsigned status, const HttpHeaders& headers, base::BytesView body);
  void complete();

  HttpRequest request;
  HttpConnection* connection = nullptr;  // none: the caller is gone, or the answer is done
  std::function<void()> on_drained;
  std::function<void()> on_disconnect;
  Answer answer = Answer::None;
  bool disconnected = false;
  bool head_only = false;
  bool http_1_0 = false;
  bool keep_alive = false;
  bool with_body = true;
};

class HttpConnection : public StreamEvents, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServer::State> server, std::unique_ptr<Stream> stream);

  void start();
  // The answer in progress is complete.
  void finish_exchange(AfterAnswer after);
  // Drops the connection without another byte; nobody is told.
  void abort();
  // For shutting down in good order.
  void close_if_idle();

  Stream& stream() { return *stream_; }
  HttpServer::State& server() { return *server_; }

  void on_bytes(base::BytesView bytes) override;
  void on_drained() override;
  void on_closed(const base::Error& reason) override;

 private:
  enum class Phase { Idle, Header, Body, Answering, Ended };

  std::size_t handle_input(base::BytesView input);
  void handle_carried();
  void begin_exchange();
  void expect_more();
  void enter(Phase phase, base::Duration limit);
  void handle_timeout();
  void handle_slow_reader();
  void refuse(const HttpRefusal& refusal);
  void end();

  std::shared_ptr<HttpServer::State> server_;
  std::unique_ptr<Stream> stream_;
  Timer timer_;
  std::optional<HttpRequestParser> parser_;
  base::Bytes carried_;  // read, not yet used
  std::shared_ptr<HttpExchange::State> current_;
  std::uint64_t sent_at_check_ = 0;
  Phase phase_ = Phase::Header;
  bool handling_ = false;
  bool paused_ = false;
  bool continue_sent_ = false;
};

}  // namespace cocoon::io
