// [WIRE-110] [WIRE-111] [WIRE-112] How far a worker may be ahead of its client.
#include <gtest/gtest.h>

#include "proxy/proxy_lab.h"
#include "session/window.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::kAnswerWindow;

constexpr std::size_t kWhole = kAnswerWindow;
const std::string kHalf(kWhole / 2, 'x');

struct Stream {
  ProxyLab lab{};
  LinkId client;
  LinkId worker;
  WorkOrder order{};

  explicit Stream(std::int32_t client_version = 5, std::int32_t worker_version = 5)
      : client(lab.client({.version = client_version})),
        worker(lab.worker({.version = worker_version})) {
    lab.request(client);
    order = *lab.order(worker);
    lab.head(order, "head");
    lab.client_answer(client);
  }
  void send(std::string_view bytes) {
    lab.part(order, bytes);
    EXPECT_EQ(lab.client_answer(client).body.size(), bytes.size());
  }
  void client_takes(std::int64_t end) {
    lab.tell(client, tl::ClientAnswerWindow{.request_id = ProxyLab::request_id(1), .bytes = end});
  }
  // Where the worker was told that its window ends; nothing if it was told nothing.
  std::optional<std::int64_t> told() {
    if (lab.messages(worker) == 0) return std::nullopt;
    const auto message = lab.message<tl::ProxyAnswerWindow>(worker);
    EXPECT_EQ(message->request_id, order.id);
    return message->bytes;
  }
};

TEST(Window, OfTheClientIsPassedOnWhenTheWorkersIsHalfUsed) {
  Stream stream;
  stream.client_takes(2 * kAnswerWindow);
  EXPECT_EQ(stream.told(), std::nullopt) << "all of it is left";
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), kAnswerWindow + kAnswerWindow / 2);
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), 2 * kAnswerWindow);
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), std::nullopt) << "the client takes no more than that";
  stream.client_takes(2 * kAnswerWindow + 7);
  EXPECT_EQ(stream.told(), 2 * kAnswerWindow + 7);
}

TEST(Window, OfOlderClientsFollowsTheirConnection) {
  Stream stream(4);
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), kAnswerWindow + kAnswerWindow / 2);
  stream.lab.congest(stream.client, session::Congestion::Begun);
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), std::nullopt);
  stream.lab.congest(stream.client, session::Congestion::Ended);
  EXPECT_EQ(stream.told(), 2 * kAnswerWindow);
}

TEST(Window, IsNotWidenedForAClientThatDoesNotRead) {
  Stream stream;
  stream.client_takes(INT64_MAX);
  stream.lab.congest(stream.client, session::Congestion::Begun);
  stream.send(kHalf);
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), std::nullopt);
}

TEST(Window, ThatAWorkerOversteppedEndsItsSession) {
  Stream stream;
  stream.send(std::string(kWhole, 'x'));
  stream.lab.part(stream.order, "y");
  EXPECT_EQ(stream.lab.closed(stream.worker), "window_exceeded");
  EXPECT_NE(stream.lab.client_answer(stream.client).code, 0);
  EXPECT_EQ(stream.lab.client_account().metered.tokens.count, 0);
  stream.lab.expect_sound_books();
}

TEST(Window, OlderWorkersKnowNothingOfIt) {
  Stream stream(5, 4);
  stream.send(std::string(3 * kWhole, 'x'));
  EXPECT_TRUE(stream.lab.is_open(stream.worker));
  EXPECT_EQ(stream.told(), std::nullopt);
}

TEST(Window, BeginsAnewAtAnotherWorker) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId first = lab.worker({.name = "w1", .version = 5});
  lab.request(client);
  const auto order = lab.order(first);
  const LinkId second = lab.worker({.name = "w2", .version = 5});
  lab.failure(*order, session::kNotReady, "the engine is down");
  const auto again = lab.order(second);
  lab.head(*again, "head");
  lab.part(*again, std::string(kWhole, 'x'));
  EXPECT_TRUE(lab.is_open(second));
}

TEST(Window, OnlyOwnRunningRequestsAreWidened) {
  Stream stream;
  const LinkId other = stream.lab.client({.name = "bob", .version = 5});
  const LinkId old = stream.lab.client({.name = "bob", .version = 4});
  const tl::ClientAnswerWindow message{.request_id = ProxyLab::request_id(1), .bytes = INT64_MAX};
  stream.lab.tell(other, message);
  EXPECT_TRUE(stream.lab.is_open(other)) << "it may have crossed the end of its own";
  stream.lab.tell(old, message);
  EXPECT_EQ(stream.lab.closed(old), "unexpected_message");
  stream.send(kHalf);
  EXPECT_EQ(stream.told(), std::nullopt);
}

}  // namespace
}  // namespace cocoon::proxy
