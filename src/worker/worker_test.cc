// Jobs of a worker: orders taken and refused, answers in every shape and version, engines that
// fail, links that go.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "session/wire_codes_lab.h"
#include "worker/limits.h"
#include "worker/worker_lab.h"

namespace cocoon::worker {
namespace {

using session::kNotReady;
using session::kRefused;
using session::kViolation;

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

constexpr std::int32_t kTimedOut = 652;

const std::string kJson =
    R"({"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":34,"completion_tokens":10,)"
    R"("prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}})";
const std::string kEvent = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
const std::string kUsageEvent =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\ndata: "
    "[DONE]\n\n";

class WorkerVersions : public testing::TestWithParam<std::int32_t> {};
INSTANTIATE_TEST_SUITE_P(All, WorkerVersions, testing::Range(0, 6));

TEST_P(WorkerVersions, AShortJsonAnswerIsOneMessage) {
  WorkerLab lab(
      {.multipliers = {
           .prompt = 10'000, .cached = 5'000, .completion = 20'000, .reasoning = 10'000}});
  const LinkId link = lab.ready(GetParam());
  lab.order(link, {.id = 5, .debug = JobTerms::Debug::On});
  const auto job = lab.job();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->path, "/v1/chat/completions");
  EXPECT_EQ(base::to_text(job->body), OrderSpec{}.body) << "the engine gets the caller's own bytes";
  EXPECT_EQ(job->headers, (std::vector<openai::Header>{{"Content-Type", "application/json"}}));
  EXPECT_EQ(job->timeout, 57s);
  lab.head(job->job);
  lab.body(job->job, kJson.substr(0, 20));
  lab.body(job->job, kJson.substr(20));
  EXPECT_EQ(lab.messages(link), 0u) << "it is held back until it is whole";
  lab.pass(2s);
  lab.end(job->job);

  const auto answer = lab.worker_answer(link);
  EXPECT_EQ(answer.form, GetParam() == 0 ? "proxy.queryAnswer" : "proxy.queryAnswerEx");
  EXPECT_EQ(answer.id, base::Bits256{5});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kJson);
  EXPECT_EQ(answer.headers.at("Content-Length"), std::to_string(kJson.size()));
  EXPECT_TRUE(answer.headers.contains("X-Cocoon-Worker-Start"));
  EXPECT_FALSE(answer.headers.contains("Server"));
  ASSERT_TRUE(answer.tokens);
  // 30 fresh, 4 cached at half, 7 at double, 3 reasoning.
  EXPECT_EQ(*answer.tokens, (tl::TokensUsed{.prompt_tokens_used = 30,
                                            .cached_tokens_used = 2,
                                            .completion_tokens_used = 14,
                                            .reasoning_tokens_used = 3,
                                            .total_tokens_used = 49}));
  if (GetParam() >= 1) {
    EXPECT_NE(answer.debug.find("worker_stats"), std::string::npos);
  }
  if (GetParam() >= 2) {
    EXPECT_NEAR(answer.end.worker_end_time - answer.end.worker_start_time, 2, 1e-3);
  }
  EXPECT_EQ(lab.machine().running(), 0u);
  EXPECT_EQ(lab.machine().counters().billed.total.count, 49);
}

TEST_P(WorkerVersions, AStreamPassesPieceByPiece) {
  WorkerLab lab;
  const LinkId link = lab.ready(GetParam());
  lab.order(link, {.body = R"({"model":"lab/tiny","messages":[],"stream":true})"});
  const auto job = lab.job();
  ASSERT_TRUE(job);
  EXPECT_NE(base::to_text(job->body).find("\"include_usage\":true"), std::string::npos)
      << "usage is what it is billed by";
  lab.head(job->job, 200, "text/event-stream");
  const auto head = lab.worker_answer(link);
  EXPECT_EQ(head.form, GetParam() == 0 ? "proxy.queryAnswer" : "proxy.queryAnswerEx");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.at("Content-Type"), "text/event-stream");
  EXPECT_FALSE(head.headers.contains("Content-Length"));
  EXPECT_FALSE(head.tokens);
  for (const auto& piece : {kEvent.substr(0, 9), kEvent.substr(9), kEvent, kUsageEvent}) {
    lab.body(job->job, piece);
    const auto part = lab.worker_answer(link);
    EXPECT_EQ(part.form, GetParam() == 0 ? "proxy.queryAnswerPart" : "proxy.queryAnswerPartEx");
    EXPECT_EQ(part.body, piece);
    EXPECT_FALSE(part.tokens);
  }
  lab.end(job->job);
  const auto last = lab.worker_answer(link);
  EXPECT_EQ(last.body, "");
  ASSERT_TRUE(last.tokens);
  EXPECT_EQ(last.tokens->prompt_tokens_used, 5);
  EXPECT_EQ(last.tokens->completion_tokens_used, 6);
  EXPECT_EQ(last.tokens->total_tokens_used, 11);
}

