#include <future>
#include <thread>

#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

using std::chrono::milliseconds;

enum class OpeningFault { WrongWord };
std::string_view reason_name(OpeningFault) { return "wrong_word"; }

// Says `greeting`, waits for `expected`, then is done.
struct Exchange : Preamble {
  Exchange(std::string greeting_in, std::string expected_in)
      : greeting(std::move(greeting_in)), expected(std::move(expected_in)) {}
  base::Result<std::size_t> handle_bytes(base::BytesView bytes) override {
    const std::size_t count = std::min(bytes.size(), expected.size() - heard.size());
    heard += base::as_text(bytes.first(count));
    if (heard != expected.substr(0, heard.size()))
      return base::Error(OpeningFault::WrongWord, "no");
    return count;
  }
  base::Bytes poll_output() override { return base::to_bytes(std::exchange(greeting, {})); }
  bool done() const override { return heard == expected && greeting.empty(); }
  std::string greeting;
  std::string expected;
  std::string heard;
};

// Waits for one byte, works some slices, answers with one byte.
struct Worker : Preamble {
  explicit Worker(int wanted_in) : wanted(wanted_in) {}
  base::Result<std::size_t> handle_bytes(base::BytesView) override {
    asked = true;
    return std::size_t{1};
  }
  base::Bytes poll_output() override {
    if (slices < wanted || answered) return {};
    answered = true;
    return base::to_bytes("!");
  }
  bool done() const override { return answered; }
  bool has_work() const override { return asked && slices < wanted; }
  void work() override {
    ++slices;
    thread = std::this_thread::get_id();
  }
  bool asked = false;
  bool answered = false;
  int wanted;
  int slices = 0;
  std::thread::id thread;
};

class OpeningTest : public LoopTest {
 protected:
  static void add(Opening& opening, std::unique_ptr<Preamble> preamble) {
    opening.preambles.push_back(std::move(preamble));
  }
  Host host{runtime};
  Peer near;
  std::unique_ptr<Dial> dialling;
};

TEST_F(OpeningTest, PreamblesRunInOrderThenTlsThenBytes) {
  host.customize = [](Opening& opening) {
    add(opening, std::make_unique<Exchange>("challenge", "answer"));
    add(opening, std::make_unique<Exchange>("second", "again"));
    opening.tls = *TlsContext::create(TlsRole::Server, make_identity(1));
    opening.verify_peer = [](auto) { return base::Result<void>(); };
  };
  dialling = dial(runtime, host.address(), near, [](Opening& opening) {
    add(opening, std::make_unique<Exchange>("answer", "challenge"));
    add(opening, std::make_unique<Exchange>("again", "second"));
    opening.tls = *TlsContext::create(TlsRole::Client, make_identity(2));
    opening.verify_peer = [](auto) { return base::Result<void>(); };
  });
  run_until([&] { return near.stream && host.peers.size() == 1; });
  EXPECT_EQ(near.preambles.size(), 2U);
  EXPECT_TRUE(near.preambles[1]->done());
  near.say("data");
  run_until([&] { return host.peers[0]->received == "data"; });
}

TEST_F(OpeningTest, BytesBehindThePreambleReachTheStream) {
  host.customize = [](Opening& opening) { add(opening, std::make_unique<Exchange>("", "head")); };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream != nullptr; });
  near.say("headtail");
  near.stream->close();
  run_until([&] { return host.peers.size() == 1 && host.peers[0]->over(); });
  EXPECT_EQ(host.peers[0]->received, "tail");
  EXPECT_EQ(host.peers[0]->closed, "closed");
}

TEST_F(OpeningTest, WorkIsDoneAside) {
  host.customize = [](Opening& opening) { add(opening, std::make_unique<Worker>(5)); };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream != nullptr; });
  near.say("?more");
  run_until([&] { return host.peers.size() == 1 && host.peers[0]->received == "more"; });
  const auto& worker = static_cast<const Worker&>(*host.peers[0]->preambles[0]);
  EXPECT_EQ(worker.slices, 5);
  EXPECT_NE(worker.thread, std::this_thread::get_id());
  run_until([&] { return near.received == "!"; });
}

