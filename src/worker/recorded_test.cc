// The recorded conversation of the reference's proxy replayed at our worker: it accepts the proxy,
// takes its orders, and with the recorded engine's words gives the recorded answers.
#include "sim/recording.h"

#include <gtest/gtest.h>

#include <map>

#include "sim/network.h"
#include "worker/worker.h"

namespace cocoon::worker {
namespace {

using session::LinkId;
using sim::Heading;
using sim::RecordedPacket;

const base::Now kNow{base::Instant(std::chrono::seconds(1)),
                     base::from_unix_seconds(1'795'356'722)};
constexpr LinkId kLink{1};

class Replay {
 public:
  explicit Replay(const tl::WorkerParams& recorded)
      : worker_(Config{.network = sim::recorded_network(),
                       .owner = *ton::parse_address(recorded.worker_owner_address),
                       .model = std::string(recorded.model),
                       .coefficient = recorded.coefficient,
                       .max_active = recorded.max_active_requests,
                       .proxy_count = recorded.proxy_cnt}) {
    worker_.handle_engine(EngineState::Up);
    worker_.handle_opened(kNow, kLink);
    settle();
  }
  void hear(const RecordedPacket& packet) {
    if (packet.kind == "tcp.queryAnswer") worker_.handle_answer(kNow, kLink, packet.object);
    if (packet.kind == "tcp.packet") worker_.handle_message(kNow, kLink, packet.object);
    settle();
  }
  void engine_says(const StartJob& job, const tl::HttpResponse& head, std::string_view body) {
    std::vector<openai::Header> headers;
    for (const auto& header : head.headers) {
      headers.push_back({std::string(header.name), std::string(header.value)});
    }
    worker_.handle_engine_head(kNow, job.job, static_cast<std::uint32_t>(head.status_code),
                               headers);
    worker_.handle_engine_body(kNow, job.job, base::as_bytes(body));
    worker_.handle_engine_end(kNow, job.job);
    settle();
  }

  std::vector<base::Bytes> queries;
  std::vector<base::Bytes> messages;
  std::vector<StartJob> jobs;

 private:
  void settle() {
    while (auto effect = worker_.poll_effect()) {
      if (auto* job = std::get_if<StartJob>(&*effect)) jobs.push_back(std::move(*job));
      auto* said = std::get_if<session::LinkEffect>(&*effect);
      if (!said) continue;
      if (auto* query = std::get_if<session::SendQuery>(said))
        queries.push_back(std::move(query->object));
      if (auto* message = std::get_if<session::SendMessage>(said)) {
        messages.push_back(std::move(message->object));
      }
      if (const auto* close = std::get_if<session::CloseLink>(said)) ADD_FAILURE() << close->reason;
    }
  }
  Worker worker_;
};

struct RecordedAnswer {
  tl::HttpResponse head;
  std::string body;
  tl::TokensUsed tokens{};
  std::uint32_t end_flags = 0;
};

// What the recorded worker answered, by request id. Views point into `talk`.
std::map<base::Bits256, RecordedAnswer> recorded_answers(const std::vector<RecordedPacket>& talk) {
  std::map<base::Bits256, RecordedAnswer> answers;
  for (const auto& packet : talk) {
    if (packet.name == tl::ProxyQueryAnswerEx::kName) {
      const auto head = tl::decode_boxed<tl::ProxyQueryAnswerEx>(packet.object);
      answers[head->request_id].head = *tl::decode_boxed<tl::HttpResponse>(head->answer);
    } else if (packet.name == tl::ProxyQueryAnswerPartEx::kName) {
      const auto part = tl::decode_boxed<tl::ProxyQueryAnswerPartEx>(packet.object);
      RecordedAnswer& answer = answers[part->request_id];
      answer.body += base::as_text(part->answer);
      answer.tokens = part->final_info.tokens_used;
      answer.end_flags = part->final_info.flags;
    }
  }
  return answers;
}

TEST(Recorded, TheReferencesProxyIsServedByOurWorker) {
  const auto talk = sim::recorded("worker-session-at-proxy.json");
  const auto greeting = tl::decode_boxed<tl::WorkerConnectToProxy>(talk.at(2).object);
  ASSERT_TRUE(greeting);
  const auto answers = recorded_answers(talk);
  Replay replay(greeting->params);
  std::size_t orders = 0;
  for (const auto& packet : talk) {
    if (packet.heading != Heading::ToClient || packet.name == tl::WorkerPaymentStatus::kName)
      continue;
    replay.hear(packet);
    if (packet.name != tl::ProxyRunQueryEx::kName) continue;
    ASSERT_EQ(replay.jobs.size(), ++orders) << "every order is taken";
    const auto order = tl::decode_boxed<tl::ProxyRunQueryEx>(packet.object);
    const auto http = tl::decode_boxed<tl::HttpRequest>(order->query);
    ASSERT_TRUE(order && http);
    const StartJob& job = replay.jobs.back();
    EXPECT_EQ(job.path, http->url);
    const bool stream =
        base::as_text(http->payload).find("\"stream\":true") != std::string_view::npos;
    if (!stream) {
      EXPECT_EQ(base::as_text(job.body), base::as_text(http->payload));
    }

    const RecordedAnswer& recorded = answers.at(order->request_id);
    replay.messages.clear();
    replay.engine_says(job, recorded.head, recorded.body);
    ASSERT_FALSE(replay.messages.empty());
    const auto first = tl::decode_boxed<tl::ProxyQueryAnswerEx>(replay.messages.front());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->request_id, order->request_id);
    const auto response = tl::decode_boxed<tl::HttpResponse>(first->answer);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status_code, recorded.head.status_code);
    std::string body = base::to_text(response->payload);
    tl::ProxyQueryFinalInfo end = first->final_info;
    for (std::size_t i = 1; i < replay.messages.size(); ++i) {
      const auto part = tl::decode_boxed<tl::ProxyQueryAnswerPartEx>(replay.messages[i]);
      ASSERT_TRUE(part);
      body += base::as_text(part->answer);
      end = part->final_info;
    }
    EXPECT_EQ(body, recorded.body);
    EXPECT_EQ(end.tokens_used, recorded.tokens);
    EXPECT_EQ(end.flags, recorded.end_flags);
  }
  EXPECT_EQ(orders, 4u);
  ASSERT_GE(replay.queries.size(), 3u);
  const char* names[] = {"worker.connectToProxy", "worker.compareBalanceWithProxy",
                         "worker.proxyHandshakeComplete"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(tl::constructor_name(tl::peek_id(replay.queries[i]).value_or(0)), names[i]);
  }
}

}  // namespace
}  // namespace cocoon::worker
