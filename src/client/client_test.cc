// Calls: into the network in every version, back as HTTP with the cost, and every way in which one
// can end.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "client/client_lab.h"

namespace cocoon::client {
namespace {

using std::chrono_literals::operator""s;
using State = Reply::State;

const std::string kJson = R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}})";
// 3 tokens at 20 nanotons.
const std::string kJsonWithCost =
    R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":)";
const std::string kEvent = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
const std::string kUsageEvent =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
const std::string kDone = "data: [DONE]\n\n";
const std::string kStream = "text/event-stream; charset=utf-8";

class ClientVersions : public testing::TestWithParam<std::int32_t> {};
INSTANTIATE_TEST_SUITE_P(All, ClientVersions, testing::Range(0, 6));

TEST_P(ClientVersions, ACallBecomesARequestAndItsAnswerHttpAgain) {
  ClientLab lab;
  const LinkId link = lab.ready(GetParam());
  const CallId call = lab.call(
      R"({"model":"lab/tiny","messages":[],"max_tokens":50,"n":2,"timeout":40,"max_coefficient":2500,"enable_debug":true})");
  const auto run = lab.run(link);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->form, GetParam() == 0 ? "client.runQuery" : "client.runQueryEx");
  EXPECT_EQ(run->model, "lab/tiny");
  EXPECT_EQ(run->max_tokens, 100);
  EXPECT_EQ(run->max_coefficient, 2500);
  EXPECT_NEAR(run->timeout, 38, 1e-6);
  EXPECT_EQ(run->enable_debug, GetParam() > 0);
  EXPECT_EQ(run->method, "POST");
  EXPECT_EQ(run->url, "/v1/chat/completions");
  EXPECT_EQ(run->body, R"({"model":"lab/tiny","messages":[],"max_tokens":50,"n":2})")
      << "options for the network are cut out, the rest is untouched";
  EXPECT_EQ(run->headers.at("Content-Length"), std::to_string(run->body.size()));
  EXPECT_FALSE(run->headers.contains("Authorization"));

  lab.head(link, run->id, kJson, "application/json", ClientLab::tokens(3));
  const Reply& reply = lab.reply(call);
  EXPECT_EQ(reply.state, State::Ended);
  EXPECT_EQ(reply.status, 200u);
  EXPECT_TRUE(reply.body.starts_with(kJsonWithCost)) << reply.body;
  EXPECT_EQ(reply.headers.at("X-Cocoon-Cost-Nanotons"), "60");
  EXPECT_EQ(reply.headers.at("X-Cocoon-Request-Id"), base::to_hex(run->id));
  EXPECT_EQ(reply.headers.at("X-Cocoon-Proxy-Tier"), "simulated");
  EXPECT_EQ(reply.headers.at("X-Cocoon-Settled"), "no");
  EXPECT_EQ(reply.headers.at("X-Cocoon-Worker-Start"), "1.5");
  EXPECT_FALSE(reply.headers.contains("Set-Cookie"));
  EXPECT_EQ(lab.machine().counters().spent, base::Nanoton(60));
  EXPECT_EQ(lab.machine().running(), 0u);
}

TEST_P(ClientVersions, AStreamPassesAtOnceAndEndsWithItsCost) {
  ClientLab lab;
  const LinkId link = lab.ready(GetParam());
  const CallId call = lab.call(R"({"model":"lab/tiny","messages":[],"stream":true})");
  const auto run = lab.run(link);
  lab.head(link, run->id, "", kStream);
  EXPECT_EQ(lab.reply(call).state, State::Streaming);
  lab.part(link, run->id, kEvent);
  EXPECT_EQ(lab.reply(call).body, kEvent) << "at once";
  lab.part(link, run->id, kUsageEvent + kDone);
  lab.part(link, run->id, "", ClientLab::tokens(3));
  const Reply& reply = lab.reply(call);
  EXPECT_EQ(reply.state, State::Ended);
  EXPECT_TRUE(reply.body.starts_with(kEvent));
  EXPECT_NE(reply.body.find("\"cost\":"), std::string::npos) << reply.body;
  EXPECT_TRUE(reply.body.ends_with(kDone));
}