// The dialler speaks before the host has judged it.
TEST_F(OpeningTest, AJudgementAsideHoldsNothingBack) {
  std::thread::id thread;
  std::promise<void> spoken;
  host.customize = [&](Opening& opening) {
    opening.tls = *TlsContext::create(TlsRole::Server, make_identity(1));
    opening.verify_peer = [](auto) { return base::Result<void>(); };
    opening.judge_aside = [&] {
      thread = std::this_thread::get_id();
      spoken.get_future().wait();
      return base::Result<void>();
    };
  };
  dialling = dial(runtime, host.address(), near, [](Opening& opening) {
    opening.tls = *TlsContext::create(TlsRole::Client, make_identity(2));
    opening.verify_peer = [](auto) { return base::Result<void>(); };
  });
  run_until([&] { return near.stream != nullptr; });
  near.say("early");
  spoken.set_value();
  run_until([&] { return host.peers.size() == 1 && host.peers[0]->received == "early"; });
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST_F(OpeningTest, AJudgementAsideRefuses) {
  dialling = dial(runtime, host.address(), near, [](Opening& opening) {
    opening.tls = *TlsContext::create(TlsRole::Client, make_identity(2));
    opening.verify_peer = [](auto) { return base::Result<void>(); };
    opening.judge_aside = [] {
      return base::Result<void>(base::Error(OpeningFault::WrongWord, "no"));
    };
  });
  host.customize = [](Opening& opening) {
    opening.tls = *TlsContext::create(TlsRole::Server, make_identity(1));
    opening.verify_peer = [](auto) { return base::Result<void>(); };
  };
  run_until([&] { return !near.failure.empty(); });
  EXPECT_EQ(near.failure, "wrong_word");
  EXPECT_FALSE(near.stream);
}

TEST_F(OpeningTest, DialMayBeDroppedWhileItsWorkRuns) {
  dialling = dial(runtime, host.address(), near,
                  [](Opening& opening) { add(opening, std::make_unique<Worker>(1'000'000'000)); });
  run_until([&] { return host.peers.size() == 1; });
  host.peers[0]->say("?");
  run_turns(10);
  dialling.reset();
  run_until([&] { return host.peers[0]->over(); });
  EXPECT_FALSE(near.over());
}

TEST_F(OpeningTest, RefusalOfAMachineComesThroughUnchanged) {
  host.customize = [](Opening& opening) {
    add(opening, std::make_unique<Exchange>("", "password"));
  };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream != nullptr; });
  near.say("pazzword");
  run_until([&] { return near.over(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"wrong_word"});
  EXPECT_EQ(host.listener->counters().opening_failures, 1U);
}

TEST_F(OpeningTest, SilentPeerRunsIntoThePreambleDeadline) {
  host.customize = [](Opening& opening) {
    add(opening, std::make_unique<Exchange>("", "password"));
    opening.limits.preamble = milliseconds(20);
  };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.over(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"timeout"});
  EXPECT_EQ(host.listener->counters().opening_timeouts, 1U);
}

// One byte before each phase's deadline must not keep a connection half open for ever.
TEST_F(OpeningTest, TotalDeadlineHoldsOverAllPhases) {
  host.customize = [](Opening& opening) {
    for (int i = 0; i < 100; ++i) add(opening, std::make_unique<Exchange>("", "x"));
    opening.limits.total = milliseconds(50);
  };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream != nullptr; });
  Timer drip(runtime, [&] {
    if (near.stream) near.say("x");
    drip.arm_in(milliseconds(3));
  });
  drip.arm_in(milliseconds(1));
  run_until([&] { return near.over(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"timeout"});
}

TEST_F(OpeningTest, PeerThatLeavesIsReported) {
  host.customize = [](Opening& opening) { add(opening, std::make_unique<Exchange>("", "x")); };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream && host.listener->half_open() == 1; });
  near.stream->close();
  run_until([&] { return !host.failures.empty(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"closed"});
}

// A machine that waits for the whole before it uses any of it gets all of it again, but not without
// bound.
TEST_F(OpeningTest, UnusedBytesAreGivenAgainUpToABound) {
  struct Hoarder : Preamble {
    base::Result<std::size_t> handle_bytes(base::BytesView bytes) override {
      heard = base::as_text(bytes) == "whole";
      return heard ? bytes.size() : 0;
    }
    base::Bytes poll_output() override { return {}; }
    bool done() const override { return heard; }
    bool heard = false;
  };
  host.customize = [](Opening& opening) { add(opening, std::make_unique<Hoarder>()); };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream != nullptr; });
  near.say("who");
  run_turns(3);
  near.say("le");
  run_until([&] { return host.peers.size() == 1; });

  Peer flood;
  const auto second = dial(runtime, host.address(), flood);
  run_until([&] { return flood.stream != nullptr; });
  flood.stream->write(base::Bytes(1024 * 1024, 'x'));
  run_until([&] { return flood.over(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"preamble_failed"});
}

class BoundsTest : public LoopTest {
 protected:
  void open(ListenOptions options) {
    host = std::make_unique<Host>(runtime, std::move(options));
    host->customize = [](Opening& opening) {
      opening.preambles.push_back(std::make_unique<Exchange>("", "x"));
    };
  }
  Peer& connect() {
    peers.push_back(std::make_unique<Peer>());
    dials.push_back(dial(runtime, host->address(), *peers.back()));
    return *peers.back();
  }
  std::unique_ptr<Host> host;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::unique_ptr<Dial>> dials;
};

