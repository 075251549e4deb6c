// The recorded conversations of the reference implementation, replayed into our machines on either
// side.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "session/connection.h"
#include "session/testing.h"

namespace cocoon::session {
namespace {

constexpr std::size_t kAttestationFrame = 576;

struct Segment {
  bool to_server = false;
  base::Bytes bytes;
};

std::vector<Segment> load(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/wire/" + name);
  std::vector<Segment> segments;
  for (const auto& segment : nlohmann::json::parse(file)) {
    segments.push_back(
        {segment["dir"] == "to_server", *base::from_hex(segment["hex"].get<std::string>())});
  }
  return segments;
}

// How often each kind of event came, and each object by its name.
class Tally : public ConnectionEvents {
 public:
  void on_ready() override { ++counts["ready"]; }
  void on_message(base::BytesView data) override { count("message", data); }
  void on_query(QueryId, base::BytesView data) override { count("query", data); }
  void on_answer(QueryId, base::BytesView data) override { count("answer", data); }
  void on_query_failed(QueryId, const QueryFailure&) override { ++counts["failed"]; }

  std::map<std::string, int> counts;

 private:
  void count(const std::string& kind, base::BytesView data) {
    ++counts[kind];
    ++counts[std::string(tl::constructor_name(tl::peek_id(data).value_or(0)))];
  }
};

TEST(Recorded, ListenerHearsTheClient) {
  SeededRandom random(1);
  Connection listener(Role::Listener, random, at(0));
  Tally tally;
  bool first = true;
  for (const Segment& segment : load("client-session-at-proxy.json")) {
    if (!segment.to_server) continue;
    const base::BytesView bytes =
        base::BytesView(segment.bytes).subspan(first ? kAttestationFrame : 0);
    first = false;
    ASSERT_TRUE(listener.handle_bytes(at(1), bytes, tally).ok());
  }
  EXPECT_EQ(tally.counts["ready"], 1);
  EXPECT_EQ(tally.counts["client.connectToProxy"], 1);
  EXPECT_EQ(tally.counts["client.authorizeWithProxyShort"], 1);
  EXPECT_EQ(tally.counts["client.runQueryEx"], 5);
  EXPECT_EQ(tally.counts["client.getWorkerTypesV2"], 1);
  EXPECT_EQ(tally.counts["client.updatePaymentStatus"], 2);
  EXPECT_EQ(tally.counts["query"], 5);
  EXPECT_EQ(tally.counts["message"], 5);
}

// The ids of the recording are not ours, so the dialer takes them from it: the opening and the
// queries.
class RecordedIds : public base::Random {
 public:
  explicit RecordedIds(const std::vector<Segment>& segments, std::size_t skip) {
    FrameReader reader;
    for (const Segment& segment : segments) {
      if (!segment.to_server) continue;
      base::BytesView view = base::BytesView(segment.bytes).subspan(skip);
      skip = 0;
      for (;;) {
        const auto payload = reader.next(view);
        if (!payload.ok() || !*payload) break;
        const auto packet = tl::decode_boxed<tl::AnyTcpPacket>(**payload);
        if (const auto* connect = std::get_if<tl::TcpConnect>(&*packet))
          ids_.push_back(connect->id);
        if (const auto* query = std::get_if<tl::TcpQuery>(&*packet)) ids_.push_back(query->id);
      }
    }
    std::ranges::reverse(ids_);
  }
  void fill(std::span<std::uint8_t> out) override {
    const std::int64_t id = ids_.back();
    ids_.pop_back();
    std::memcpy(out.data(), &id, out.size());
  }
  std::size_t left() const { return ids_.size(); }

 private:
  std::vector<std::int64_t> ids_;
};

void replay_to_dialer(const std::string& name, Tally& tally) {
  const std::vector<Segment> segments = load(name);
  RecordedIds ids(segments, kAttestationFrame);
  Connection dialer(Role::Dialer, ids, at(0));
  // All queries of the recording are asked as soon as the connection is open.
  for (const Segment& segment : segments) {
    if (segment.to_server) continue;
    ASSERT_TRUE(dialer.handle_bytes(at(1), segment.bytes, tally).ok());
    while (dialer.is_ready() && ids.left() > 0) {
      ASSERT_TRUE(dialer.send_query_bytes(at(1), base::Bytes(4), std::chrono::seconds(30)).ok());
    }
  }
  EXPECT_EQ(tally.counts["ready"], 1);
  EXPECT_EQ(tally.counts["failed"], 0);
  EXPECT_EQ(dialer.queries_sent(), 0U);
  EXPECT_EQ(dialer.unknown_answers(), 0U);
}

TEST(Recorded, DialerHearsTheProxyAsAClient) {
  Tally tally;
  replay_to_dialer("client-session-at-proxy.json", tally);
  EXPECT_EQ(tally.counts["client.connectedToProxy"], 1);
  EXPECT_EQ(tally.counts["client.authorizationWithProxySuccess"], 1);
  EXPECT_EQ(tally.counts["client.queryAnswerEx"], 4);
  EXPECT_GT(tally.counts["client.queryAnswerPartEx"], 0);
  EXPECT_EQ(tally.counts["client.queryAnswerError"], 1);  // the unknown model, in the old form
  EXPECT_EQ(tally.counts["client.paymentStatus"], 2);
  EXPECT_EQ(tally.counts["client.workerTypesV2"], 1);
}

TEST(Recorded, DialerHearsTheProxyAsAWorker) {
  Tally tally;
  replay_to_dialer("worker-session-at-proxy.json", tally);
  EXPECT_EQ(tally.counts["worker.connectedToProxy"], 1);
  EXPECT_EQ(tally.counts["worker.compareBalanceWithProxyResult"], 1);
  EXPECT_EQ(tally.counts["worker.proxyHandshakeCompleted"], 1);
  EXPECT_EQ(tally.counts["proxy.runQueryEx"], 4);
}

}  // namespace
}  // namespace cocoon::session
