#include "io/http_server.h"

#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

using std::chrono::milliseconds;

class HttpServerTest : public LoopTest {
 protected:
  void open(HttpServerOptions options = {}) {
    auto opened = HttpServer::open(
        runtime, std::move(options),
        [this](std::unique_ptr<HttpExchange> exchange) { handler(std::move(exchange)); });
    ASSERT_TRUE(opened.ok());
    server = *std::move(opened);
  }
  Peer& connect() {
    peers.push_back(std::make_unique<Peer>());
    Peer& peer = *peers.back();
    dials.push_back(dial(runtime, {"127.0.0.1", server->port()}, peer));
    run_until([&] { return peer.stream != nullptr; });
    return peer;
  }
  // What the server answers, until it closes the connection.
  std::string answer_to(std::string_view request) {
    Peer& peer = connect();
    peer.say(request);
    run_until([&] { return peer.over(); });
    return without_date(peer.received);
  }
  static std::string without_date(std::string text) {
    for (std::size_t at = 0; (at = text.find("Date: ", at)) != std::string::npos;) {
      text.erase(at, text.find("\r\n", at) + 2 - at);
    }
    return text;
  }
  static std::string request(std::string_view line, std::string_view more = "",
                             std::string_view body = "") {
    return std::string(line) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n" +
           std::string(body);
  }