TEST_F(BoundsTest, HalfOpenConnectionsAreBoundedPerSource) {
  open({.half_open_max = 100, .half_open_per_source_max = 3});
  for (int i = 0; i < 3; ++i) connect();
  run_until([&] { return host->listener->half_open() == 3; });
  Peer& fourth = connect();
  run_until([&] { return fourth.over(); });
  EXPECT_EQ(host->listener->counters().refused_per_source, 1U);
  // One that gets through makes room.
  peers[0]->say("x");
  run_until([&] { return host->peers.size() == 1; });
  connect();
  run_until([&] { return host->listener->half_open() == 3; });
  EXPECT_EQ(host->listener->counters().accepted, 5U);
}

TEST_F(BoundsTest, HalfOpenConnectionsAreBoundedInAll) {
  open({.half_open_max = 2, .half_open_per_source_max = 100});
  connect();
  connect();
  run_until([&] { return host->listener->half_open() == 2; });
  Peer& third = connect();
  run_until([&] { return third.over(); });
  EXPECT_EQ(host->listener->counters().refused_half_open, 1U);
}

TEST_F(BoundsTest, EstablishedConnectionsAreBounded) {
  open({.connections_max = 2});
  host->customize = [](Opening&) {};
  connect();
  connect();
  run_until([&] { return host->peers.size() == 2; });
  Peer& third = connect();
  run_until([&] { return third.over(); });
  EXPECT_EQ(host->listener->counters().refused_connections, 1U);
  host->peers[0]->stream.reset();
  connect();
  run_until([&] { return host->peers.size() == 3; });
}

TEST_F(BoundsTest, ClosedListenerDropsHalfOpenAndKeepsEstablished) {
  open({});
  Peer& established = connect();
  run_until([&] { return established.stream != nullptr; });
  established.say("x");
  run_until([&] { return host->peers.size() == 1; });
  Peer& half_open = connect();
  run_until([&] { return host->listener->half_open() == 1; });
  host->listener.reset();
  run_until([&] { return half_open.over(); });
  EXPECT_TRUE(host->failures.empty());
  established.say("still here");
  run_until([&] { return host->peers[0]->received == "still here"; });
}

class DialTest : public LoopTest {};

TEST_F(DialTest, NamesAndIpv6Work) {
  Host host(runtime);
  Peer by_name;
  const auto first = dial(runtime, {"localhost", host.listener->port()}, by_name);
  run_until([&] { return by_name.stream != nullptr; });
  Host host6(runtime, {.host = "::1"});
  Peer by_ipv6;
  const auto second = dial(runtime, {"::1", host6.listener->port()}, by_ipv6);
  run_until([&] { return by_ipv6.stream && host6.peers.size() == 1; });
  EXPECT_EQ(by_ipv6.stream->peer_address(), "[::1]:" + std::to_string(host6.listener->port()));
}

TEST_F(DialTest, NobodyListeningIsRefused) {
  std::uint16_t port = 0;
  {
    port = Host(runtime).listener->port();
  }
  Peer peer;
  const auto attempt = dial(runtime, {"127.0.0.1", port}, peer);
  run_until([&] { return peer.over(); });
  EXPECT_EQ(peer.failure, "refused");
}

TEST_F(DialTest, UnknownNameIsNamed) {
  Peer peer;
  const auto attempt = dial(runtime, {"no-such-host.invalid", 80}, peer);
  run_until([&] { return peer.over(); });
  EXPECT_EQ(peer.failure, "name_not_found");
}

TEST_F(DialTest, CancelledDialIsSilent) {
  Host host(runtime);
  Peer peer;
  dial(runtime, host.address(), peer).reset();
  dial(runtime, {"localhost", host.listener->port()}, peer).reset();
  run_turns(20);
  EXPECT_FALSE(peer.over());
  EXPECT_EQ(peer.stream, nullptr);
}

TEST_F(DialTest, PortInUseIsNamed) {
  Host host(runtime);
  const auto second = Listener::open(runtime, {.port = host.listener->port()},
                                     [](const std::string&) { return Opening(); });
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason(), "address_in_use");
  const auto wrong =
      Listener::open(runtime, {.host = "localhost"}, [](const std::string&) { return Opening(); });
  EXPECT_EQ(wrong.error().reason(), "invalid_address");
}

TEST(HostPortTest, ParsesAndPrints) {
  for (const char* good : {"name:80", "192.0.2.1:65535", "[2001:db8::1]:1", "a.b-c:0"}) {
    const auto parsed = HostPort::parse(good);
    ASSERT_TRUE(parsed.ok()) << good;
    EXPECT_EQ(parsed->to_text(), good);
  }
  for (const char* bad :
       {"", ":", "name", "name:", ":80", "name:65536", "name:-1", "name:8x", "2001:db8::1:80",
        "[name]:80", "[]:80", "a b:80", "a/b:80", "user@host:80", "[::1:80"}) {
    const auto parsed = HostPort::parse(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(parsed.error().reason(), "invalid_address");
  }
}

}  // namespace
}  // namespace cocoon::io::test