TEST_P(ClientVersions, EveryFormOfErrorIsUnderstood) {
  using Form = void (*)(ClientLab&, LinkId, const base::Bits256&);
  const std::vector<Form> forms{
      [](ClientLab& lab, LinkId link, const base::Bits256& id) {
        lab.tell(
            link,
            tl::ClientQueryAnswerError{
                .error_code = 652, .error = "late", .request_id = id, .request_tokens_used = {}});
      },
      [](ClientLab& lab, LinkId link, const base::Bits256& id) {
        lab.tell(
            link,
            tl::ClientQueryAnswerPartError{
                .error_code = 652, .error = "late", .request_id = id, .request_tokens_used = {}});
      },
      [](ClientLab& lab, LinkId link, const base::Bits256& id) {
        lab.failure(link, id, 652, "late");
      },
      [](ClientLab& lab, LinkId link, const base::Bits256& id) {
        tl::ClientQueryAnswerErrorEx bare{};  // without a final object
        bare.request_id = id;
        bare.error_code = 652;
        bare.error = "late";
        lab.tell(link, bare);
      }};
  for (const Form form : forms) {
    ClientLab lab;
    const LinkId link = lab.ready(GetParam());
    const CallId call = lab.call();
    form(lab, link, lab.run(link)->id);
    EXPECT_EQ(lab.reply(call).status, 504u);
    EXPECT_NE(lab.reply(call).body.find("\"error\""), std::string::npos);
    EXPECT_EQ(lab.reply(call).state, State::Ended);
  }
}

TEST(Client, AJsonAnswerInPartsIsStreamedWithItsCost) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call();
  const auto run = lab.run(link);
  lab.head(link, run->id, "");
  lab.part(link, run->id, kJson.substr(0, 30));
  lab.part(link, run->id, kJson.substr(30), ClientLab::tokens(3));
  EXPECT_EQ(lab.reply(call).state, State::Ended);
  EXPECT_TRUE(lab.reply(call).body.starts_with(kJsonWithCost)) << lab.reply(call).body;
}

TEST(Client, WireErrorsGetTheirOpenAiStatus) {
  struct Case {
    std::int32_t code;
    const char* text;
    std::uint32_t status;
  };
  for (const auto& [code, text, status] :
       {Case{602, "client balance is too low: 5 nanotons are missing", 402u},
        Case{621, "unknown model lab/tiny", 404u},
        Case{651, "can run this query with coefficient=5000", 400u},
        Case{651, "no ready workers: all of them are busy", 503u},
        Case{602, "too many active queries", 429u}, Case{621, "bad body", 400u},
        Case{652, "timeout", 504u}, Case{653, "the worker was lost", 502u}, Case{601, "oops", 502u},
        Case{0, "", 502u}, Case{-12345, "?", 502u}}) {
    ClientLab lab;
    const LinkId link = lab.ready();
    const CallId call = lab.call();
    lab.failure(link, lab.run(link)->id, code, text);
    EXPECT_EQ(lab.reply(call).status, status) << text;
    EXPECT_EQ(lab.reply(call).headers.at("Content-Type"), "application/json");
  }
}

TEST(Client, AnUnknownModelIsAnsweredWithTheNearestOnes) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tinny","messages":[]})");
  lab.failure(link, lab.run(link)->id, 621, "unknown model lab/tinny");
  EXPECT_EQ(lab.reply(call).status, 404u);
  EXPECT_NE(lab.reply(call).body.find("lab/tiny"), std::string::npos) << lab.reply(call).body;
}

// ---- calls that never leave ----

TEST(Client, WithoutAProxyACallIsToldToComeBack) {
  ClientLab lab;
  const CallId first = lab.call();
  EXPECT_EQ(lab.reply(first).status, 503u);
  EXPECT_TRUE(lab.reply(first).headers.contains("Retry-After"));
  lab.open();
  EXPECT_EQ(lab.reply(lab.call()).status, 503u) << "a proxy that has not admitted us is none";
}

