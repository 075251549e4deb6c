// The rules of docs/protocol/wire.md one by one, against a peer made of bytes and a clock turned by
// hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "session/connection.h"
#include "session/testing.h"

namespace cocoon::session {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

// A connection of ours and the other side's frame writer.
struct Side {
  explicit Side(Role role) : connection(role, *random, at(0)) {}

  template <class Packet>
  std::string receive(double second, const Packet& packet) {
    return receive_bytes(second, framed(peer, packet));
  }
  std::string receive_bytes(double second, base::BytesView bytes) {
    const auto result = connection.handle_bytes(at(second), bytes, events);
    return result.ok() ? "" : std::string(result.error().reason());
  }
  std::string wait(double second) {
    const auto result = connection.handle_time(at(second), events);
    return result.ok() ? "" : std::string(result.error().reason());
  }
  // The packets sent since the last call, by name.
  std::vector<std::string> sent() {
    std::vector<std::string> names;
    const base::Bytes bytes = connection.poll_output();
    base::BytesView view = bytes;
    for (;;) {
      const auto payload = reader.next(view);
      EXPECT_TRUE(payload.ok());
      if (!payload.ok() || !*payload) return names;
      last = base::to_bytes(**payload);
      names.emplace_back(tl::constructor_name(*tl::peek_id(last)));
    }
  }
  std::int64_t last_id() const { return tl::Reader(base::BytesView(last).subspan(4)).i64(); }
  double deadline() const {
    return std::chrono::duration<double>(connection.poll_deadline()->time_since_epoch()).count();
  }

