// HttpClient: HTTP/1.1 for talking to inference engines over plain TCP, with kept connections and
// streamed answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/dialer.h"
#include "io/http_headers.h"
#include "io/io_fault.h"
#include "io/limits.h"
#include "io/runtime.h"

namespace cocoon::io {

struct HttpEndpoint {
  HostPort host_port;
  std::string base_path;  // "" or "/v1", without a slash at the end

  // "http://127.0.0.1:8000/v1". HttpsUnsupported or InvalidAddress otherwise.
  static base::Result<HttpEndpoint> parse(std::string_view url);
};

class HttpClientEvents {
 public:
  virtual ~HttpClientEvents() = default;
  virtual void on_head(unsigned status, const HttpHeaders& headers) = 0;
  // As it arrives, transfer coding removed; valid during the call only.
  virtual void on_body(base::BytesView bytes) = 0;
  // One of these two is the last event.
  virtual void on_end() = 0;
  // Refused, Unreachable, NameNotFound, Timeout, Reset, Truncated, Protocol, TooLarge (header),
  // InvalidHeader.
  virtual void on_error(const base::Error& error) = 0;
};

// Whether a request may be sent a second time on a fresh connection, when a kept one turns out to
// be closed and no byte of an answer has come.
enum class Resend { Allowed, Never };

struct HttpClientRequest {
  std::string method = "GET";
  std::string path = "/";  // appended to the endpoint's base_path
  // Host, Content-Length, Transfer-Encoding and Connection are the client's and skipped if given.
  HttpHeaders headers = {};
  base::Bytes body = {};
  Resend resend = Resend::Allowed;
};

struct HttpClientOptions {
  std::size_t idle_pool_max = kHttpIdlePoolMax;
  base::Duration connect_timeout = kConnectTimeout;
  // An engine may queue a request for long.
  base::Duration first_byte_timeout = std::chrono::seconds(300);
  // Between pieces of the answer.
  base::Duration idle_timeout = std::chrono::seconds(120);
  base::Duration total_timeout = std::chrono::seconds(3600);
  base::Duration pool_idle_timeout = kHttpPoolIdleTimeout;
};

// A request in progress; destroying it cancels it without an event (and drops its connection, which
// tells the engine to stop). Allowed inside any event.
class HttpCall {
 public:
  struct State;
  explicit HttpCall(std::shared_ptr<State> state);
  ~HttpCall();
  HttpCall(const HttpCall&) = delete;
  HttpCall& operator=(const HttpCall&) = delete;

  // Backpressure on the answer: up to 64 KiB more may come, and the idle timeout rests meanwhile.
  void pause();
  void resume();

 private:
  std::shared_ptr<State> state_;
};

// For one endpoint. Destroying it ends all calls without an event.
class HttpClient {
 public:
  struct State;
  HttpClient(Runtime& runtime, HttpEndpoint endpoint, HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Never calls `events` before it has returned.
  [[nodiscard]] std::unique_ptr<HttpCall> request(HttpClientRequest request,
                                                  HttpClientEvents& events);
  std::size_t idle_connections() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace cocoon::io