TEST(Client, RequestsThatCanNotBeReadAreRefusedHere) {
  struct Case {
    const char* target;
    const char* body;
    std::uint32_t status;
  };
  for (const auto& [target, body, status] :
       {Case{"/v1/chat/completions", "", 400u}, Case{"/v1/chat/completions", "{", 400u},
        Case{"/v1/chat/completions", "[]", 400u}, Case{"/v1/chat/completions", "{}", 400u},
        Case{"/v1/chat/completions", R"({"model":5})", 400u},
        Case{"/v1/nothing", R"({"model":"lab/tiny"})", 404u}}) {
    ClientLab lab;
    const LinkId link = lab.ready();
    EXPECT_EQ(lab.reply(lab.call(body, {}, target)).status, status) << target << " " << body;
    EXPECT_EQ(lab.messages(link), 0u);
  }
}

TEST(Client, ACallersRequestIdIsUsedAndChecked) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const std::string id(64, 'a');
  lab.call(R"({"model":"lab/tiny"})", {{"x-cocoon-request-id", id}});
  EXPECT_EQ(base::to_hex(lab.run(link)->id), id);
  const CallId again = lab.call(R"({"model":"lab/tiny"})", {{"X-Cocoon-Request-Id", id}});
  EXPECT_EQ(lab.reply(again).status, 400u) << "while the first one runs";
  const CallId bad = lab.call(R"({"model":"lab/tiny"})", {{"X-Cocoon-Request-Id", "12"}});
  EXPECT_EQ(lab.reply(bad).status, 400u);
  EXPECT_FALSE(lab.run(link));
}

TEST(Client, RequestIdsAreNeverTheSame) {
  ClientLab lab;
  const LinkId link = lab.ready();
  lab.call();
  lab.call();
  EXPECT_NE(lab.run(link)->id, lab.run(link)->id);
}

TEST(Client, DrainingRefusesNewCallsAndFinishesOldOnes) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId old = lab.call();
  lab.drain();
  EXPECT_EQ(lab.reply(lab.call()).status, 503u);
  lab.head(link, lab.run(link)->id, kJson, "application/json", ClientLab::tokens(3));
  EXPECT_EQ(lab.reply(old).status, 200u);
}

// ---- answers that break ----

TEST(Client, ALostProxyBeforeTheHeadIsAnError) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call();
  lab.close(link);
  EXPECT_EQ(lab.reply(call).status, 502u);
  EXPECT_EQ(lab.reply(call).state, State::Ended);
  EXPECT_EQ(lab.machine().counters().spent, base::Nanoton{});
}

// It may have been charged, and its answer lost on the way.
TEST(Client, ARequestOfALostProxyIsNotGivenToAnother) {
  ClientLab lab;
  const LinkId first = lab.ready();
  const CallId call = lab.call();
  ASSERT_TRUE(lab.run(first));
  const LinkId second = lab.ready();
  lab.close(first);
  EXPECT_EQ(lab.messages(second), 0u);
  EXPECT_EQ(lab.reply(call).status, 502u);
  EXPECT_EQ(lab.machine().counters().retried, 0u);
}

TEST(Client, AnotherProxyGetsTheSameRequestAndTheTimeThatIsLeft) {
  ClientLab lab;
  const LinkId first = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","messages":[],"timeout":40})");
  const auto run = lab.run(first);
  ASSERT_TRUE(run);
  const LinkId second = lab.ready();
  lab.pass(10s);
  lab.failure(first, run->id, 651, "no ready workers");
  const auto again = lab.run(second);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, run->id) << "one request, whoever serves it";
  EXPECT_EQ(again->body, run->body);
  EXPECT_NEAR(again->timeout, 30 * 0.95, 1e-6) << "only the time that is left";
  lab.head(second, again->id, kJson, "application/json", ClientLab::tokens(3));
  EXPECT_EQ(lab.reply(call).status, 200u);
  EXPECT_EQ(lab.machine().counters().retried, 1u);
  EXPECT_EQ(lab.machine().counters().failed, 0u);
}

