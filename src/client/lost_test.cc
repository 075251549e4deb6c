// [WIRE-120] [WIRE-121] [WIRE-122] Requests whose connection was lost: what the proxy says of them
// later, and what callers and books have of it.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "client/client_lab.h"
#include "client/limits.h"
#include "crypto/hash.h"

namespace cocoon::client {
namespace {

using session::RequestEnd;
using State = Reply::State;
using std::chrono_literals::operator""s;

constexpr std::string_view kAnswer = R"({"choices":[],"usage":{"total_tokens":3}})";

// The proxy is back and is asked about these requests.
std::vector<base::Bits256> asked(ClientLab& lab, LinkId link) {
  const auto query = lab.query<tl::ClientEndRequests>(link);
  return query->request_ids;
}

void tell_end(ClientLab& lab, LinkId link, RequestEnd end, std::int64_t tokens = 0) {
  tl::ClientRequestEnds answer{};
  answer.ends.push_back(
      {.state = static_cast<std::int32_t>(end), .tokens_used = ClientLab::tokens(tokens)});
  lab.answer(link, answer);
}

struct LostRequest {
  ClientLab lab{};
  CallId call{};
  base::Bits256 id{};
  LinkId link;  // the proxy's next connection

  explicit LostRequest(std::string_view streamed = {},
                       const std::vector<openai::Header>& headers = {})
      : link{} {
    const LinkId first = lab.ready(5);
    call = lab.call(R"({"model":"lab/tiny","messages":[]})", headers);
    id = lab.run(first)->id;
    if (!streamed.empty()) lab.head(first, id, streamed, "text/event-stream");
    lab.close(first);
  }
  void come_back() {
    link = lab.ready(5);
    EXPECT_EQ(asked(lab, link), std::vector{id});
  }
};

const std::vector<openai::Header> kOwnId{{"X-Cocoon-Request-Id", std::string(64, 'a')}};

TEST(Lost, ThatWasNotChargedIsGivenToTheSameProxyUnderANewId) {
  LostRequest lost;
  lost.come_back();
  tell_end(lost.lab, lost.link, RequestEnd::Free);
  const auto run = lost.lab.run(lost.link);
  ASSERT_TRUE(run);
  EXPECT_NE(run->id, lost.id);
  lost.lab.head(lost.link, run->id, kAnswer, "application/json", ClientLab::tokens(3));
  const Reply& reply = lost.lab.reply(lost.call);
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.headers.at("X-Cocoon-Request-Id"), base::to_hex(run->id));
  EXPECT_EQ(lost.lab.machine().running(), 0u);
}

TEST(Lost, UnderANewIdKeepsItsTimeAndItsCaller) {
  LostRequest lost;
  lost.come_back();
  tell_end(lost.lab, lost.link, RequestEnd::Free);
  const auto run = lost.lab.run(lost.link);
  ASSERT_TRUE(run);
  lost.lab.caller_gone(lost.call);
  EXPECT_EQ(lost.lab.message<tl::ClientCancelQuery>(lost.link)->request_id, run->id);
  lost.lab.pass(kDefaultTimeout);
  EXPECT_EQ(lost.lab.machine().running(), 0u);
}

TEST(Lost, UnderTheCallersOwnIdIsGivenToAnotherProxy) {
  LostRequest lost({}, kOwnId);
  EXPECT_EQ(lost.lab.reply(lost.call).ends, 0) << "the caller has had nothing yet, and waits";
  const LinkId other = lost.lab.ready_elsewhere(5);
  lost.come_back();
  EXPECT_FALSE(lost.lab.run(other));
  tell_end(lost.lab, lost.link, RequestEnd::Free);
  EXPECT_FALSE(lost.lab.run(lost.link)) << "its id is used up there";
  const auto run = lost.lab.run(other);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->id, lost.id);
  lost.lab.head(other, run->id, kAnswer, "application/json", ClientLab::tokens(3));
  EXPECT_EQ(lost.lab.reply(lost.call).status, 200u);
  EXPECT_EQ(lost.lab.machine().counters().tokens, 3);
}

