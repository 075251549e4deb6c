// Two connections talking to each other: what one sends the other is told, in one write per turn.
#include "session/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/testing.h"

namespace cocoon::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Pair : public testing::Test {
 protected:
  // Carries bytes both ways until neither has any, in portions if asked for.
  void carry(base::Now now, std::size_t portion = SIZE_MAX) {
    while (dialer.has_output() || listener.has_output()) {
      carry_one(dialer, listener, listener_events, now, portion);
      carry_one(listener, dialer, dialer_events, now, portion);
    }
  }
  static void carry_one(Connection& from, Connection& to, EventRecord& events, base::Now now,
                        std::size_t portion) {
    const base::Bytes bytes = from.poll_output();
    for (base::BytesView view = bytes; !view.empty();) {
      const std::size_t size = std::min(portion, view.size());
      ASSERT_TRUE(to.handle_bytes(now, view.first(size), events).ok());
      view = view.subspan(size);
    }
  }
  void open() {
    carry(at(0));
    EXPECT_THAT(dialer_events.take(), ElementsAre("ready"));
    EXPECT_THAT(listener_events.take(), ElementsAre("ready"));
  }

  SeededRandom random{42};
  Connection dialer{Role::Dialer, random, at(0)};
  Connection listener{Role::Listener, random, at(0)};
  EventRecord dialer_events;
  EventRecord listener_events;
};

TEST_F(Pair, Opens) {
  EXPECT_TRUE(dialer.has_output());
  EXPECT_FALSE(listener.has_output());
  open();
  EXPECT_TRUE(dialer.is_ready());
  EXPECT_TRUE(listener.is_ready());
}

TEST_F(Pair, MessagesBothWays) {
  open();
  ASSERT_TRUE(dialer.send_message(tl::WorkerNewCoefficient{7}).ok());
  ASSERT_TRUE(listener.send_message_bytes(tl::encode_boxed(tl::WorkerEnabledDisabled{1})).ok());
  carry(at(1));
  EXPECT_THAT(listener_events.take(), ElementsAre("message b092f06a07000000"));
  EXPECT_THAT(dialer_events.take(), ElementsAre("message 3910b7b301000000"));
}

