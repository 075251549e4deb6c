#include "io/tls_session.h"

#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

// Two sessions joined by their queues, without a socket.
class TlsSessionTest : public ::testing::Test {
 protected:
  void handshake() {
    ASSERT_TRUE(client.begin().ok());
    for (int round = 0; round < 4; ++round) {
      hand_over(to_server, server);
      hand_over(to_client, client);
    }
    ASSERT_TRUE(client.established() && server.established());
  }
  // In pieces of `piece` bytes; returns the plaintext.
  std::string hand_over(WriteQueue& queue, TlsSession& receiver, std::size_t piece = SIZE_MAX) {
    base::Bytes plain(2 * kReadBytesMax);
    std::string text;
    while (!queue.empty()) {
      const base::Bytes cipher =
          base::to_bytes(queue.front().first(std::min(piece, queue.front().size())));
      queue.consume(cipher.size());
      const auto count = receiver.handle_bytes(cipher, plain);
      EXPECT_TRUE(count.ok()) << count.error().message();
      if (!count) break;
      text += base::as_text(base::BytesView(plain).first(*count));
    }
    return text;
  }
  static base::Result<void> accept(std::span<const base::Bytes>) { return {}; }

  Runtime runtime;
  std::shared_ptr<TlsContext> server_context =
      *TlsContext::create(TlsRole::Server, make_identity(1));
  std::shared_ptr<TlsContext> client_context =
      *TlsContext::create(TlsRole::Client, make_identity(2));
  WriteQueue to_server{runtime.core()};
  WriteQueue to_client{runtime.core()};
  TlsSession client{*client_context, accept, to_server, 3};
  TlsSession server{*server_context, accept, to_client, 3};
};

TEST_F(TlsSessionTest, CarriesBytesHoweverTheyAreSplit) {
  handshake();
  for (const std::size_t piece : {1U, 2U, 5U, 22U, 1000U}) {
    const std::string text(piece * 37, 'x');
    ASSERT_TRUE(client.encrypt(base::as_bytes(text)).ok());
    EXPECT_EQ(hand_over(to_server, server, piece), text);
  }
}

TEST_F(TlsSessionTest, KeysAreRenewedUnnoticed) {
  handshake();
  std::size_t longest = 0;
  std::size_t shortest = SIZE_MAX;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.encrypt(base::as_bytes("hello")).ok());
    longest = std::max(longest, to_server.size());
    shortest = std::min(shortest, to_server.size());
    EXPECT_EQ(hand_over(to_server, server), "hello");
    ASSERT_TRUE(server.encrypt(base::as_bytes("there")).ok());
    EXPECT_EQ(hand_over(to_client, client), "there");
  }
  // A KeyUpdate is a record of 5 bytes within 22 of overhead.
  EXPECT_EQ(shortest, 27U);
  EXPECT_EQ(longest, 27U + 27U);
}

TEST_F(TlsSessionTest, NothingIsSentBeforeTheVerifiersWord) {
  WriteQueue to_strict{runtime.core()};
  WriteQueue from_strict{runtime.core()};
  TlsSession strict{
      *client_context,
      [](auto) { return base::Result<void>(base::Error(IoFault::PeerNotAccepted, "no")); },
      from_strict};
  TlsSession other{*server_context, accept, to_strict};
  base::Bytes plain(2 * kReadBytesMax);
  ASSERT_TRUE(strict.begin().ok());
  hand_over(from_strict, other);
  const base::Bytes flight = base::to_bytes(to_strict.front());
  const auto refused = strict.handle_bytes(flight, plain);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(IoFault::PeerNotAccepted));
  EXPECT_FALSE(strict.established());
  // What left is an alert: neither our certificate nor anything else.
  EXPECT_LT(from_strict.size(), 60U);
  EXPECT_FALSE(strict.encrypt(base::as_bytes("data")).ok());
}

TEST_F(TlsSessionTest, TamperedRecordEndsTheSession) {
  handshake();
  ASSERT_TRUE(client.encrypt(base::as_bytes("pay 1 to Bob")).ok());
  base::Bytes record = base::to_bytes(to_server.front());
  record[record.size() / 2] ^= 1;
  base::Bytes plain(2 * kReadBytesMax);
  const auto count = server.handle_bytes(record, plain);
  ASSERT_FALSE(count.ok());
  EXPECT_TRUE(count.error().is(IoFault::TlsFailed));
}

}  // namespace
}  // namespace cocoon::io::test