TEST(Client, AProxyThatCanNotServeIsReplacedByOneThatMay) {
  for (const auto& [code, text] :
       {std::pair{651, "no ready workers: all of them are busy"},
        std::pair{651, "can run this query with coefficient=5000"},
        std::pair{602, "client balance is too low"}, std::pair{621, "unknown model lab/tiny"}}) {
    ClientLab lab;
    const LinkId first = lab.ready();
    const CallId call = lab.call();
    const auto run = lab.run(first);
    const LinkId second = lab.ready();
    lab.ready(4, {"another/model"});
    lab.failure(first, run->id, code, text);
    const auto again = lab.run(second);
    ASSERT_TRUE(again) << text;
    lab.failure(second, again->id, code, text);
    EXPECT_EQ(lab.reply(call).ends, 1) << "nobody else offers the model";
    EXPECT_GE(lab.reply(call).status, 400u);
    EXPECT_EQ(lab.machine().running(), 0u);
  }
}

TEST(Client, FaultsOfTheRequestAndAbandonedOnesAreNotTriedAgain) {
  ClientLab lab;
  const LinkId first = lab.ready();
  const CallId bad = lab.call();
  const CallId gone = lab.call();
  const auto run = lab.run(first);
  const auto left = lab.run(first);
  ASSERT_TRUE(run && left);
  const LinkId second = lab.ready();
  lab.failure(first, run->id, 621, "bad body");
  EXPECT_EQ(lab.reply(bad).status, 400u);
  lab.caller_gone(gone);
  lab.failure(first, left->id, 651, "no ready workers");
  EXPECT_EQ(lab.messages(second), 0u);
}

TEST(Client, ThreeProxiesAreTriedAtMost) {
  ClientLab lab;
  std::vector<LinkId> links{lab.ready()};
  const CallId call = lab.call();
  for (int i = 0; i < 4; ++i) links.push_back(lab.ready());
  std::size_t asked = 0;
  for (bool found = true; found;) {
    found = false;
    for (const LinkId link : links) {
      if (lab.messages(link) == 0) continue;
      found = true;
      ++asked;
      lab.failure(link, lab.run(link)->id, 651, "no ready workers");
    }
  }
  EXPECT_EQ(asked, 3u);
  EXPECT_EQ(lab.reply(call).status, 503u);
}

TEST(Client, ALostProxyInAStreamIsAnErrorEvent) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","stream":true})");
  const auto run = lab.run(link);
  lab.head(link, run->id, "", kStream);
  lab.part(link, run->id, kEvent);
  lab.close(link);
  const Reply& reply = lab.reply(call);
  EXPECT_EQ(reply.state, State::Ended);
  EXPECT_TRUE(reply.body.starts_with(kEvent + "data: {\"error\":")) << reply.body;
  EXPECT_TRUE(reply.body.ends_with("\n\n"));
}

TEST(Client, AnErrorEventNeverContinuesAHalfLine) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","stream":true})");
  const auto run = lab.run(link);
  lab.head(link, run->id, "", kStream);
  lab.part(link, run->id, kEvent + "data: {\"choices\":[{\"del");
  lab.close(link);
  EXPECT_NE(lab.reply(call).body.find("\n\ndata: {\"error\":"), std::string::npos)
      << lab.reply(call).body;
}

TEST(Client, WhatWaitedForThePriceIsPassedOnBeforeAnErrorEvent) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","stream":true})");
  const auto run = lab.run(link);
  lab.head(link, run->id, "", kStream);
  lab.part(link, run->id, kUsageEvent);
  lab.failure(link, run->id, 651, "the engine failed");
  EXPECT_TRUE(lab.reply(call).body.starts_with(kUsageEvent + "data: {\"error\":"))
      << lab.reply(call).body;
}

TEST(Client, ALostProxyInAPlainAnswerBreaksItOff) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call();
  const auto run = lab.run(link);
  lab.head(link, run->id, "{\"half\":");
  lab.close(link);
  EXPECT_EQ(lab.reply(call).state, State::Aborted);
}

