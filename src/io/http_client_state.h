// The inside of HttpClient: its connections and the calls that use them, one call per connection at
// a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "io/dialer.h"
#include "io/http_client.h"
#include "io/http_parser.h"
#include "io/stream.h"

namespace cocoon::io {

class ClientConnection;

struct HttpClient::State : std::enable_shared_from_this<HttpClient::State> {
  State(Runtime& runtime_in, HttpEndpoint endpoint_in, HttpClientOptions options_in);

  // The most recently used kept connection, or none.
  std::shared_ptr<ClientConnection> take_idle();
  void keep(std::shared_ptr<ClientConnection> connection);
  void drop_idle(ClientConnection& connection);
  void sweep();
  void close();

  Runtime& runtime;
  HttpEndpoint endpoint;
  HttpClientOptions options;
  std::vector<std::shared_ptr<ClientConnection>> idle;  // oldest first
  std::unordered_set<HttpCall::State*> calls;
  Timer sweep_timer;
  bool closed = false;
};

struct HttpCall::State : std::enable_shared_from_this<HttpCall::State> {
  State(std::shared_ptr<HttpClient::State> client_in, HttpClientRequest request_in,
        HttpClientEvents& events_in);

  void start();
  void cancel();
  void pause();
  void resume();

  // From the connection.
  void handle_head(unsigned status, const HttpHeaders& headers);
  void handle_body(base::BytesView bytes);
  void handle_first_byte();
  void handle_end();
  void handle_failure(const base::Error& error);

 private:
  enum class Phase { Connecting, Waiting, Answering, Over };

  base::Result<void> check_request() const;
  void dial();
  void send_on(std::shared_ptr<ClientConnection> connection);
  std::string compose_head() const;
  void arm(base::Duration limit);
  void handle_timeout();
  void fail(const base::Error& error);
  void conclude();

  std::shared_ptr<HttpClient::State> client_;
  HttpClientRequest request_;
  HttpClientEvents* events_;
  Timer timer_;
  base::Instant total_deadline_;
  std::unique_ptr<Dial> dial_;
  std::shared_ptr<ClientConnection> connection_;
  Phase phase_ = Phase::Connecting;
  bool on_kept_connection_ = false;
  bool paused_ = false;
};

class ClientConnection : public StreamEvents,
                         public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(std::shared_ptr<HttpClient::State> client, std::unique_ptr<Stream> stream);

  void start() { stream_->start(*this); }
  void begin(HttpCall::State& call, ResponseBody body);
  // The call is over; without its answer being whole the connection is of no more use.
  void abandon();
  Stream& stream() { return *stream_; }

  base::Instant idle_since;

  void on_bytes(base::BytesView bytes) override;
  void on_closed(const base::Error& reason) override;

 private:
  void begin_answer();
  bool handle_input(base::BytesView input, std::size_t& used);
  void finish_answer(AfterAnswer after);
  void fail(const base::Error& error);

  std::shared_ptr<HttpClient::State> client_;
  std::unique_ptr<Stream> stream_;
  HttpCall::State* call_ = nullptr;  // none: kept for later, or of no more use
  std::optional<HttpResponseParser> parser_;
  ResponseBody body_ = ResponseBody::Expected;
  base::Bytes carried_;
};

}  // namespace cocoon::io
