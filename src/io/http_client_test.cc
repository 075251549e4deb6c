#include "io/http_client.h"

#include "io/http_server.h"
#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

using std::chrono::milliseconds;

struct Caller : HttpClientEvents {
  void on_head(unsigned status_in, const HttpHeaders& headers) override {
    status = status_in;
    content_type = headers.get("content-type").value_or("");
    events += "head ";
  }
  void on_body(base::BytesView bytes) override {
    if (body.empty()) events += "body ";
    body += base::as_text(bytes);
    if (cancel_on_body) call.reset();
  }
  void on_end() override {
    events += "end";
    over = true;
  }
  void on_error(const base::Error& error) override {
    events += error.reason();
    message = error.message();
    over = true;
  }
  unsigned status = 0;
  std::string content_type;
  std::string body;
  std::string events;
  std::string message;
  bool over = false;
  bool cancel_on_body = false;
  std::unique_ptr<HttpCall> call;
};

// An engine whose answers are bytes from the test.
class HttpClientTest : public LoopTest {
 protected:
  void open(HttpClientOptions options = {}) {
    client = std::make_unique<HttpClient>(
        runtime,
        *HttpEndpoint::parse("http://127.0.0.1:" + std::to_string(host.listener->port()) +
                             "/base/"),
        options);
  }
  void ask(Caller& caller, HttpClientRequest request = {}) {
    caller.call = client->request(std::move(request), caller);
  }
  // The engine's side of the newest connection, once it has heard `count` whole request heads.
  Peer& asked(std::size_t connections, std::size_t count = 1) {
    run_until(
        [&] { return host.peers.size() == connections && heads(*host.peers.back()) == count; });
    return *host.peers.back();
  }
  static std::size_t heads(const Peer& peer) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = peer.received.find("\r\n\r\n", at)) != std::string::npos; ++at)
      ++count;
    return count;
  }
  void finish(Caller& caller) {
    run_until([&] { return caller.over; });
  }

  Host host{runtime};
  std::unique_ptr<HttpClient> client;
};

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HttpClientTest, SendsWhatItIsGiven) {
  open();
  Caller caller;
  ask(caller, {.method = "POST",
               .path = "/chat?x=1",
               .headers = {{"X-A", "1"},
                           {"host", "evil"},
                           {"CONTENT-LENGTH", "99"},
                           {"Transfer-Encoding", "chunked"}},
               .body = base::to_bytes("{}")});
  Peer& engine = asked(1);
  EXPECT_EQ(engine.received, "POST /base/chat?x=1 HTTP/1.1\r\nHost: " + host.address().to_text() +
                                 "\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}");
  engine.say(kOk);
  finish(caller);
  EXPECT_EQ(caller.events, "head body end");
  EXPECT_EQ(caller.body, "ok");
}

class FramingTest : public HttpClientTest, public ::testing::WithParamInterface<const char*> {};

// Every byte arrives in a packet of its own (the split inside the parser is tested at every place
// beside it).
TEST_P(FramingTest, ByteByByte) {
  open();
  Caller caller;
  ask(caller);
  Peer& engine = asked(1);
  const std::string answer = std::string("HTTP/1.1 200 OK\r\nCONTENT-type: a/b\r\n") + GetParam();
  std::size_t next = 0;
  run_until([&] {
    if (next < answer.size() && engine.stream->pending_bytes() == 0)
      engine.say(answer.substr(next++, 1));
    return next == answer.size() && engine.stream->pending_bytes() == 0;
  });
  if (answer.find("ength") == std::string::npos && answer.find("chunked") == std::string::npos)
    engine.stream->close();
  finish(caller);
  EXPECT_EQ(caller.events, "head body end");
  EXPECT_EQ(caller.content_type, "a/b");
  EXPECT_EQ(caller.body, "hello world");
}

INSTANTIATE_TEST_SUITE_P(
    All, FramingTest,
    ::testing::Values(
        "content-Length: 11\r\n\r\nhello world",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
        "\r\nhello world"));

TEST_F(HttpClientTest, InterimAnswersAreSkipped) {
  open();
  Caller caller;
  ask(caller);
  asked(1).say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
               std::string(kOk));
  finish(caller);
  EXPECT_EQ(caller.events, "head body end");
  EXPECT_EQ(caller.status, 200U);
}

TEST_F(HttpClientTest, HeadHasNoBody) {
  open();
  Caller caller;
  ask(caller, {.method = "HEAD"});
  asked(1).say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  finish(caller);
  EXPECT_EQ(caller.events, "head end");
}

TEST_F(HttpClientTest, ConnectionsAreKeptAndReused) {
  open();
  for (std::size_t i = 1; i <= 3; ++i) {
    Caller caller;
    ask(caller);
    asked(1, i).say(kOk);
    finish(caller);
    EXPECT_EQ(client->idle_connections(), 1U);
  }
  // Two at once need two connections.
  Caller first;
  Caller second;
  ask(first);
  ask(second);
  run_until([&] {
    return host.peers.size() == 2 && heads(*host.peers[0]) == 4 && heads(*host.peers[1]) == 1;
  });
  host.peers[0]->say(kOk);
  host.peers[1]->say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  run_until([&] { return first.over && second.over; });
  EXPECT_EQ(client->idle_connections(), 1U);
}