TEST(Client, AProxyIsNotBelievedMoreThanARequestCanUse) {
  for (const std::int64_t claim : {std::int64_t{-1}, std::int64_t{1} << 40, INT64_MAX}) {
    ClientLab lab;
    const LinkId liar = lab.ready();
    const CallId call = lab.call(R"({"model":"lab/tiny","messages":[],"max_tokens":10})");
    const auto run = lab.run(liar);
    ASSERT_TRUE(run);
    const LinkId honest = lab.ready();
    lab.head(liar, run->id, kJson, "application/json", ClientLab::tokens(claim));
    EXPECT_EQ(lab.reply(call).status, 200u) << claim;
    const Counters& counters = lab.machine().counters();
    EXPECT_EQ(counters.doubtful_charges, 1u);
    EXPECT_EQ(counters.tokens > 0, claim > 0);
    EXPECT_LT(counters.tokens, 20'000);
    EXPECT_EQ(lab.reply(call).headers.at("X-Cocoon-Cost-Nanotons"),
              std::to_string(counters.spent.count()));

    lab.call();
    ASSERT_TRUE(lab.run(honest)) << "who has lied comes last";
    lab.call();
    ASSERT_TRUE(lab.run(honest)) << "however busy the others are";
    lab.close(honest);
    lab.call();
    EXPECT_TRUE(lab.run(liar)) << "better than nobody";
  }
}

TEST(Client, AJumpOfTheWallClockMovesNoDeadline) {
  for (const auto by : {std::chrono::hours(-48), std::chrono::hours(48)}) {
    ClientLab lab;
    const LinkId link = lab.ready();
    const CallId served = lab.call(R"({"model":"lab/tiny","messages":[],"timeout":40})");
    const CallId late = lab.call(R"({"model":"lab/tiny","messages":[],"timeout":40})");
    const auto run = lab.run(link);
    ASSERT_TRUE(run);
    lab.jump_clock(by);
    lab.pass(39s);
    EXPECT_EQ(lab.reply(served).ends, 0);
    lab.head(link, run->id, kJson, "application/json", ClientLab::tokens(3));
    EXPECT_EQ(lab.reply(served).status, 200u);
    EXPECT_EQ(lab.reply(late).ends, 0);
    lab.pass(1s);
    EXPECT_EQ(lab.reply(late).status, 504u);
    EXPECT_TRUE(lab.is_open(link));
  }
}

TEST(Client, ABelievableChargeIsTakenAsItIs) {
  ClientLab lab;
  const LinkId link = lab.ready();
  lab.call(R"({"model":"lab/tiny","messages":[],"max_tokens":10})");
  const auto run = lab.run(link);
  ASSERT_TRUE(run);
  lab.head(link, run->id, kJson, "application/json", ClientLab::tokens(100));
  EXPECT_EQ(lab.machine().counters().tokens, 100);
  EXPECT_EQ(lab.machine().counters().doubtful_charges, 0u);
}

TEST(Client, PartsOutOfOrderEndTheCall) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId first = lab.call();
  lab.part(link, lab.run(link)->id, "part");
  EXPECT_EQ(lab.reply(first).status, 502u);
  const CallId second = lab.call(R"({"model":"lab/tiny","stream":true})");
  const auto run = lab.run(link);
  lab.head(link, run->id, "", kStream);
  lab.head(link, run->id, "", kStream);
  EXPECT_EQ(lab.reply(second).state, State::Ended);
  EXPECT_NE(lab.reply(second).body.find("broke the order"), std::string::npos);
}

TEST(Client, AHeadThatCanNotBeReadEndsTheCall) {
  ClientLab lab;
  const LinkId link = lab.ready();
  tl::HttpResponse odd{};
  odd.status_code = 99;
  for (const base::Bytes& head : {base::Bytes{}, base::Bytes(5), tl::encode_boxed(odd)}) {
    const CallId call = lab.call();
    tl::ClientQueryAnswerEx message{};
    message.request_id = lab.run(link)->id;
    message.answer = head;
    lab.tell(link, message);
    EXPECT_EQ(lab.reply(call).status, 502u);
  }
}