TEST_P(WorkerVersions, ErrorsCarryTheirEnd) {
  WorkerLab lab;
  const LinkId link = lab.ready(GetParam());
  lab.order(link);
  lab.failed(lab.job()->job, "connection refused");
  const auto answer = lab.worker_answer(link);
  EXPECT_EQ(answer.form, GetParam() == 0 ? "proxy.queryAnswerError" : "proxy.queryAnswerErrorEx");
  EXPECT_EQ(answer.code, kNotReady);
  EXPECT_EQ(answer.error, "the engine failed: connection refused");
  EXPECT_EQ(answer.tokens, tl::TokensUsed{});
}

TEST(Worker, ALongJsonAnswerIsStreamed) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  const auto job = lab.job();
  lab.head(job->job);
  const std::string long_text(kMaxWholeAnswer + 100, 'x');
  const std::string json = R"({"choices":[{"message":{"content":")" + long_text +
                           R"("}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})";
  lab.body(job->job, std::string_view(json).substr(0, kMaxWholeAnswer));
  EXPECT_EQ(lab.messages(link), 0u);
  lab.body(job->job, std::string_view(json).substr(kMaxWholeAnswer));
  lab.end(job->job);
  std::string received;
  const auto head = lab.worker_answer(link);
  EXPECT_FALSE(head.headers.contains("Content-Length"));
  received += head.body;
  std::optional<tl::TokensUsed> tokens;
  while (!tokens && lab.messages(link) > 0) {
    const auto part = lab.worker_answer(link);
    received += part.body;
    tokens = part.tokens;
  }
  EXPECT_EQ(received, json);
  EXPECT_EQ(tokens->total_tokens_used, 3);
}

TEST(Worker, NoPartIsLargerThanTheBound) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  const auto job = lab.job();
  lab.head(job->job, 200, "text/event-stream");
  lab.worker_answer(link);
  lab.body(job->job, std::string(kMaxPart * 2 + 1, '\n'));
  EXPECT_EQ(lab.worker_answer(link).body.size(), kMaxPart);
  EXPECT_EQ(lab.worker_answer(link).body.size(), kMaxPart);
  EXPECT_EQ(lab.worker_answer(link).body.size(), 1u);
}

TEST(Worker, AnEnginesOwnErrorPassesThroughAndIsFree) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  lab.whole(lab.job()->job, R"({"error":{"message":"too long"}})", 400);
  const auto answer = lab.worker_answer(link);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, R"({"error":{"message":"too long"}})");
  EXPECT_EQ(answer.tokens, tl::TokensUsed{});
}

TEST(Worker, AnEngineThatReportsNoUsageIsBilledByItsPieces) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  const auto job = lab.job();
  lab.head(job->job, 200, "text/event-stream");
  for (int i = 0; i < 3; ++i) lab.body(job->job, kEvent);
  lab.body(job->job, "data: [DONE]\n\n");
  lab.end(job->job);
  WorkerAnswer answer;
  while (lab.messages(link) > 0) answer = lab.worker_answer(link);
  EXPECT_EQ(answer.tokens->completion_tokens_used, 3);
  EXPECT_EQ(answer.tokens->total_tokens_used, 3);
}

TEST(Worker, ThePriceIsTheOnesOfTheOrder) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link, {.coefficient = 2000});
  lab.whole(lab.job()->job, R"({"usage":{"prompt_tokens":5,"completion_tokens":6}})");
  EXPECT_EQ(lab.worker_answer(link).tokens->total_tokens_used, 22);
}

// ---- engines that fail ----

TEST(Worker, AnEngineThatDiesInTheMiddleIsBilledForWhatPassed) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  const auto job = lab.job();
  lab.head(job->job, 200, "text/event-stream");
  lab.body(job->job, kEvent);
  lab.failed(job->job, "reset");
  lab.worker_answer(link);
  lab.worker_answer(link);
  const auto answer = lab.worker_answer(link);
  EXPECT_EQ(answer.code, kNotReady);
  EXPECT_EQ(answer.tokens->total_tokens_used, 1);
}