// The templates write what encoding twice would.
TEST_F(Pair, DirectEncodingIsTheSameAsInTwoSteps) {
  open();
  base::Bytes body;
  for (const std::size_t size : {0U, 1U, 245U, 250U, 253U, 254U, 255U, 70'000U}) {
    body.assign(size, 0x5a);
    const tl::ClientAuthorizeWithProxyShort object{body};
    ASSERT_TRUE(dialer.send_message(object).ok());
    const base::Bytes direct = dialer.poll_output();
    const base::Bytes inner = tl::encode_boxed(object);
    EXPECT_TRUE(std::ranges::equal(base::BytesView(direct).subspan(8),
                                   tl::encode_boxed(tl::TcpPacket{inner})));
    ASSERT_TRUE(listener.handle_bytes(at(1), direct, listener_events).ok());
    EXPECT_THAT(listener_events.take(), ElementsAre("message " + base::to_hex(inner)));
  }
}

TEST_F(Pair, QueryAndAnswer) {
  open();
  const QueryId id =
      *dialer.send_query(at(1), tl::ClientUpdatePaymentStatus{}, std::chrono::seconds(5));
  EXPECT_EQ(dialer.queries_sent(), 1U);
  carry(at(1));
  const std::string name = EventRecord::number(id);
  EXPECT_THAT(listener_events.take(), ElementsAre("query " + name + " 97c6d19e"));
  ASSERT_TRUE(listener.send_answer(id, tl::WorkerProxyHandshakeCompleted{}).ok());
  carry(at(2));
  EXPECT_THAT(dialer_events.take(), ElementsAre("answer " + name + " 86b8d93a"));
  EXPECT_EQ(dialer.queries_sent(), 0U);
  // Answered once.
  EXPECT_EQ(listener.send_answer_bytes(id, base::Bytes(4)).error().reason(), "unknown_query");
  EXPECT_EQ(listener.send_error(id, 601, "x").error().reason(), "unknown_query");
}

TEST_F(Pair, QueryAndError) {
  open();
  const QueryId id =
      *listener.send_query_bytes(at(1), base::Bytes{1, 2, 3, 4}, std::chrono::seconds(5));
  carry(at(1));
  ASSERT_TRUE(dialer.send_error(id, 651, std::string(2000, 'x')).ok());
  carry(at(1));
  EXPECT_THAT(listener_events.take(),
              ElementsAre("failed " + EventRecord::number(id) + " 651 peer_refused " +
                          std::string(kMaxErrorMessage, 'x')));
}

TEST_F(Pair, EveryPortioningTellsTheSame) {
  for (const std::size_t portion : {1U, 3U, 8U, 11U, 64U, 4096U}) {
    SeededRandom seed(9);
    dialer = Connection(Role::Dialer, seed, at(0));
    listener = Connection(Role::Listener, seed, at(0));
    carry(at(0), portion);
    ASSERT_TRUE(dialer.send_message_bytes(base::Bytes(100, 1)).ok());
    ASSERT_TRUE(dialer.send_message_bytes(base::Bytes(1000, 2)).ok());
    const QueryId id = *dialer.send_query_bytes(at(0), base::Bytes(4, 3), std::chrono::seconds(1));
    carry(at(0), portion);
    EXPECT_THAT(listener_events.take(),
                ElementsAre("ready", "message " + base::to_hex(base::Bytes(100, 1)),
                            "message " + base::to_hex(base::Bytes(1000, 2)),
                            "query " + EventRecord::number(id) + " 03030303"));
  }
}

TEST_F(Pair, ManyMessagesLeaveInOneWrite) {
  open();
  base::Bytes buffer(5, 9);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(dialer.send_message(tl::WorkerNewCoefficient{i}).ok());
  dialer.poll_output(buffer);
  EXPECT_EQ(buffer.size(), 100U * (8 + 4 + 12));
  EXPECT_FALSE(dialer.has_output());
  ASSERT_TRUE(listener.handle_bytes(at(0), buffer, listener_events).ok());
  EXPECT_EQ(listener_events.take().size(), 100U);
  // The memory handed in serves the next messages.
  const std::uint8_t* memory = buffer.data();
  dialer.poll_output(buffer);
  ASSERT_TRUE(dialer.send_message(tl::WorkerNewCoefficient{1}).ok());
  dialer.poll_output(buffer);
  EXPECT_EQ(buffer.data(), memory);
}

TEST_F(Pair, AnswersFromWithinTheEvent) {
  class Echo : public EventRecord {
   public:
    void on_query(QueryId id, base::BytesView data) override {
      EXPECT_TRUE(connection->send_answer_bytes(id, data).ok());
    }
    Connection* connection = nullptr;
  };
  open();
  Echo echo;
  echo.connection = &listener;
  const QueryId id = *dialer.send_query_bytes(at(1), base::Bytes(4, 3), std::chrono::seconds(1));
  ASSERT_TRUE(listener.handle_bytes(at(1), dialer.poll_output(), echo).ok());
  ASSERT_TRUE(dialer.handle_bytes(at(1), listener.poll_output(), dialer_events).ok());
  EXPECT_THAT(dialer_events.take(), ElementsAre("answer " + EventRecord::number(id) + " 03030303"));
}

TEST_F(Pair, LargestMessage) {
  open();
  const base::Bytes largest(kMaxMessageSize, 7);
  ASSERT_TRUE(dialer.send_message_bytes(largest).ok());
  const auto id = dialer.send_query_bytes(at(0), largest, std::chrono::seconds(1));
  ASSERT_TRUE(id.ok());
  const base::Bytes bytes = dialer.poll_output();
  ASSERT_TRUE(listener.handle_bytes(at(0), bytes, listener_events).ok());
  EXPECT_EQ(listener_events.take().size(), 2U);
  EXPECT_EQ(bytes.size(), 2 * (kFrameHeaderSize + kMaxFramePayload) - 12 - 4);
  const base::Bytes larger(kMaxMessageSize + 1, 7);
  EXPECT_EQ(dialer.send_message_bytes(larger).error().reason(), "message_too_large");
  EXPECT_EQ(dialer.send_query_bytes(at(0), larger, std::chrono::seconds(1)).error().reason(),
            "message_too_large");
  EXPECT_EQ(dialer.queries_sent(), 1U);
  EXPECT_FALSE(dialer.has_output());
}

TEST_F(Pair, CloseFailsWhatIsInFlight) {
  open();
  const QueryId first = *dialer.send_query_bytes(at(0), base::Bytes(4), std::chrono::seconds(1));
  const QueryId second = *dialer.send_query_bytes(at(0), base::Bytes(4), std::chrono::seconds(1));
  dialer.close(dialer_events);
  EXPECT_THAT(dialer_events.take(), ElementsAre("failed " + EventRecord::number(first) +
                                                    " 653 connection_lost the connection is gone",
                                                "failed " + EventRecord::number(second) +
                                                    " 653 connection_lost the connection is gone"));
  dialer.close(dialer_events);
  EXPECT_THAT(dialer_events.take(), IsEmpty());
  EXPECT_TRUE(dialer.has_failed());
  EXPECT_EQ(dialer.poll_deadline(), std::nullopt);
  EXPECT_EQ(dialer.send_message(tl::WorkerNewCoefficient{1}).error().reason(), "not_ready");
  EXPECT_EQ(dialer.handle_bytes(at(0), {}, dialer_events).error().reason(), "closed");
  EXPECT_EQ(dialer.handle_time(at(0), dialer_events).error().reason(), "closed");
}

}  // namespace
}  // namespace cocoon::session
