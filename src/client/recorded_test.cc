// The recorded conversation of the reference's proxy replayed at our client: it is admitted, asks
// the same, and its callers get the recorded answers.
#include "sim/recording.h"

#include <gtest/gtest.h>

#include <map>

#include "base/encoding.h"
#include "client/client.h"
#include "sim/dice.h"
#include "sim/network.h"

namespace cocoon::client {
namespace {

using session::LinkId;
using sim::Heading;

const base::Now kNow{base::Instant(std::chrono::seconds(1)),
                     base::from_unix_seconds(1'795'356'722)};
constexpr LinkId kLink{1};

class Replay {
 public:
  Replay() {
    client_.handle_opened(kLink, 0, "simulated");
    settle();
  }
  // The recorded answer to our query of the same kind.
  void answer(base::BytesView object) {
    ASSERT_FALSE(queries.empty());
    const auto tag = queries.front().tag;
    queries.erase(queries.begin());
    client_.handle_answer(kNow, kLink, tag, object);
    settle();
  }
  void tell(base::BytesView object) {
    client_.handle_message(kNow, kLink, object);
    settle();
  }
  void call(CallId id, const tl::ClientRunQueryEx& recorded) {
    const auto http = tl::decode_boxed<tl::HttpRequest>(recorded.query);
    ASSERT_TRUE(http);
    client_.handle_call(kNow, id,
                        {.target = std::string(http->url),
                         .headers = {{"X-Cocoon-Request-Id", base::to_hex(recorded.request_id)}},
                         .body = base::to_bytes(http->payload)});
    settle();
  }
  std::string asked(std::size_t index) const {
    return std::string(tl::constructor_name(tl::peek_id(queries.at(index).object).value_or(0)));
  }

  std::vector<session::SendQuery> queries;
  std::vector<base::Bytes> messages;
  std::map<CallId, std::uint32_t> statuses;
  std::map<CallId, std::string> bodies;
  std::vector<CallId> ended;

 private:
  void settle() {
    while (auto effect = client_.poll_effect()) {
      if (auto* said = std::get_if<session::LinkEffect>(&*effect)) {
        if (auto* query = std::get_if<session::SendQuery>(said))
          queries.push_back(std::move(*query));
        if (auto* message = std::get_if<session::SendMessage>(said)) {
          messages.push_back(std::move(message->object));
        }
        if (const auto* close = std::get_if<session::CloseLink>(said))
          ADD_FAILURE() << close->reason;
      } else if (const auto* start = std::get_if<StartAnswer>(&*effect)) {
        statuses[start->call] = start->status;
      } else if (const auto* part = std::get_if<AnswerPart>(&*effect)) {
        bodies[part->call] += base::as_text(part->bytes);
      } else if (const auto* end = std::get_if<EndAnswer>(&*effect)) {
        ended.push_back(end->call);
      } else if (const auto* whole = std::get_if<WholeAnswer>(&*effect)) {
        statuses[whole->call] = whole->status;
        bodies[whole->call] = base::to_text(whole->body);
        ended.push_back(whole->call);
      }
    }
  }

  sim::Dice dice_{1};
  Client client_{Config{.network = sim::recorded_network(),
                        .owner = *ton::parse_address(sim::kRecordedWallet),
                        .master_secret = base::Secret(base::to_bytes(sim::secret_of("alice")))},
                 dice_};
};

void expect_same_request(base::BytesView ours, const tl::ClientRunQueryEx& theirs) {
  const auto mine = tl::decode_boxed<tl::ClientRunQueryEx>(ours);
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->request_id, theirs.request_id);
  EXPECT_EQ(mine->model_name, theirs.model_name);
  EXPECT_EQ(mine->max_coefficient, theirs.max_coefficient);
  EXPECT_EQ(mine->max_tokens, theirs.max_tokens);
  EXPECT_EQ(mine->timeout, theirs.timeout);
  EXPECT_EQ(mine->min_config_version, theirs.min_config_version);
  const auto our_http = tl::decode_boxed<tl::HttpRequest>(mine->query);
  const auto their_http = tl::decode_boxed<tl::HttpRequest>(theirs.query);
  ASSERT_TRUE(our_http && their_http);
  EXPECT_EQ(our_http->method, their_http->method);
  EXPECT_EQ(our_http->url, their_http->url);
  const bool stream =
      base::as_text(their_http->payload).find("\"stream\":true") != std::string_view::npos;
  if (!stream) {
    EXPECT_EQ(base::as_text(our_http->payload), base::as_text(their_http->payload));
  }
}

TEST(Recorded, TheReferencesProxyServesOurClient) {
  Replay replay;
  std::map<base::Bits256, CallId> calls;
  std::string last_body;
  std::string proxy_body;
  for (const auto& packet : sim::recorded("client-session-at-proxy.json")) {
    if (packet.heading == Heading::ToServer) {
      if (packet.name != tl::ClientRunQueryEx::kName) continue;
      const auto recorded = tl::decode_boxed<tl::ClientRunQueryEx>(packet.object);
      ASSERT_TRUE(recorded);
      const CallId id{calls.size() + 1};
      calls[recorded->request_id] = id;
      replay.call(id, *recorded);
      ASSERT_EQ(replay.messages.size(), calls.size());
      expect_same_request(replay.messages.back(), *recorded);
    } else if (packet.kind == "tcp.queryAnswer") {
      // Theirs asks for the list of models late and for the payment status early; ours the other
      // way round.
      if (packet.name == tl::ClientPaymentStatus::kName) continue;
      if (packet.name == tl::ClientConnectedToProxy::kName) {
        EXPECT_EQ(replay.asked(0), "client.connectToProxy");
      } else if (packet.name == tl::ClientAuthorizationWithProxySuccess::kName) {
        EXPECT_EQ(replay.asked(0), "client.authorizeWithProxyLong")
            << "ours never shows the empty secret";
      } else {
        EXPECT_EQ(replay.asked(0), "client.getWorkerTypesV2");
      }
      replay.answer(packet.object);
    } else if (packet.kind == "tcp.packet") {
      replay.tell(packet.object);
    }
  }
  ASSERT_EQ(calls.size(), 5u);
  EXPECT_EQ(replay.ended.size(), 5u);
  for (std::uint64_t call = 1; call <= 4; ++call) {
    EXPECT_EQ(replay.statuses[CallId(call)], 200u);
    EXPECT_NE(replay.bodies[CallId(call)].find("\"cost\":"), std::string::npos);
  }
  EXPECT_NE(replay.bodies[CallId(1)].find("Hello! How can I assist you today?"), std::string::npos);
  // The recorded engine streams bare JSON lines.
  EXPECT_TRUE(replay.bodies[CallId(4)].starts_with("{\"choices\""))
      << replay.bodies[CallId(4)].substr(0, 40);
  EXPECT_EQ(replay.statuses[CallId(5)], 404u);
  EXPECT_NE(replay.bodies[CallId(5)].find("model_not_found"), std::string::npos);
}

}  // namespace
}  // namespace cocoon::client