TEST(Worker, AHeldAnswerThatBreaksOffCostsNothing) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  const auto job = lab.job();
  lab.head(job->job);
  lab.body(job->job, kJson);
  lab.failed(job->job, "reset");
  const auto answer = lab.worker_answer(link);
  EXPECT_EQ(answer.code, kNotReady);
  EXPECT_EQ(answer.tokens, tl::TokensUsed{});
  EXPECT_EQ(lab.messages(link), 0u);
}

TEST(Worker, AnEndWithoutAHeadIsAFailure) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  lab.end(lab.job()->job);
  EXPECT_EQ(lab.worker_answer(link).error, "the engine gave no answer");
}

TEST(Worker, TheDeadlineEndsAJobAndStopsTheEngine) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link, {.timeout = 10});
  const auto job = lab.job();
  lab.pass(9400ms);
  EXPECT_EQ(lab.messages(link), 0u);
  lab.pass(200ms);
  EXPECT_EQ(lab.worker_answer(link).code, kTimedOut);
  EXPECT_EQ(lab.cancelled(), job->job);
  lab.whole(job->job, kJson);
  EXPECT_EQ(lab.messages(link), 0u) << "what the engine says after that is dropped";
}

TEST(Worker, TimeLimitsAreClamped) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [asked, given] : {std::pair<double, base::Duration>{0, 100ms},
                                     {-1, 100ms},
                                     {1e300, 3600s},
                                     {infinity, 3600s},
                                     {std::nan(""), 3600s}}) {
    WorkerLab lab;
    const LinkId link = lab.ready();
    lab.order(link, {.timeout = asked});
    EXPECT_EQ(lab.job()->timeout, given) << asked;
  }
}

TEST(Worker, ALostLinkStopsItsJobsAndNoOthers) {
  WorkerLab lab;
  const LinkId lost = lab.ready();
  const LinkId kept = lab.ready();
  lab.order(lost, {.id = 1});
  lab.order(kept, {.id = 2});
  const auto first = lab.job();
  const auto second = lab.job();
  lab.close(lost);
  EXPECT_EQ(lab.cancelled(), first->job);
  EXPECT_FALSE(lab.cancelled());
  lab.whole(first->job, kJson);
  lab.whole(second->job, kJson);
  EXPECT_EQ(lab.worker_answer(kept).body, kJson);
  EXPECT_EQ(lab.machine().running(), 0u);
  EXPECT_EQ(lab.machine().counters().failed, 1u);
}

// ---- orders that are refused ----