  // Echoes by default.
  std::function<void(std::unique_ptr<HttpExchange>)> handler =
      [](std::unique_ptr<HttpExchange> exchange) {
        const HttpRequest& asked = exchange->request();
        exchange->respond(200, {{"Content-Type", "text/plain"}},
                          asked.method + " " + asked.target + " " + base::to_text(asked.body));
      };
  std::unique_ptr<HttpServer> server;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<Dial>> dials;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  open();
  Peer& peer = connect();
  for (int i = 1; i <= 3; ++i) {
    peer.received.clear();
    peer.say(request("POST /a?b", "Content-Length: 2\r\n", "hi"));
    run_until([&] { return peer.received.ends_with("hi"); });
    EXPECT_EQ(
        without_date(peer.received),
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nPOST /a?b hi");
    EXPECT_NE(peer.received.find("\r\nDate: "), std::string::npos);
  }
  EXPECT_EQ(server->counters().requests, 3U);
  EXPECT_EQ(server->counters().connections, 1U);
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  open();
  std::vector<std::unique_ptr<HttpExchange>> held;
  handler = [&](std::unique_ptr<HttpExchange> exchange) {
    if (exchange->request().target == "/1") {
      held.push_back(std::move(exchange));
    } else {
      exchange->respond(200, {}, exchange->request().target);
    }
  };
  Peer& peer = connect();
  peer.say(request("GET /1") + request("GET /2") + request("GET /3", "Connection: close\r\n"));
  run_until([&] { return held.size() == 1; });
  run_turns(5);
  EXPECT_EQ(peer.received, "");
  EXPECT_EQ(server->counters().requests, 1U);
  held[0]->respond(200, {}, "one");
  run_until([&] { return peer.over(); });
  EXPECT_EQ(without_date(peer.received),
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/2"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/3");
  EXPECT_EQ(peer.closed, "closed");
}

TEST_F(HttpServerTest, FloodOfPipelinedRequestsIsHeldBack) {
  open();
  int answered = 0;
  std::unique_ptr<HttpExchange> held;
  handler = [&](std::unique_ptr<HttpExchange> exchange) { held = std::move(exchange); };
  Peer& peer = connect();
  std::string flood;
  const std::string padded = request("GET /", "X-Padding: " + std::string(1200, 'x') + "\r\n");
  for (int i = 0; i < 10'000; ++i) flood += padded;
  peer.stream->write(base::to_bytes(flood));
  std::uint64_t sent = 0;
  run_until([&] {
    return std::exchange(sent, peer.stream->sent_bytes()) == peer.stream->sent_bytes() && held;
  });
  EXPECT_GT(peer.stream->pending_bytes(), 0U);
  handler = [&](std::unique_ptr<HttpExchange> exchange) {
    ++answered;
    exchange->respond(204, {}, "");
  };
  held->respond(204, {}, "");
  held.reset();
  run_until([&] { return answered == 9'999; });
}

TEST_F(HttpServerTest, StreamsChunksAsTheyCome) {
  open();
  std::unique_ptr<HttpExchange> held;
  int drained = 0;
  handler = [&](std::unique_ptr<HttpExchange> exchange) {
    held = std::move(exchange);
    held->on_drained([&] { ++drained; });
    held->start(200, {{"Content-Type", "text/event-stream"},
                      {"Content-Length", "7"},
                      {"Transfer-Encoding", "x"}});
  };
  Peer& peer = connect();
  peer.say(request("GET /"));
  run_until([&] { return !peer.received.empty() && drained == 1; });
  EXPECT_EQ(
      without_date(peer.received),
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  peer.received.clear();
  held->chunk(base::as_bytes("data: 1\n\n"));
  held->chunk({});
  held->chunk(base::as_bytes(std::string(26, 'x')));
  EXPECT_GT(held->pending_bytes(), 35U);
  run_until([&] { return peer.received.ends_with("x\r\n") && drained == 2; });
  EXPECT_EQ(peer.received, "9\r\ndata: 1\n\n\r\n1a\r\n" + std::string(26, 'x') + "\r\n");
  EXPECT_EQ(peer.reads, 2);
  peer.received.clear();
  held->finish();
  peer.say(request("GET /"));
  run_until([&] { return peer.received.find("HTTP/1.1") != std::string::npos; });
  EXPECT_TRUE(peer.received.starts_with("0\r\n\r\nHTTP/1.1 200"));
}

TEST_F(HttpServerTest, StreamForHttp10EndsWithTheConnection) {
  open();
  handler = [](std::unique_ptr<HttpExchange> exchange) {
    exchange->start(200, {});
    exchange->chunk(base::as_bytes("abc"));
    exchange->finish();
  };
  EXPECT_EQ(answer_to("GET / HTTP/1.0\r\n\r\n"), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
}

TEST_F(HttpServerTest, Http10KeepsAliveOnRequest) {
  open();
  Peer& peer = connect();
  peer.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  run_until([&] { return peer.received.ends_with("GET / "); });
  EXPECT_NE(peer.received.find("Connection: keep-alive\r\n"), std::string::npos);
  EXPECT_FALSE(peer.over());
}

TEST_F(HttpServerTest, HeadAndOptionsReachTheHandler) {
  open();
  EXPECT_EQ(answer_to(request("HEAD /x", "Connection: close\r\n")),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\nConnection: "
            "close\r\n\r\n");
  EXPECT_TRUE(answer_to(request("OPTIONS *", "Connection: close\r\n")).ends_with("OPTIONS * "));
  handler = [](std::unique_ptr<HttpExchange> exchange) { exchange->respond(204, {}, "ignored"); };
  EXPECT_EQ(answer_to(request("GET /", "Connection: close\r\n")),
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST_F(HttpServerTest, ExpectContinueIsAnsweredBeforeTheBody) {
  open();
  Peer& peer = connect();
  peer.say(request("POST /", "Expect: 100-continue\r\nContent-Length: 4\r\n"));
  run_until([&] { return peer.received == "HTTP/1.1 100 Continue\r\n\r\n"; });
  peer.received.clear();
  peer.say("body");
  run_until([&] { return peer.received.ends_with("POST / body"); });
  EXPECT_TRUE(peer.received.starts_with("HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, OversizedBodyIsRefusedWithoutReadingIt) {
  open({.body_bytes_max = 1000});
  EXPECT_TRUE(answer_to(request("POST /", "Expect: 100-continue\r\nContent-Length: 1001\r\n"))
                  .starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
  // The answer arrives although the caller goes on sending.
  const std::string body(2'000'000, 'x');
  EXPECT_TRUE(answer_to(request("POST /", "Content-Length: 2000000\r\n", body))
                  .starts_with("HTTP/1.1 413"));
  EXPECT_EQ(server->counters().refused, 2U);
  EXPECT_EQ(server->counters().requests, 0U);
}

TEST_F(HttpServerTest, MalformedAndOversizedHeadersAreRefusedInTheAppsWords) {
  open({.refusal_content_type = "application/json",
        .refusal_body = [](unsigned status, std::string_view) {
          return "{\"code\":" + std::to_string(status) + "}";
        }});
  EXPECT_EQ(answer_to("nonsense\r\n\r\n"),
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: "
            "12\r\nConnection: close\r\n\r\n"
            "{\"code\":400}");
  EXPECT_TRUE(answer_to(request("GET /", "A: " + std::string(40'000, 'x') + "\r\n"))
                  .starts_with("HTTP/1.1 431 Request Header Fields Too Large"));
}

TEST_F(HttpServerTest, OneMegabyteBothWays) {
  open();
  std::string body(1024 * 1024, 'a');
  for (std::size_t i = 0; i < body.size(); i += 1009) body[i] = static_cast<char>('0' + i % 10);
  const std::string answer = answer_to(request(
      "POST /", "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
      body));
  EXPECT_TRUE(answer.ends_with("POST / " + body));
}

TEST_F(HttpServerTest, SlowHeaderBodyAndIdleCallersAreDropped) {
  open({.header_timeout = milliseconds(30),
        .body_timeout = milliseconds(30),
        .idle_timeout = milliseconds(30)});
  Peer& silent = connect();
  Peer& header = connect();
  Peer& body = connect();
  Peer& idle = connect();
  Timer drip(runtime, [&] {
    if (!header.over()) header.say("A: b\r\n");
    drip.arm_in(milliseconds(2));
  });
  header.say("GET / HTTP/1.1\r\n");
  drip.arm_in(milliseconds(1));
  body.say(request("POST /", "Content-Length: 10\r\n", "123"));
  idle.say(request("GET /"));
  run_until([&] { return silent.over() && header.over() && body.over() && idle.over(); });
  EXPECT_EQ(silent.received, "");
  EXPECT_TRUE(header.received.starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(body.received.starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(idle.received.starts_with("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, CallerWhoReadsNothingIsDropped) {
  open({.write_timeout = milliseconds(50)});
  std::unique_ptr<HttpExchange> held;
  bool gone = false;
  handler = [&](std::unique_ptr<HttpExchange> exchange) {
    held = std::move(exchange);
    held->on_disconnect([&] { gone = true; });
    held->start(200, {});
    held->chunk(base::Bytes(32 * 1024 * 1024, 'x'));
  };
  Peer& peer = connect();
  peer.stream->pause_reading();
  peer.say(request("GET /"));
  run_until([&] { return gone; });
  EXPECT_EQ(held->pending_bytes(), 0U);
  held->chunk(base::as_bytes("more"));
  held->finish();
}

TEST_F(HttpServerTest, DisconnectInMidStreamIsTold) {
  open();
  std::unique_ptr<HttpExchange> held;
  bool gone = false;
  handler = [&](std::unique_ptr<HttpExchange> exchange) {
    held = std::move(exchange);
    held->on_disconnect([&] {
      gone = true;
      held.reset();
    });
    held->start(200, {});
    held->chunk(base::as_bytes("first"));
  };
  Peer& peer = connect();
  peer.say(request("GET /"));
  run_until([&] { return peer.received.ends_with("first\r\n"); });
  peer.stream.reset();
  run_until([&] { return gone; });
  EXPECT_EQ(held, nullptr);
  EXPECT_EQ(server->counters().disconnects, 1U);
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpServerTest, ForgottenExchangeIsA500OrACut) {
  open();
  handler = [](std::unique_ptr<HttpExchange>) {};
  EXPECT_TRUE(answer_to(request("GET /", "Connection: close\r\n")).starts_with("HTTP/1.1 500"));
  handler = [](std::unique_ptr<HttpExchange> exchange) {
    exchange->start(200, {});
    exchange->chunk(base::as_bytes("half"));
  };
  EXPECT_TRUE(answer_to(request("GET /")).ends_with("4\r\nhalf\r\n"));
}

TEST_F(HttpServerTest, HeadersCannotBeInjected) {
  open();
  handler = [](std::unique_ptr<HttpExchange> exchange) {
    exchange->respond(200, {{"X-Echo", "a\r\nSet-Cookie: b"}}, "x");
  };
  const std::string answer = answer_to(request("GET /", "Connection: close\r\n"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500"));
  EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
}

TEST_F(HttpServerTest, ConnectionsAreBounded) {
  open({.connections_max = 2});
  connect();
  connect();
  run_until([&] { return server->connections() == 2; });
  Peer& third = connect();
  run_until([&] { return third.over(); });
  EXPECT_EQ(third.received, "");
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpServerTest, DrainFinishesWhatRuns) {
  open();
  std::unique_ptr<HttpExchange> held;
  handler = [&](std::unique_ptr<HttpExchange> exchange) { held = std::move(exchange); };
  Peer& idle = connect();
  Peer& busy = connect();
  busy.say(request("GET /"));
  run_until([&] { return held && server->connections() == 2; });
  bool drained = false;
  server->drain([&] { drained = true; });
  run_until([&] { return idle.over(); });
  EXPECT_FALSE(drained);
  held->respond(200, {}, "done");
  run_until([&] { return drained && busy.over(); });
  EXPECT_TRUE(busy.received.ends_with("done"));
}

TEST_F(HttpServerTest, ServerMayGoBeforeItsExchanges) {
  open();
  std::unique_ptr<HttpExchange> held;
  handler = [&](std::unique_ptr<HttpExchange> exchange) { held = std::move(exchange); };
  Peer& peer = connect();
  peer.say(request("GET /"));
  run_until([&] { return held != nullptr; });
  server.reset();
  EXPECT_TRUE(held->disconnected());
  held->respond(200, {}, "too late");
  held.reset();
  run_until([&] { return peer.over(); });
  EXPECT_EQ(peer.received, "");
}

}  // namespace
}  // namespace cocoon::io::test