TEST_F(HttpClientTest, NextRequestMayBeMadeInsideOnEnd) {
  open();
  struct Chain : Caller {
    void on_end() override {
      if (++rounds < 3) {
        call = client->request({}, *this);
      } else {
        Caller::on_end();
      }
    }
    HttpClient* client = nullptr;
    int rounds = 0;
  } chain;
  chain.client = client.get();
  ask(chain);
  for (std::size_t i = 1; i <= 3; ++i) asked(1, i).say(kOk);
  finish(chain);
  EXPECT_EQ(host.peers.size(), 1U);
}

TEST_F(HttpClientTest, StaleKeptConnectionIsRetriedOnce) {
  open();
  Caller first;
  ask(first);
  Peer& engine = asked(1);
  engine.say(kOk);
  finish(first);
  // The engine closes while the next request is on its way: the client can't have noticed yet.
  Caller second;
  ask(second, {.method = "POST", .body = base::to_bytes("body")});
  engine.stream.reset();
  Peer& fresh = asked(2);
  EXPECT_TRUE(fresh.received.ends_with("\r\n\r\nbody"));
  fresh.stream.reset();
  finish(second);
  EXPECT_EQ(second.events.substr(0, 5), "trunc");
  EXPECT_EQ(host.peers.size(), 2U);
}

TEST_F(HttpClientTest, StaleKeptConnectionIsAnErrorIfResendingIsForbidden) {
  open();
  Caller first;
  ask(first);
  Peer& engine = asked(1);
  engine.say(kOk);
  finish(first);
  Caller second;
  ask(second, {.method = "POST", .body = base::to_bytes("body"), .resend = Resend::Never});
  engine.stream.reset();
  finish(second);
  EXPECT_TRUE(second.events == "truncated" || second.events == "reset") << second.events;
  EXPECT_EQ(host.peers.size(), 1U);
}

TEST_F(HttpClientTest, NoRetryAfterTheFirstByte) {
  open();
  Caller first;
  ask(first);
  Peer& engine = asked(1);
  engine.say(kOk);
  finish(first);
  Caller second;
  ask(second);
  asked(1, 2).say("HTTP/1.1 200");
  run_turns(3);
  engine.stream->close();
  finish(second);
  EXPECT_EQ(second.events, "truncated");
  EXPECT_EQ(host.peers.size(), 1U);
}

TEST_F(HttpClientTest, ClosedOrTalkativeIdleConnectionsAreForgotten) {
  open();
  for (const bool talk : {true, false}) {
    Caller caller;
    ask(caller);
    Peer& engine = asked(talk ? 1 : 2);
    engine.say(kOk);
    finish(caller);
    EXPECT_EQ(client->idle_connections(), 1U);
    if (talk) {
      engine.say("HTTP/1.1 200 OK\r\n\r\nnobody asked");
    } else {
      engine.stream->close();
    }
    run_until([&] { return client->idle_connections() == 0; });
  }
}

TEST_F(HttpClientTest, AnswerWithATailIsNotReused) {
  open();
  Caller caller;
  ask(caller);
  asked(1).say(std::string(kOk) + "HTTP/1.1 200 OK\r\n");
  finish(caller);
  EXPECT_EQ(caller.events, "head body end");
  EXPECT_EQ(client->idle_connections(), 0U);
}

TEST_F(HttpClientTest, PoolIsBoundedAndAges) {
  open({.idle_pool_max = 1, .pool_idle_timeout = milliseconds(20)});
  Caller first;
  Caller second;
  ask(first);
  ask(second);
  run_until(
      [&] { return host.peers.size() == 2 && heads(*host.peers[0]) + heads(*host.peers[1]) == 2; });
  for (const auto& peer : host.peers) peer->say(kOk);
  run_until([&] { return first.over && second.over; });
  EXPECT_LE(client->idle_connections(), 1U);
  run_until([&] { return client->idle_connections() == 0; });
}

TEST_F(HttpClientTest, CancelDropsTheConnectionSilently) {
  open();
  Caller caller;
  ask(caller);
  Peer& engine = asked(1);
  engine.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
  run_until([&] { return caller.body == "part"; });
  caller.call.reset();
  run_until([&] { return engine.over(); });
  EXPECT_EQ(caller.events, "head body ");
  EXPECT_EQ(client->idle_connections(), 0U);

  Caller inside;
  inside.cancel_on_body = true;
  ask(inside);
  Peer& again = asked(2);
  again.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  run_until([&] { return again.over(); });
  EXPECT_EQ(inside.events, "head body ");
  EXPECT_EQ(inside.body, "a");

  Caller at_once;
  ask(at_once);
  at_once.call.reset();
  run_turns(10);
  EXPECT_EQ(at_once.events, "");
}

TEST_F(HttpClientTest, ClientMayGoBeforeItsCalls) {
  open();
  Caller caller;
  ask(caller);
  Peer& engine = asked(1);
  client.reset();
  run_until([&] { return engine.over(); });
  EXPECT_EQ(caller.events, "");
}