// [WIRE-82]
TEST(Worker, ACancelledJobStopsTheEngineAndIsBilledForWhatPassed) {
  WorkerLab lab;
  const LinkId proxy = lab.ready(5);
  lab.order(proxy, {.id = 7});
  const auto job = lab.job();
  lab.head(job->job, 200, "text/event-stream");
  lab.body(job->job, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
  lab.tell(proxy, tl::ProxyCancelQuery{.request_id = {7}});
  EXPECT_EQ(lab.cancelled(), job->job);
  lab.worker_answer(proxy);
  lab.worker_answer(proxy);
  const auto end = lab.worker_answer(proxy);
  EXPECT_EQ(end.code, 653);
  EXPECT_EQ(end.id, base::Bits256{7});
  ASSERT_TRUE(end.tokens);
  EXPECT_EQ(end.tokens->completion_tokens_used, 1) << "one piece of text";
  lab.end(job->job);  // the engine's end may cross it
  EXPECT_EQ(lab.messages(proxy), 0u);
  EXPECT_EQ(lab.machine().running(), 0u);
  EXPECT_EQ(lab.machine().counters().cancelled, 1u);
}

TEST(Worker, OnlyTheProxyThatOrderedMayCancel) {
  WorkerLab lab;
  const LinkId owner = lab.ready(5);
  const LinkId other = lab.ready(5);
  const LinkId old = lab.ready(4);
  lab.order(owner, {.id = 7});
  lab.tell(other, tl::ProxyCancelQuery{.request_id = {7}});
  lab.tell(owner, tl::ProxyCancelQuery{.request_id = {8}});
  EXPECT_FALSE(lab.cancelled());
  EXPECT_EQ(lab.machine().running(), 1u);
  EXPECT_TRUE(lab.is_open(other)) << "it may have crossed the end of a job";
  lab.tell(old, tl::ProxyCancelQuery{.request_id = {7}});
  EXPECT_EQ(lab.closed(old), "unexpected_message");
}

TEST(Worker, OrdersThatCanNotBeServedAreRefusedByName) {
  struct Case {
    OrderSpec order;
    std::int32_t code;
    const char* reason;
  };
  const std::vector<Case> cases{{{.method = "GET"}, kViolation, "bad_request"},
                                {{.url = "/v1/files"}, kViolation, "unsupported_path"},
                                {{.url = ""}, kViolation, "unsupported_path"},
                                {{.body = ""}, kViolation, "invalid_json"},
                                {{.body = "{"}, kViolation, "invalid_json"},
                                {{.body = "[]"}, kViolation, "not_an_object"},
                                {{.body = "{}"}, kViolation, "missing_model"},
                                {{.body = R"({"model":"lab/small"})"}, kViolation, "wrong_model"},
                                {{.coefficient = 999}, kRefused, "too_cheap"},
                                {{.coefficient = -1}, kRefused, "too_cheap"}};
  for (const auto& [order, code, reason] : cases) {
    WorkerLab lab;
    const LinkId link = lab.ready();
    lab.order(link, order);
    const auto answer = lab.worker_answer(link);
    EXPECT_EQ(answer.code, code) << reason;
    EXPECT_EQ(answer.tokens, tl::TokensUsed{});
    EXPECT_EQ(lab.refusals(reason), 1u) << reason << " " << answer.error;
    EXPECT_FALSE(lab.job());
    EXPECT_TRUE(lab.is_open(link));
  }
}

TEST(Worker, AQueryThatIsNoHttpRequestIsRefused) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  auto query = tl::encode_boxed(tl::HttpRequest{});
  for (const base::Bytes& bad :
       {base::Bytes{}, base::Bytes(3), base::Bytes(query.begin(), query.end() - 4),
        tl::encode_boxed(tl::HttpResponse{})}) {
    tl::ProxyRunQueryEx message{};
    message.query = bad;
    message.coefficient = 1000;
    message.timeout = 60;
    lab.tell(link, message);
    EXPECT_EQ(lab.worker_answer(link).code, kViolation);
  }
  EXPECT_FALSE(lab.job());
}

TEST(Worker, ADownEngineRefusesAtOnce) {
  WorkerLab lab({.engine = EngineState::Down});
  const LinkId link = lab.ready();
  lab.order(link);
  EXPECT_EQ(lab.worker_answer(link).code, kNotReady);
  EXPECT_EQ(lab.refusals("engine_down"), 1u);
}

TEST(Worker, MoreThanItsSlotsAreRefusedOverAllProxies) {
  WorkerLab lab({.max_active = 2});
  const LinkId first = lab.ready();
  const LinkId second = lab.ready();
  lab.order(first, {.id = 1});
  lab.order(second, {.id = 2});
  lab.order(second, {.id = 3});
  const auto answer = lab.worker_answer(second);
  EXPECT_EQ(answer.code, kRefused);
  EXPECT_EQ(answer.error, "too many active queries");
  lab.whole(lab.job()->job, kJson);
  lab.order(second, {.id = 4});
  lab.job();
  EXPECT_TRUE(lab.job()) << "a slot is free again";
}

TEST(Worker, DrainingRefusesNewOrdersAndFinishesOldOnes) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link, {.id = 1});
  lab.drain();
  lab.message<tl::WorkerEnabledDisabled>(link);
  lab.order(link, {.id = 2});
  EXPECT_EQ(lab.worker_answer(link).error, "this worker is shutting down");
  lab.whole(lab.job()->job, kJson);
  EXPECT_EQ(lab.worker_answer(link).body, kJson);
}

TEST(Worker, OrdersBeforeTheHandshakeIsDoneEndTheLink) {
  WorkerLab lab;
  const LinkId link = lab.open();
  lab.order(link);
  EXPECT_EQ(lab.closed(link), "unexpected_message");
}

TEST(Worker, MessagesOutsideTheProtocolEndTheLink) {
  auto cut = tl::encode_boxed(tl::ProxyRunQueryEx{});
  cut.pop_back();
  for (const base::Bytes& object :
       {base::Bytes{}, base::Bytes(8, 1), cut, tl::encode_boxed(tl::ClientRunQuery{})}) {
    WorkerLab lab;
    const LinkId link = lab.ready();
    lab.tell_bytes(link, object);
    EXPECT_EQ(lab.closed(link), "unexpected_message");
    EXPECT_EQ(lab.refusals("unexpected_message"), 1u);
  }
}

}  // namespace
}  // namespace cocoon::worker