  std::unique_ptr<SeededRandom> random = std::make_unique<SeededRandom>(7);
  Connection connection;
  EventRecord events;
  FrameWriter peer;
  FrameReader reader;
  base::Bytes last;
};

Side ready_listener() {
  Side side(Role::Listener);
  EXPECT_EQ(side.receive(0, tl::TcpConnect{99}), "");
  EXPECT_THAT(side.sent(), ElementsAre("tcp.connected"));
  EXPECT_THAT(side.events.take(), ElementsAre("ready"));
  return side;
}

Side ready_dialer() {
  Side side(Role::Dialer);
  EXPECT_THAT(side.sent(), ElementsAre("tcp.connect"));
  EXPECT_EQ(side.receive(0, tl::TcpConnected{side.last_id()}), "");
  EXPECT_THAT(side.events.take(), ElementsAre("ready"));
  return side;
}

// [WIRE-30]
TEST(Rules, ListenerAnswersWithTheSameId) {
  Side side(Role::Listener);
  EXPECT_EQ(side.receive(0, tl::TcpConnect{-5}), "");
  EXPECT_THAT(side.sent(), ElementsAre("tcp.connected"));
  EXPECT_EQ(side.last_id(), -5);
}

TEST(Rules, FirstPacketMustOpen) {
  Side listener(Role::Listener);
  EXPECT_EQ(listener.receive(0, tl::TcpPing{1}), "unexpected_opening");
  EXPECT_THAT(listener.sent(), IsEmpty());
  EXPECT_TRUE(listener.connection.has_failed());
  Side confused(Role::Listener);
  EXPECT_EQ(confused.receive(0, tl::TcpConnected{1}), "unexpected_opening");
  Side dialer(Role::Dialer);
  EXPECT_EQ(dialer.receive(0, tl::TcpConnect{1}), "unexpected_opening");
}

// [WIRE-31]
TEST(Rules, DialerRefusesAnotherId) {
  Side side(Role::Dialer);
  side.sent();
  EXPECT_EQ(side.receive(0, tl::TcpConnected{side.last_id() + 1}), "wrong_connect_id");
}

// [WIRE-22]
TEST(Rules, OnlySmallFramesBeforeOpening) {
  Side side(Role::Listener);
  base::Bytes header;
  FrameWriter().append_header(header, kMaxOpeningFramePayload + 1);
  EXPECT_EQ(side.receive_bytes(0, header), "frame_too_long");
  Side open = ready_listener();
  EXPECT_EQ(open.receive(0, tl::TcpPacket{base::Bytes(1000)}), "");
}

TEST(Rules, AFrameBehindTheOpeningMayBeLargeAtOnce) {
  Side side(Role::Listener);
  base::Bytes both = framed(side.peer, tl::TcpConnect{1});
  const base::Bytes large = framed(side.peer, tl::TcpPacket{base::Bytes(1000)});
  both.insert(both.end(), large.begin(), large.end());
  EXPECT_EQ(side.receive_bytes(0, both), "");
  EXPECT_EQ(side.events.take().size(), 2U);
}

// [WIRE-32]
TEST(Rules, LaterOpeningsAreIgnored) {
  Side side = ready_listener();
  EXPECT_EQ(side.receive(1, tl::TcpConnect{5}), "");
  EXPECT_EQ(side.receive(1, tl::TcpConnected{5}), "");
  EXPECT_THAT(side.sent(), IsEmpty());
  EXPECT_THAT(side.events.take(), IsEmpty());
}

TEST(Rules, NothingIsSentBeforeReady) {
  Side side(Role::Listener);
  EXPECT_EQ(side.connection.send_message(tl::WorkerNewCoefficient{1}).error().reason(),
            "not_ready");
  EXPECT_EQ(
      side.connection.send_query(at(0), tl::ClientGetWorkerTypes{}, seconds(1)).error().reason(),
      "not_ready");
  EXPECT_EQ(side.connection.queries_sent(), 0U);
  EXPECT_FALSE(side.connection.has_output());
}

TEST(Rules, MalformedPacketsEndTheConnection) {
  for (const char* payload : {"00000000", "7c62e9bb", "7c62e9bb01000000000000",
                              "7c62e9bb010000000000000000", "9c17baf8", "f8ba179c01610001"}) {
    Side side = ready_listener();
    base::Bytes frame;
    side.peer.append(frame, *base::from_hex(payload));
    EXPECT_EQ(side.receive_bytes(1, frame), "malformed_packet") << payload;
    EXPECT_EQ(side.receive(1, tl::TcpPing{1}), "closed");
  }
}

// [WIRE-36]
TEST(Rules, AQueryIdInFlightIsNotUsedTwice) {
  Side side = ready_listener();
  EXPECT_EQ(side.receive(1, tl::TcpQuery{.id = 3, .data = {}}), "");
  EXPECT_EQ(side.receive(1, tl::TcpQuery{.id = 4, .data = {}}), "");
  ASSERT_TRUE(side.connection.send_error(QueryId{3}, 601, "no").ok());
  EXPECT_EQ(side.receive(1, tl::TcpQuery{.id = 3, .data = {}}), "");
  EXPECT_EQ(side.receive(1, tl::TcpQuery{.id = 4, .data = {}}), "duplicate_query");
}

TEST(Rules, QueriesReceivedAreBounded) {
  Side side = ready_listener();
  for (std::size_t i = 0; i < kMaxQueriesReceived; ++i) {
    EXPECT_EQ(side.receive(1, tl::TcpQuery{.id = static_cast<std::int64_t>(i), .data = {}}), "");
  }
  EXPECT_THAT(side.sent(), IsEmpty());
  EXPECT_EQ(side.receive(1, tl::TcpQuery{.id = -1, .data = {}}), "");
  EXPECT_THAT(side.sent(), ElementsAre("tcp.queryError"));
  EXPECT_EQ(side.events.take().size(), kMaxQueriesReceived);
}

// [WIRE-33]
TEST(Rules, QueriesSentAreBounded) {
  Side side = ready_dialer();
  for (std::size_t i = 0; i < kMaxQueriesSent; ++i) {
    ASSERT_TRUE(side.connection.send_query(at(1), tl::ClientGetWorkerTypes{}, seconds(1)).ok());
  }
  EXPECT_EQ(
      side.connection.send_query(at(1), tl::ClientGetWorkerTypes{}, seconds(1)).error().reason(),
      "too_many_queries");
}

// [WIRE-35], [WIRE-37]
TEST(Rules, QueriesTimeOutAndLateAnswersAreIgnored) {
  Side side = ready_dialer();
  const QueryId slow = *side.connection.send_query(at(1), tl::ClientGetWorkerTypes{}, seconds(4));
  const QueryId quick = *side.connection.send_query(at(1), tl::ClientGetWorkerTypes{}, seconds(2));
  EXPECT_EQ(side.deadline(), 3);
  EXPECT_EQ(side.wait(2.9), "");
  EXPECT_THAT(side.events.take(), IsEmpty());
  EXPECT_EQ(side.wait(3), "");
  EXPECT_THAT(side.events.take(), ElementsAre("failed " + EventRecord::number(quick) +
                                              " 652 timed_out no answer in time"));
  EXPECT_EQ(side.deadline(), 5);
  EXPECT_EQ(side.receive(4, tl::TcpQueryAnswer{.id = static_cast<std::int64_t>(quick), .data = {}}),
            "");
  EXPECT_EQ(side.receive(4, tl::TcpQueryError{.id = 1, .code = 0, .message = {}}), "");
  EXPECT_THAT(side.events.take(), IsEmpty());
  EXPECT_EQ(side.connection.unknown_answers(), 2U);
  EXPECT_EQ(side.receive(4, tl::TcpQueryAnswer{.id = static_cast<std::int64_t>(slow), .data = {}}),
            "");
  EXPECT_THAT(side.events.take(), ElementsAre("answer " + EventRecord::number(slow) + " "));
  // The second answer of one query is a late one.
  EXPECT_EQ(side.receive(4, tl::TcpQueryAnswer{.id = static_cast<std::int64_t>(slow), .data = {}}),
            "");
  EXPECT_EQ(side.connection.unknown_answers(), 3U);
}

// [WIRE-40]
TEST(Rules, OpeningHasItsTime) {
  for (const Role role : {Role::Dialer, Role::Listener}) {
    Side side(role);
    EXPECT_EQ(side.deadline(), 20);
    EXPECT_EQ(side.wait(19.9), "");
    // A few bytes change nothing.
    EXPECT_EQ(side.receive_bytes(19.9, base::Bytes{0x0c}), "");
    EXPECT_EQ(side.deadline(), 20);
    EXPECT_EQ(side.wait(20), "opening_timeout");
    EXPECT_EQ(side.connection.poll_deadline(), std::nullopt);
  }
}

// [WIRE-41]
TEST(Rules, ListenerEndsAfterSixtySilentSeconds) {
  Side side = ready_listener();
  EXPECT_EQ(side.deadline(), 60);
  EXPECT_EQ(side.receive(30, tl::TcpPing{1}), "");
  EXPECT_EQ(side.deadline(), 90);
  EXPECT_EQ(side.wait(89.9), "");
  EXPECT_THAT(side.sent(), ElementsAre("tcp.pong"));  // and never a ping
  EXPECT_EQ(side.wait(90), "idle_timeout");
}

TEST(Rules, DialerEndsAfterTwentySilentSeconds) {
  Side side = ready_dialer();
  const QueryId id = *side.connection.send_query(at(0), tl::ClientGetWorkerTypes{}, seconds(100));
  EXPECT_EQ(side.wait(10), "");
  EXPECT_EQ(side.deadline(), 20);
  EXPECT_EQ(side.wait(20), "idle_timeout");
  EXPECT_THAT(side.events.take(), ElementsAre("failed " + EventRecord::number(id) +
                                              " 653 connection_lost the connection is gone"));
}

TEST(Rules, ProgressOfALargeFrameIsASignOfLife) {
  Side side = ready_listener();
  base::Bytes frame = framed(side.peer, tl::TcpPacket{base::Bytes(10 * kProgressBytes)});
  base::BytesView left = frame;
  // 64 KiB in 50 seconds, again and again: slow, but it moves.
  for (int i = 1; i <= 9; ++i) {
    EXPECT_EQ(side.receive_bytes(50 * i, left.first(kProgressBytes)), "");
    left = left.subspan(kProgressBytes);
    EXPECT_EQ(side.deadline(), 50 * i + 60);
  }
  // Less than that does not count.
  EXPECT_EQ(side.receive_bytes(500, left.first(kProgressBytes - 1)), "");
  EXPECT_EQ(side.deadline(), 510);
  left = left.subspan(kProgressBytes - 1);
  EXPECT_EQ(side.receive_bytes(505, left), "");
  EXPECT_EQ(side.events.take().size(), 1U);
  EXPECT_EQ(side.deadline(), 565);
}

// [WIRE-42]
TEST(Rules, DialerPingsAfterTenSilentSecondsOneAtATime) {
  Side side = ready_dialer();
  EXPECT_EQ(side.deadline(), 10);
  EXPECT_EQ(side.wait(9.9), "");
  EXPECT_THAT(side.sent(), IsEmpty());
  EXPECT_EQ(side.wait(10), "");
  EXPECT_THAT(side.sent(), ElementsAre("tcp.ping"));
  const std::int64_t ping = side.last_id();
  EXPECT_EQ(side.wait(15), "");
  EXPECT_THAT(side.sent(), IsEmpty());
  EXPECT_EQ(side.receive(16, tl::TcpPong{ping + 1}), "");  // of no ping of ours: a frame, no answer
  EXPECT_EQ(side.deadline(), 36);
  EXPECT_EQ(side.receive(17, tl::TcpPong{ping}), "");
  EXPECT_EQ(side.deadline(), 20);  // ten seconds after the last that we sent
  EXPECT_EQ(side.wait(20), "");
  EXPECT_THAT(side.sent(), ElementsAre("tcp.ping"));
}

TEST(Rules, EitherSideAnswersPings) {
  Side dialer = ready_dialer();
  EXPECT_EQ(dialer.receive(1, tl::TcpPing{11}), "");
  EXPECT_THAT(dialer.sent(), ElementsAre("tcp.pong"));
  EXPECT_EQ(dialer.last_id(), 11);
}

// [WIRE-43]: a dialer that only listens to a long stream must still be heard.
TEST(Rules, DialerPingsWhenItHasSentNothing) {
  Side side = ready_dialer();
  int pings = 0;
  for (int second = 1; second <= 60; ++second) {
    EXPECT_EQ(side.receive(second, tl::TcpPacket{base::Bytes(4)}), "");
    if (side.deadline() <= second) EXPECT_EQ(side.wait(second), "");
    for (const std::string& name : side.sent()) {
      EXPECT_EQ(name, "tcp.ping");
      ++pings;
      EXPECT_EQ(side.receive(second, tl::TcpPong{side.last_id()}), "");
    }
  }
  EXPECT_EQ(pings, 6);
}

// [WIRE-44]
TEST(Rules, ABacklogEndsTheConnection) {
  Side side = ready_dialer();
  const base::Bytes large(kMaxMessageSize);
  ASSERT_TRUE(side.connection.send_message_bytes(large).ok());
  ASSERT_EQ(side.wait(1), "");
  for (int i = 0; i < 4; ++i) (void)side.connection.send_message_bytes(large).ok();
  EXPECT_LE(side.connection.output_size(), kMaxOutput + kMaxFramePayload + kFrameHeaderSize);
  EXPECT_EQ(side.connection.send_message_bytes(base::Bytes(4)).error().reason(), "output_overflow");
  EXPECT_EQ(side.wait(1), "output_overflow");
}

TEST(Rules, APeerThatPingsAndNeverReadsIsEnded) {
  Side side = ready_listener();
  const base::Bytes large(kMaxMessageSize);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(side.connection.send_message_bytes(large).ok());
  ASSERT_EQ(side.wait(1), "");
  std::string reason;
  for (int i = 0; i < 100 && reason.empty(); ++i) reason = side.receive(1, tl::TcpPing{i});
  EXPECT_EQ(reason, "output_overflow");
}

// The same script with the peer's bytes cut short after each of its frames: queries always come
// back.
TEST(Rules, WhereverThePeerStopsEveryQueryComesBack) {
  for (int stop = 0; stop <= 3; ++stop) {
    Side side = ready_dialer();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(side.connection.send_query(at(0), tl::ClientGetWorkerTypes{}, seconds(30)).ok());
    }
    const base::Bytes bytes = side.connection.poll_output();
    base::BytesView view = bytes;
    for (int i = 0; i < stop; ++i) {
      const base::BytesView payload = **side.reader.next(view);
      const std::int64_t id = tl::decode_boxed<tl::TcpQuery>(payload)->id;
      EXPECT_EQ(side.receive(1, tl::TcpQueryAnswer{.id = id, .data = {}}), "");
    }
    EXPECT_EQ(side.wait(21), "idle_timeout");
    EXPECT_EQ(side.events.take().size(), 3U);
    EXPECT_EQ(side.connection.queries_sent(), 0U);
  }
}

}  // namespace
}  // namespace cocoon::session