TEST_F(HttpClientTest, TimeoutsAreNamed) {
  open({.first_byte_timeout = milliseconds(20)});
  Caller no_answer;
  ask(no_answer);
  finish(no_answer);
  EXPECT_EQ(no_answer.events, "timeout");
  EXPECT_NE(no_answer.message.find("first byte"), std::string::npos) << no_answer.message;

  open({.idle_timeout = milliseconds(20)});
  Caller stalls;
  ask(stalls);
  asked(2).say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
  finish(stalls);
  EXPECT_EQ(stalls.events, "head body timeout");
  EXPECT_NE(stalls.message.find("next piece"), std::string::npos) << stalls.message;

  open({.total_timeout = milliseconds(50)});
  Caller drips;
  ask(drips);
  Peer& engine = asked(3);
  engine.say("HTTP/1.1 200 OK\r\n\r\n");
  Timer drip(runtime, [&] {
    if (!engine.over()) engine.say("x");
    drip.arm_in(milliseconds(2));
  });
  drip.arm_in(milliseconds(1));
  finish(drips);
  EXPECT_EQ(drips.events, "head body timeout");
  EXPECT_NE(drips.message.find("whole answer"), std::string::npos) << drips.message;
}

TEST_F(HttpClientTest, FailuresAreNamed) {
  open();
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"this is not HTTP\r\n\r\n", "protocol"},
      {"HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'x') + "\r\n\r\n", "too_large"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "head protocol"},
  };
  for (const auto& [answer, reason] : rows) {
    Caller caller;
    ask(caller);
    asked(host.peers.size() + 1).say(answer);
    finish(caller);
    EXPECT_EQ(caller.events, reason);
  }
  Caller injected;
  ask(injected, {.headers = {{"X", "a\r\nB: c"}}});
  EXPECT_EQ(injected.events, "");
  finish(injected);
  EXPECT_EQ(injected.events, "invalid_header");
  Caller spaced;
  ask(spaced, {.path = "/a HTTP/1.1\r\nX: y"});
  finish(spaced);
  EXPECT_EQ(spaced.events, "invalid_header");

  host.listener.reset();
  Caller refused;
  ask(refused);
  finish(refused);
  EXPECT_EQ(refused.events, "refused");
}

TEST_F(HttpClientTest, PauseHoldsTheEngineBack) {
  open();
  Caller caller;
  ask(caller);
  Peer& engine = asked(1);
  engine.say("HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n");
  run_until([&] { return caller.status == 200; });
  caller.call->pause();
  engine.stream->write(base::Bytes(32 * 1024 * 1024, 'x'));
  std::uint64_t sent = 0;
  run_until([&] {
    return std::exchange(sent, engine.stream->sent_bytes()) == engine.stream->sent_bytes() &&
           sent > 1000;
  });
  EXPECT_GT(engine.stream->pending_bytes(), 8U * 1024 * 1024);
  EXPECT_LE(caller.body.size(), 8U * kReadBytesMax);
  caller.call->resume();
  finish(caller);
  EXPECT_EQ(caller.body.size(), 32U * 1024 * 1024);
}

TEST_F(HttpClientTest, TalksToOurOwnServer) {
  auto server = *HttpServer::open(runtime, {}, [](std::unique_ptr<HttpExchange> exchange) {
    exchange->start(201, {{"Content-Type", "x/y"}});
    for (std::size_t at = 0; at < exchange->request().body.size(); at += 1000) {
      const base::BytesView body = exchange->request().body;
      exchange->chunk(body.subspan(at, std::min<std::size_t>(1000, body.size() - at)));
    }
    exchange->finish();
  });
  HttpClient own(runtime,
                 *HttpEndpoint::parse("http://localhost:" + std::to_string(server->port())));
  const std::string body(1'000'000, 'q');
  for (int i = 0; i < 3; ++i) {
    Caller caller;
    caller.call = own.request({.method = "POST", .body = base::to_bytes(body)}, caller);
    finish(caller);
    EXPECT_EQ(caller.status, 201U);
    EXPECT_TRUE(caller.body == body);
  }
  EXPECT_EQ(server->counters().connections, 1U);
}

TEST(HttpEndpointTest, ParsesUrls) {
  EXPECT_EQ(HttpEndpoint::parse("http://a:1/v1/")->base_path, "/v1");
  EXPECT_EQ(HttpEndpoint::parse("HTTP://a")->host_port.port, 80);
  EXPECT_EQ(HttpEndpoint::parse("http://[::1]/")->host_port.to_text(), "[::1]:80");
  EXPECT_EQ(HttpEndpoint::parse("http://[::1]:8000")->host_port.to_text(), "[::1]:8000");
  EXPECT_EQ(HttpEndpoint::parse("https://a").error().reason(), "https_unsupported");
  for (const char* bad : {"", "a:80", "ftp://a", "http://", "http://a:b", "http://u@a"}) {
    EXPECT_EQ(HttpEndpoint::parse(bad).error().reason(), "invalid_address") << bad;
  }
}

}  // namespace
}  // namespace cocoon::io::test
