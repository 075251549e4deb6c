// HttpServer: HTTP/1.1 on plain TCP for callers on this machine or behind a gateway; a handler gets
// one HttpExchange per request and may answer at once, later, or in pieces.
//
// Malformed, slow or oversized callers are answered 400, 408, 413, 417, 431, 501 or 505
// without reaching the handler. Pipelined requests are answered one after the other. `Expect:
// 100-continue` is answered before the body is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/http_headers.h"
#include "io/io_fault.h"
#include "io/limits.h"
#include "io/runtime.h"

namespace cocoon::io {

struct HttpRequest {
  std::string method;  // as sent: "POST"
  std::string target;  // as sent: "/v1/models?limit=3"
  HttpHeaders headers;
  base::Bytes body;
  std::string peer_address;
};

class HttpExchange {
 public:
  struct State;
  explicit HttpExchange(std::shared_ptr<State> state);
  // Not answered: the server answers 500. Answered in part: the connection is dropped, so that the
  // caller sees that the answer is not whole.
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  const HttpRequest& request() const;
  HttpRequest& request();  // for moving the body out

  // A whole answer. Content-Length, Transfer-Encoding, Connection and Date are the server's and
  // skipped if given; headers that are not sendable() turn the answer into 500. For HEAD the body's
  // size is told and the body left out.
  void respond(unsigned status, const HttpHeaders& headers, base::BytesView body);
  void respond(unsigned status, const HttpHeaders& headers, std::string_view body) {
    respond(status, headers, base::as_bytes(body));
  }
  // An answer in pieces: start, chunk..., finish. Each chunk leaves in the same turn of the loop.
  // Empty ones are skipped.
  void start(unsigned status, const HttpHeaders& headers);
  void chunk(base::BytesView bytes);
  void finish();

  // Bytes of the answer that the kernel has not taken yet, and when that has fallen to none.
  std::size_t pending_bytes() const;
  void on_drained(std::function<void()> callback);
  // The caller went away before finish() or respond(). Writing on is harmless.
  void on_disconnect(std::function<void()> callback);
  bool disconnected() const;

 private:
  std::shared_ptr<State> state_;  // shared with its connection
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::size_t body_bytes_max = kHttpBodyBytesMax;
  std::size_t connections_max = kHttpConnectionsMax;
  base::Duration header_timeout = kHttpHeaderTimeout;
  base::Duration body_timeout = kHttpBodyTimeout;
  base::Duration idle_timeout = kHttpIdleTimeout;
  base::Duration write_timeout = kHttpWriteTimeout;
  std::string refusal_content_type = "text/plain; charset=utf-8";
  // The body of an answer that the server gives without the handler; by default the reason and a
  // line feed.
  std::function<std::string(unsigned status, std::string_view reason)> refusal_body = {};
};

struct HttpServerCounters {
  std::uint64_t connections = 0;  // accepted so far
  std::uint64_t requests = 0;     // given to the handler
  std::uint64_t refused = 0;      // answered by the server itself
  std::uint64_t disconnects = 0;  // of callers who waited for an answer
};

class HttpServer {
 public:
  struct State;
  using Handler = std::function<void(std::unique_ptr<HttpExchange>)>;

  static base::Result<std::unique_ptr<HttpServer>> open(Runtime& runtime, HttpServerOptions options,
                                                        Handler handler);
  // Drops every connection; exchanges that are still held see a disconnected caller, without a
  // callback.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  // Stops listening; requests in progress are finished, idle connections closed, and then `done` is
  // called.
  void drain(std::function<void()> done);
  std::size_t connections() const;
  const HttpServerCounters& counters() const;

 private:
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace cocoon::io
