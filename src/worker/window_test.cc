// [WIRE-110] [WIRE-111] [WIRE-112] What the engine gives beyond what the proxy takes: it waits, is
// not billed, and the engine is left unread.
#include <gtest/gtest.h>

#include "session/window.h"
#include "session/wire_codes_lab.h"
#include "worker/limits.h"
#include "worker/worker_lab.h"

namespace cocoon::worker {
namespace {

using session::kAnswerWindow;
using std::chrono_literals::operator""s;

constexpr std::size_t kWhole = kAnswerWindow;

// An event of exactly this size with one piece of text.
std::string event_of(std::size_t size) {
  const std::string begin = R"(data: {"choices":[{"delta":{"content":")";
  const std::string end = "\"}}]}\n\n";
  return begin + std::string(size - begin.size() - end.size(), 'x') + end;
}

struct Stream {
  WorkerLab lab{};
  LinkId link;
  JobId job{};

  explicit Stream(std::int32_t version = 5) : link(lab.ready(version)) {
    lab.order(link, {.id = 7});
    job = lab.job()->job;
    lab.head(job, 200, "text/event-stream");
    lab.worker_answer(link);
  }
  void widen(std::int64_t end, std::uint8_t id = 7) {
    lab.tell(link, tl::ProxyAnswerWindow{.request_id = {id}, .bytes = end});
  }
  std::size_t received() {
    std::size_t bytes = 0;
    while (lab.messages(link) > 0) bytes += lab.worker_answer(link).body.size();
    return bytes;
  }
};

TEST(Window, IsSentToItsLastByteAndNoFurther) {
  Stream stream;
  stream.lab.body(stream.job, event_of(kWhole));
  EXPECT_EQ(stream.received(), kWhole);
  EXPECT_FALSE(stream.lab.is_paused(stream.job));
  stream.lab.body(stream.job, event_of(100));
  EXPECT_EQ(stream.received(), 0u);
  EXPECT_TRUE(stream.lab.is_paused(stream.job));
  stream.widen(kAnswerWindow + 99);
  EXPECT_EQ(stream.received(), 99u);
  EXPECT_TRUE(stream.lab.is_paused(stream.job));
  stream.widen(kAnswerWindow + 100);
  EXPECT_EQ(stream.received(), 1u);
  EXPECT_FALSE(stream.lab.is_paused(stream.job));
}

TEST(Window, HoldsTheEndBackWithTheBytesBeforeIt) {
  Stream stream;
  stream.lab.body(stream.job, event_of(kWhole + 100));
  stream.lab.end(stream.job);
  EXPECT_EQ(stream.received(), kWhole);
  EXPECT_EQ(stream.lab.machine().running(), 1u);
  stream.widen(2 * kAnswerWindow);
  EXPECT_EQ(stream.lab.worker_answer(stream.link).body.size(), 100u);
  const auto end = stream.lab.worker_answer(stream.link);
  ASSERT_TRUE(end.tokens);
  EXPECT_EQ(end.tokens->completion_tokens_used, 1);
  EXPECT_EQ(stream.lab.machine().running(), 0u);
  EXPECT_EQ(stream.lab.machine().counters().answered, 1u);
}

TEST(Window, OnlyWhatWasSentIsBilled) {
  for (const bool cancelled : {true, false}) {
    Stream stream;
    stream.lab.body(stream.job, event_of(kWhole));
    stream.lab.body(stream.job, event_of(100));
    EXPECT_EQ(stream.received(), kWhole);
    if (cancelled) {
      stream.lab.tell(stream.link, tl::ProxyCancelQuery{.request_id = {7}});
    } else {
      stream.lab.pass(60s);
    }
    const auto end = stream.lab.worker_answer(stream.link);
    EXPECT_EQ(end.code, cancelled ? session::kCancelled : session::kTimeout);
    ASSERT_TRUE(end.tokens);
    EXPECT_EQ(end.tokens->completion_tokens_used, 1);
  }
}

TEST(Window, OfALongPlainAnswerIsKept) {
  WorkerLab lab;
  const LinkId link = lab.ready(5);
  lab.order(link, {.id = 7});
  const JobId job = lab.job()->job;
  lab.head(job);
  lab.body(job, std::string(kMaxWholeAnswer, ' '));
  lab.body(job, std::string(kWhole, ' '));
  std::size_t received = 0;
  while (lab.messages(link) > 0) received += lab.worker_answer(link).body.size();
  EXPECT_EQ(received, kWhole);
  EXPECT_TRUE(lab.is_paused(job));
}

TEST(Window, OlderProxiesTakeAll) {
  Stream stream(4);
  stream.lab.body(stream.job, event_of(3 * kWhole));
  EXPECT_EQ(stream.received(), 3 * kWhole);
  EXPECT_FALSE(stream.lab.is_paused(stream.job));
  stream.widen(5);
  EXPECT_EQ(stream.lab.closed(stream.link), "unexpected_message");
}

TEST(Window, OfARequestThatIsOverChangesNothing) {
  Stream stream;
  stream.widen(5, 8);
  stream.widen(-1);
  EXPECT_TRUE(stream.lab.is_open(stream.link));
  stream.lab.body(stream.job, event_of(kWhole));
  EXPECT_EQ(stream.received(), kWhole) << "it never shrinks";
}

TEST(Congestion, LeavesTheEnginesOfThatProxyUnread) {
  WorkerLab lab;
  const LinkId slow = lab.ready();
  const LinkId other = lab.ready();
  lab.order(slow, {.id = 1});
  lab.order(other, {.id = 2});
  const JobId first = lab.job()->job;
  const JobId second = lab.job()->job;
  lab.congest(slow, session::Congestion::Begun);
  EXPECT_TRUE(lab.is_paused(first));
  EXPECT_FALSE(lab.is_paused(second));
  lab.order(slow, {.id = 3});
  const JobId third = lab.job()->job;
  EXPECT_TRUE(lab.is_paused(third)) << "it begins behind the others";
  lab.congest(slow, session::Congestion::Ended);
  EXPECT_FALSE(lab.is_paused(first));
  EXPECT_FALSE(lab.is_paused(third));
}

TEST(Congestion, ThatEndsDoesNotOpenAWindow) {
  Stream stream;
  stream.lab.congest(stream.link, session::Congestion::Begun);
  stream.lab.body(stream.job, event_of(kWhole + 1));
  stream.lab.congest(stream.link, session::Congestion::Ended);
  EXPECT_TRUE(stream.lab.is_paused(stream.job));
  stream.widen(2 * kAnswerWindow);
  EXPECT_FALSE(stream.lab.is_paused(stream.job));
}

}  // namespace
}  // namespace cocoon::worker
