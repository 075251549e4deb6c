#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

class StreamTest : public LoopTest {
 protected:
  void connect() {
    dialling = dial(runtime, host.address(), near);
    run_until([&] { return near.stream && host.peers.size() == 1; });
    far = host.peers[0].get();
  }

  Host host{runtime};
  Peer near;
  Peer* far = nullptr;
  std::unique_ptr<Dial> dialling;
};

TEST_F(StreamTest, CarriesBytesBothWaysAndNamesThePeer) {
  connect();
  near.say("ping");
  far->say("pong");
  run_until([&] { return near.received == "pong" && far->received == "ping"; });
  EXPECT_EQ(near.stream->peer_address(), host.address().to_text());
  EXPECT_TRUE(near.stream->peer_chain().empty());
  EXPECT_EQ(near.stream->export_keying_material("label", {}, 32).error().reason(), "tls_failed");
}

TEST_F(StreamTest, WritesOfOneTurnLeaveTogether) {
  connect();
  for (int i = 0; i < 1000; ++i) near.say("0123456789");
  EXPECT_EQ(near.stream->pending_bytes(), 10'000U);
  run_until([&] { return far->received.size() == 10'000; });
  // One send; the receiver's first read is 4 KiB, the rest comes in one more.
  EXPECT_LE(far->reads, 2);
  EXPECT_EQ(near.drained, 1);
  EXPECT_EQ(near.stream->pending_bytes(), 0U);
  EXPECT_EQ(near.stream->sent_bytes(), 10'000U);
}

TEST_F(StreamTest, OwnedAndCopiedWritesKeepTheirOrder) {
  connect();
  std::string expected;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string piece(1 + (i * 7919) % 30'000, static_cast<char>('a' + i % 26));
    expected += piece;
    if (i % 2 == 0) {
      near.stream->write(base::to_bytes(piece));
    } else {
      near.say(piece);
    }
  }
  run_until([&] { return far->received.size() == expected.size(); });
  EXPECT_TRUE(far->received == expected);
}

TEST_F(StreamTest, PausedReaderHoldsTheWriterBack) {
  connect();
  far->stream->pause_reading();
  const std::string block(1024 * 1024, 'x');
  for (int i = 0; i < 32; ++i) near.say(block);
  std::uint64_t sent = 0;
  // Until the kernel takes no more.
  run_until([&] {
    const std::uint64_t before = sent;
    sent = near.stream->sent_bytes();
    return sent > 0 && sent == before;
  });
  EXPECT_GT(near.stream->pending_bytes(), 8U * 1024 * 1024);
  EXPECT_EQ(near.drained, 0);
  EXPECT_LE(far->received.size(), 2 * kReadBytesMax);
  far->stream->resume_reading();
  run_until([&] { return far->received.size() == 32 * block.size(); });
  EXPECT_EQ(near.stream->pending_bytes(), 0U);
  EXPECT_GE(near.drained, 1);
}

TEST_F(StreamTest, CloseSendsWhatIsPendingFirst) {
  connect();
  const std::string block(3 * 1024 * 1024, 'y');
  near.say(block);
  near.stream->close();
  near.stream.reset();
  run_until([&] { return far->over(); });
  EXPECT_EQ(far->received.size(), block.size());
  EXPECT_EQ(far->closed, "closed");
  EXPECT_EQ(near.closed, "");
}

// A last answer must survive that the other side still has unread input from us: closing a socket
// with unread input resets the connection.
TEST_F(StreamTest, CloseDeliversEvenIfThePeerIsStillSending) {
  connect();
  near.say(std::string(512 * 1024, 'z'));
  far->say("refused");
  far->stream->close();
  run_until([&] { return near.over(); });
  EXPECT_EQ(near.received, "refused");
  EXPECT_EQ(near.closed, "closed");
}

TEST_F(StreamTest, DestroyedStreamIsSilentAndThePeerNotices) {
  connect();
  near.say("last");
  far->say("unheard");
  near.stream.reset();
  run_until([&] { return far->over(); });
  EXPECT_EQ(far->received, "last");
  EXPECT_EQ(near.closed, "");
  EXPECT_EQ(near.received, "");
  EXPECT_EQ(near.drained, 0);
}

TEST_F(StreamTest, MayBeDestroyedInsideItsOwnEvents) {
  connect();
  struct Suicidal : Peer {
    void on_bytes(base::BytesView bytes) override {
      Peer::on_bytes(bytes);
      stream.reset();
    }
  } victim;
  Peer other;
  host.customize = [&](Opening& opening) {
    opening.on_outcome = [&](base::Result<Connection> outcome) {
      victim.take(*std::move(outcome));
    };
  };
  const auto second = dial(runtime, host.address(), other);
  run_until([&] { return other.stream && victim.stream; });
  other.say("bye");
  run_until([&] { return other.over(); });
  EXPECT_EQ(victim.received, "bye");
  EXPECT_EQ(victim.closed, "");
}

TEST_F(StreamTest, BytesBeforeStartAreKept) {
  std::unique_ptr<Connection> held;
  host.customize = [&](Opening& opening) {
    opening.on_outcome = [&](base::Result<Connection> outcome) {
      held = std::make_unique<Connection>(*std::move(outcome));
    };
  };
  const auto first = dial(runtime, host.address(), near);
  run_until([&] { return near.stream && held; });
  near.say("early");
  near.stream->close();
  run_turns(10);
  Peer late;
  late.take(std::move(*held));
  run_until([&] { return late.over(); });
  EXPECT_EQ(late.received, "early");
  EXPECT_EQ(late.closed, "closed");
}

TEST_F(StreamTest, ListenerCountsUntilTheStreamEnds) {
  connect();
  EXPECT_EQ(host.listener->connections(), 1U);
  far->stream.reset();
  run_until([&] { return host.listener->connections() == 0; });
}

}  // namespace
}  // namespace cocoon::io::test