TEST(Lost, ThatWasNotChargedAndHasNowhereToGoFails) {
  LostRequest lost({}, kOwnId);
  lost.come_back();
  tell_end(lost.lab, lost.link, RequestEnd::Free);
  EXPECT_EQ(lost.lab.reply(lost.call).ends, 0);
  lost.lab.pass(kLostPatience);
  EXPECT_EQ(lost.lab.reply(lost.call).status, 502u);
  EXPECT_NE(lost.lab.reply(lost.call).body.find("nothing was charged"), std::string::npos);
  EXPECT_EQ(lost.lab.machine().counters().unresolved, 0u);
  EXPECT_EQ(lost.lab.machine().running(), 0u);
}

TEST(Lost, WaitsForAProxyThatHasNoWorkersYet) {
  LostRequest lost;
  lost.link = lost.lab.ready(5, {});
  EXPECT_EQ(asked(lost.lab, lost.link), std::vector{lost.id});
  tell_end(lost.lab, lost.link, RequestEnd::Free);
  EXPECT_FALSE(lost.lab.run(lost.link));
  lost.lab.pass(kEndsPeriod);
  lost.lab.query<tl::ClientGetOffers>(lost.link);
  lost.lab.answer(lost.link, lost.lab.offers({std::string(sim::kModel)}));
  EXPECT_TRUE(lost.lab.run(lost.link));
}

TEST(Lost, AndHomelessItEndsWithItsCaller) {
  LostRequest lost;
  lost.link = lost.lab.ready(5, {});
  EXPECT_EQ(asked(lost.lab, lost.link).size(), 1u);
  tell_end(lost.lab, lost.link, RequestEnd::Free);
  lost.lab.caller_gone(lost.call);
  EXPECT_EQ(lost.lab.machine().running(), 0u);
}

TEST(Lost, ThatWasChargedIsBookedAndNotAskedAgain) {
  LostRequest lost;
  const LinkId other = lost.lab.ready_elsewhere(5);
  lost.come_back();
  tell_end(lost.lab, lost.link, RequestEnd::Charged, 7);
  EXPECT_EQ(lost.lab.reply(lost.call).status, 502u);
  EXPECT_NE(lost.lab.reply(lost.call).body.find("was charged"), std::string::npos);
  EXPECT_FALSE(lost.lab.run(other));
  EXPECT_EQ(lost.lab.machine().counters().tokens, 7);
  EXPECT_EQ(lost.lab.machine().counters().retried, 0u);
}

TEST(Lost, ThatHasNotEndedIsAskedForAgain) {
  LostRequest lost;
  lost.come_back();
  tell_end(lost.lab, lost.link, RequestEnd::Running);
  EXPECT_EQ(lost.lab.reply(lost.call).ends, 0);
  EXPECT_EQ(lost.lab.queries(lost.link), 0u);
  lost.lab.pass(kEndsPeriod);
  EXPECT_EQ(asked(lost.lab, lost.link), std::vector{lost.id});
  tell_end(lost.lab, lost.link, RequestEnd::Charged, 2);
  EXPECT_EQ(lost.lab.machine().counters().tokens, 2);
}

TEST(Lost, WithinAStreamEndsForTheCallerAndIsBookedLater) {
  LostRequest lost("data: 1\n\n");
  EXPECT_EQ(lost.lab.reply(lost.call).state, State::Ended);
  EXPECT_NE(lost.lab.reply(lost.call).body.find("may have been charged"), std::string::npos);
  EXPECT_EQ(lost.lab.machine().running(), 0u);
  lost.come_back();
  tell_end(lost.lab, lost.link, RequestEnd::Charged, 5);
  EXPECT_EQ(lost.lab.machine().counters().tokens, 5);
  EXPECT_EQ(lost.lab.reply(lost.call).ends, 1);
  EXPECT_EQ(lost.lab.machine().counters().unresolved, 0u);
}