TEST(Client, AnswersFromAnotherProxyOrAfterTheEndChangeNothing) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const LinkId other = lab.ready();
  const CallId call = lab.call();
  const LinkId asked = lab.messages(link) > 0 ? link : other;
  const LinkId thief = asked == link ? other : link;
  const auto run = lab.run(asked);
  lab.head(thief, run->id, "stolen", "application/json", ClientLab::tokens(1000));
  EXPECT_EQ(lab.reply(call).state, State::Waiting);
  lab.head(asked, run->id, kJson, "application/json", ClientLab::tokens(3));
  lab.head(asked, run->id, kJson, "application/json", ClientLab::tokens(3));
  lab.failure(asked, run->id, 601, "no");
  EXPECT_EQ(lab.reply(call).ends, 1);
  EXPECT_EQ(lab.machine().counters().late_answers, 3u);
  EXPECT_EQ(lab.machine().counters().spent, base::Nanoton(60)) << "what it costs is counted once";
}

TEST(Client, NegativeTokenNumbersCostNothing) {
  ClientLab lab;
  const LinkId link = lab.ready();
  lab.call();
  lab.head(link, lab.run(link)->id, kJson, "application/json", ClientLab::tokens(-1000));
  EXPECT_EQ(lab.machine().counters().spent, base::Nanoton{});
}

// ---- time and callers ----

TEST(Client, ACallHasItsEndWhenItsTimeIsOver) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","timeout":10})");
  const auto run = lab.run(link);
  lab.pass(9s);
  EXPECT_EQ(lab.reply(call).state, State::Waiting);
  lab.pass(2s);
  EXPECT_EQ(lab.reply(call).status, 504u);
  lab.head(link, run->id, kJson, "application/json", ClientLab::tokens(3));
  EXPECT_EQ(lab.machine().counters().late_answers, 1u);
}

TEST(Client, AStreamHasItsEndWhenItsTimeIsOver) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","stream":true,"timeout":10})");
  lab.head(link, lab.run(link)->id, "", kStream);
  lab.pass(11s);
  EXPECT_EQ(lab.reply(call).state, State::Ended);
  EXPECT_NE(lab.reply(call).body.find("upstream_timeout"), std::string::npos)
      << lab.reply(call).body;
}

TEST(Client, ACallerThatIsGoneHearsNothingAndItsAnswerIsStillCounted) {
  for (const bool streaming : {false, true}) {
    ClientLab lab;
    const LinkId link = lab.ready();
    const CallId call = lab.call();
    const auto run = lab.run(link);
    if (streaming) lab.head(link, run->id, "", kStream);
    lab.caller_gone(call);
    if (streaming) {
      lab.part(link, run->id, kEvent);
      lab.part(link, run->id, "", ClientLab::tokens(3));
    } else {
      lab.head(link, run->id, kJson, "application/json", ClientLab::tokens(3));
    }
    EXPECT_EQ(lab.reply(call).ends, 0);
    EXPECT_EQ(lab.reply(call).parts, 0);
    EXPECT_EQ(lab.machine().counters().spent, base::Nanoton(60));
    EXPECT_EQ(lab.machine().counters().abandoned, 1u);
    EXPECT_EQ(lab.machine().running(), 0u);
  }
}

// [WIRE-81]
TEST(Client, ACallerThatIsGoneCancelsItsRequest) {
  ClientLab lab;
  const LinkId link = lab.ready(5);
  const CallId call = lab.call();
  const auto run = lab.run(link);
  lab.caller_gone(call);
  EXPECT_EQ(lab.message<tl::ClientCancelQuery>(link)->request_id, run->id);
  lab.failure(link, run->id, 653, "cancelled by the caller");
  EXPECT_EQ(lab.machine().running(), 0u);
  EXPECT_EQ(lab.reply(call).ends, 0);
}

TEST(Client, ARequestWhoseTimeIsOverIsCancelled) {
  ClientLab lab;
  const LinkId link = lab.ready(5);
  lab.call(R"({"model":"lab/tiny","messages":[],"timeout":5})");
  const auto run = lab.run(link);
  lab.pass(6s);
  EXPECT_EQ(lab.message<tl::ClientCancelQuery>(link)->request_id, run->id);
}

TEST(Client, OlderProxiesAreNotAskedToCancel) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  const CallId call = lab.call();
  ASSERT_TRUE(lab.run(link));
  lab.caller_gone(call);
  EXPECT_EQ(lab.messages(link), 0u);
}

// [WIRE-84]
TEST(Client, AProxyThatDrainsGetsNothingNew) {
  ClientLab lab;
  const LinkId draining = lab.ready(5);
  const LinkId other = lab.ready(5, {});
  const CallId running = lab.call();
  const auto run = lab.run(draining);
  ASSERT_TRUE(run) << "it alone offers the model";
  lab.tell(draining, tl::ProxyDraining{});
  lab.call();
  EXPECT_TRUE(lab.run(other));
  EXPECT_EQ(lab.messages(draining), 0u);
  lab.head(draining, run->id, "{}", "application/json", ClientLab::tokens(1));
  EXPECT_EQ(lab.reply(running).status, 200u) << "what runs there finishes";
}

TEST(Client, ACallerThatIsGoneMeetsEveryOtherEndInSilence) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId late = lab.call(R"({"model":"lab/tiny","timeout":1})");
  const CallId lost = lab.call();
  lab.caller_gone(late);
  lab.caller_gone(lost);
  lab.caller_gone(lost);
  lab.pass(2s);
  lab.close(link);
  EXPECT_EQ(lab.reply(late).ends + lab.reply(lost).ends, 0);
  EXPECT_EQ(lab.machine().running(), 0u);
}

TEST(Client, EndsOfOneCallDoNotTouchAnother) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId first = lab.call();
  const CallId second = lab.call();
  const auto first_run = lab.run(link);
  const auto second_run = lab.run(link);
  lab.failure(link, first_run->id, 601, "no");
  EXPECT_EQ(lab.reply(second).state, State::Waiting);
  lab.head(link, second_run->id, kJson, "application/json", ClientLab::tokens(3));
  EXPECT_EQ(lab.reply(second).status, 200u);
  EXPECT_EQ(lab.reply(first).ends, 1);
}

// [WIRE-94]
TEST(Client, NoRequestBeforeTheProxyHasProvenItself) {
  ClientLab lab("alice", session::Standing::Awaited);
  const LinkId link = lab.ready(5);
  EXPECT_EQ(lab.machine().version_of(link), 5);
  EXPECT_FALSE(lab.machine().proxies().any_ready());
  EXPECT_EQ(lab.reply(lab.call()).status, 503u);
  EXPECT_EQ(lab.messages(link), 0u);
  lab.stand(link, session::Standing::Good);
  EXPECT_TRUE(lab.machine().proxies().any_ready());
  lab.call();
  EXPECT_TRUE(lab.run(link).has_value());
}

// [WIRE-96]
TEST(Client, ProxyThatLapsesEndsAfterItsRunningRequests) {
  ClientLab lab;
  const LinkId link = lab.ready(5);
  const CallId running = lab.call();
  const auto run = lab.run(link);
  ASSERT_TRUE(run);
  lab.stand(link, session::Standing::Lapsed, "platform_revoked");
  EXPECT_TRUE(lab.is_open(link));
  EXPECT_EQ(lab.reply(lab.call()).status, 503u) << "nothing new begins";
  lab.head(link, run->id, "{}", "application/json", ClientLab::tokens(1));
  EXPECT_EQ(lab.reply(running).status, 200u);
  EXPECT_EQ(lab.closed(link), "platform_revoked");
}

TEST(Client, ProxyThatLapsesIdleEndsAtOnce) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  lab.stand(link, session::Standing::Lapsed, "certificate_expired");
  EXPECT_EQ(lab.closed(link), "certificate_expired");
}

}  // namespace
}  // namespace cocoon::client