TEST(Lost, WhoseProxyStaysAwayIsGivenUp) {
  LostRequest waiting;
  waiting.lab.pass(kLostPatience);
  EXPECT_EQ(waiting.lab.reply(waiting.call).status, 502u);
  EXPECT_EQ(waiting.lab.machine().counters().unresolved, 1u);
  LostRequest streaming("data: 1\n\n");
  streaming.lab.pass(kLostMemory - 1s);
  EXPECT_EQ(streaming.lab.machine().counters().unresolved, 0u);
  streaming.lab.pass(1s);
  EXPECT_EQ(streaming.lab.machine().counters().unresolved, 1u);
  EXPECT_EQ(streaming.lab.machine().counters().failed, 1u);
  streaming.link = streaming.lab.ready(5);
  EXPECT_EQ(streaming.lab.queries(streaming.link), 0u);
}

TEST(Lost, TakesNoMoreTimeThanTheCallerHas) {
  ClientLab lab;
  const LinkId first = lab.ready(5);
  const CallId call = lab.call(R"({"model":"lab/tiny","messages":[],"timeout":2})");
  ASSERT_TRUE(lab.run(first));
  lab.close(first);
  lab.pass(2s);
  EXPECT_EQ(lab.reply(call).ends, 1);
}

TEST(Lost, IsHeldFromTheKeysBudgetUntilItsEndIsKnown) {
  ClientLab lab;
  const KeyHash key = crypto::sha256(base::as_bytes("secret"));
  lab.callers().set_grants({{.hash = key,
                             .name = "app",
                             .budget = base::Nanoton(1'000'000'000),
                             .requests_per_minute = {},
                             .tokens_per_minute = {}}});
  const LinkId first = lab.ready(5);
  lab.call(R"({"model":"lab/tiny","messages":[]})", {{"Authorization", "Bearer secret"}});
  const auto run = lab.run(first);
  ASSERT_TRUE(run);
  lab.head(first, run->id, "data: 1\n\n", "text/event-stream");
  const auto& account = lab.callers().accounts().at(key);
  const base::Nanoton held = account.held;
  ASSERT_GT(held, base::Nanoton{});
  lab.close(first);
  EXPECT_EQ(account.held, held);
  const LinkId back = lab.ready(5);
  EXPECT_EQ(asked(lab, back), std::vector{run->id});
  tell_end(lab, back, RequestEnd::Charged, 5);
  EXPECT_EQ(account.held, base::Nanoton{});
  EXPECT_EQ(account.use.tokens, 5);
}

TEST(Lost, ItsIdIsNotUsedAgainWhileItsEndIsUnknown) {
  ClientLab lab;
  const std::string id(64, 'a');
  const std::vector<openai::Header> headers{{"X-Cocoon-Request-Id", id}};
  const LinkId first = lab.ready(5);
  lab.call(R"({"model":"lab/tiny","messages":[]})", headers);
  lab.head(first, lab.run(first)->id, "data: 1\n\n", "text/event-stream");
  lab.close(first);
  const LinkId back = lab.ready(5);
  EXPECT_EQ(asked(lab, back).size(), 1u);
  const CallId again = lab.call(R"({"model":"lab/tiny","messages":[]})", headers);
  EXPECT_EQ(lab.reply(again).status, 503u);
}

TEST(Lost, ProxiesThatAnswerNonsenseAreClosed) {
  for (const bool empty : {true, false}) {
    LostRequest lost;
    lost.come_back();
    if (empty) {
      lost.lab.answer(lost.link, tl::ClientRequestEnds{});
    } else {
      lost.lab.answer(lost.link, tl::ClientPaymentStatus{});
    }
    EXPECT_EQ(lost.lab.closed(lost.link), "bad_answer");
  }
  LostRequest lost;
  lost.come_back();
  tell_end(lost.lab, lost.link, static_cast<RequestEnd>(9));
  EXPECT_EQ(lost.lab.reply(lost.call).ends, 0) << "as if it had not ended";
}

TEST(Lost, OlderProxiesAreNotAsked) {
  ClientLab lab;
  const LinkId first = lab.ready(4);
  const CallId call = lab.call();
  ASSERT_TRUE(lab.run(first));
  lab.close(first);
  EXPECT_EQ(lab.reply(call).status, 502u);
  const LinkId back = lab.ready(4);
  EXPECT_EQ(lab.queries(back), 0u);
}

}  // namespace
}  // namespace cocoon::client
