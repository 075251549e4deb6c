// Requests through the proxy: admission, choice, forwarding in every version, the charge, and each
// way to fail.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "proxy/limits.h"
#include "proxy/proxy_lab.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::kCancelled;
using session::kNotReady;
using session::kRefused;
using session::kViolation;

using std::chrono_literals::operator""s;

constexpr std::int32_t kFailure = 601;
constexpr std::int32_t kTimedOut = 652;
constexpr base::Nanoton kCredit{20'000'000};
constexpr std::int64_t kPrice = 20;
constexpr std::int64_t kFee = 15;

tl::TokensUsed tokens(std::int64_t prompt, std::int64_t completion) {
  return ProxyLab::tokens(prompt, completion);
}

// ---- the good way, in every pair of versions ----

class VersionPairs : public testing::TestWithParam<std::tuple<std::int32_t, std::int32_t>> {};
INSTANTIATE_TEST_SUITE_P(All, VersionPairs,
                         testing::Combine(testing::Range(0, 6), testing::Range(0, 6)));

TEST_P(VersionPairs, WholeAnswerIsForwardedAndCharged) {
  const auto [client_version, worker_version] = GetParam();
  ProxyLab lab;
  const LinkId client = lab.client({.version = client_version});
  const LinkId worker = lab.worker({.version = worker_version});
  lab.request(client, {.id = 9, .debug = Debug::On});
  const auto order = lab.order(worker);
  ASSERT_TRUE(order);
  EXPECT_NE(order->id, ProxyLab::request_id(9)) << "workers don't learn the client's id";
  EXPECT_NEAR(order->timeout, 57, 1e-9);
  const auto query = tl::decode_boxed<tl::HttpRequest>(order->query);
  ASSERT_TRUE(query);
  EXPECT_EQ(base::as_text(query->payload), "request 9") << "the request passes unchanged";
  lab.head(*order, "the answer", tokens(10, 20));

  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.form, client_version == 0 ? "client.queryAnswer" : "client.queryAnswerEx");
  EXPECT_EQ(answer.id, ProxyLab::request_id(9));
  EXPECT_EQ(answer.body, "the answer");
  ASSERT_TRUE(answer.tokens);
  EXPECT_EQ(*answer.tokens, tokens(10, 20));
  const bool debug = client_version > 0 && worker_version > 0;
  EXPECT_EQ(answer.worker_debug, debug ? "worker's word" : "");
  if (client_version >= 2) {
    EXPECT_EQ(answer.end.proxy_start_time, base::to_unix_seconds(lab.now().wall));
    EXPECT_EQ(answer.end.worker_end_time, worker_version >= 2 ? 11.0 : 0.0);
  }
  const auto client_payment = lab.payment<tl::ProxyClientRequestPayment>(client);
  EXPECT_EQ(client_payment->request_id, ProxyLab::request_id(9));
  EXPECT_EQ(client_payment->request_tokens, 30);
  EXPECT_EQ(client_payment->db_tokens, 30);
  const auto worker_payment = lab.payment<tl::ProxyWorkerRequestPayment>(worker);
  EXPECT_EQ(worker_payment->request_id, order->id);
  EXPECT_EQ(worker_payment->request_tokens, 30);

  EXPECT_EQ(lab.client_account().balance, kCredit - base::Nanoton(30 * kPrice));
  EXPECT_EQ(lab.worker_account().balance, base::Nanoton(30 * kFee));
  EXPECT_EQ(lab.machine().core().ledger.account(payment::kCommission).balance,
            base::Nanoton(30 * (kPrice - kFee)));
}

TEST_P(VersionPairs, StreamIsForwardedPartByPart) {
  const auto [client_version, worker_version] = GetParam();
  ProxyLab lab;
  const LinkId client = lab.client({.version = client_version});
  const LinkId worker = lab.worker({.version = worker_version});
  lab.request(client);
  const auto order = lab.order(worker);
  ASSERT_TRUE(order);
  lab.head(*order, "head");
  lab.part(*order, "one");
  lab.part(*order, "two", tokens(1, 2));
  const bool legacy = client_version == 0;
  const auto head = lab.client_answer(client);
  EXPECT_EQ(head.form, legacy ? "client.queryAnswer" : "client.queryAnswerEx");
  EXPECT_EQ(head.body, "head");
  EXPECT_FALSE(head.tokens);
  const auto one = lab.client_answer(client);
  EXPECT_EQ(one.form, legacy ? "client.queryAnswerPart" : "client.queryAnswerPartEx");
  EXPECT_EQ(one.body, "one");
  EXPECT_FALSE(one.tokens);
  const auto two = lab.client_answer(client);
  EXPECT_EQ(two.body, "two");
  EXPECT_EQ(two.tokens, tokens(1, 2));
  EXPECT_EQ(lab.messages(client), 0u);
  EXPECT_EQ(lab.client_account().metered.tokens.count, 3);
}

TEST_P(VersionPairs, ErrorsReachTheClientInItsForm) {
  const auto [client_version, worker_version] = GetParam();
  ProxyLab lab;
  const LinkId client = lab.client({.version = client_version});
  const LinkId worker = lab.worker({.version = worker_version});
  lab.request(client);
  lab.failure(*lab.order(worker), kViolation, "no such path");
  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.form,
            client_version == 0 ? "client.queryAnswerError" : "client.queryAnswerErrorEx");
  EXPECT_EQ(answer.code, kViolation);
  EXPECT_EQ(answer.error, "no such path");
  EXPECT_EQ(answer.tokens, tl::TokensUsed{}) << "every error carries its end";
  EXPECT_EQ(lab.client_account().balance, kCredit);
  // Both sides hear that the request is over, and that it cost nothing.
  const auto client_payment = lab.payment<tl::ProxyClientRequestPayment>(client);
  EXPECT_EQ(client_payment->request_id, ProxyLab::request_id(1));
  EXPECT_EQ(client_payment->request_tokens, 0);
  EXPECT_EQ(client_payment->db_tokens, 0);
  EXPECT_EQ(lab.payment<tl::ProxyWorkerRequestPayment>(worker)->request_tokens, 0);
}

TEST(Requests, BothLegacyErrorsOfWorkersAreUnderstoodAtEveryVersion) {
  for (const std::int32_t version : {0, 1, 4}) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker({.version = version});
    lab.request(client, {.id = 1});
    lab.tell(worker, tl::ProxyQueryAnswerError{.error_code = kViolation,
                                               .error = "first",
                                               .request_id = lab.order(worker)->id,
                                               .tokens_used = {}});
    EXPECT_EQ(lab.client_answer(client).error, "first");
    lab.request(client, {.id = 2});
    lab.tell(worker, tl::ProxyQueryAnswerPartError{.error_code = kViolation,
                                                   .error = "second",
                                                   .request_id = lab.order(worker)->id,
                                                   .tokens_used = {}});
    EXPECT_EQ(lab.client_answer(client).error, "second");
  }
}

TEST(Requests, DebugOutputComesOnlyWhenAskedFor) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client, {.debug = Debug::Off});
  const auto order = lab.order(worker);
  EXPECT_EQ(order->debug, Debug::Off);
  lab.head(*order, "", tokens(0, 0));
  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.end.flags & tl::ClientQueryFinalInfo::kHasProxyDebug, 0u);
}

// ---- durable before it is said ----

TEST(Requests, WhatReportsAChargeWaitsForTheDisk) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.set_disk(ProxyLab::Disk::Stalled);
  lab.request(client);
  const auto order = lab.order(worker);
  lab.head(*order, "head");
  lab.part(*order, "one");
  lab.part(*order, "last", tokens(1, 1));
  EXPECT_EQ(lab.messages(client), 2u) << "what reports nothing goes out at once";
  EXPECT_EQ(lab.payments(client), 0u);
  EXPECT_EQ(lab.payments(worker), 0u);
  EXPECT_FALSE(lab.machine().idle());
  lab.persist();
  EXPECT_EQ(lab.messages(client), 3u);
  EXPECT_EQ(lab.payments(client), 1u);
  EXPECT_EQ(lab.payments(worker), 1u);
  EXPECT_TRUE(lab.machine().idle());
}

TEST(Requests, NothingLeavesEarlyWhenSeveralChargesWait) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.set_disk(ProxyLab::Disk::Stalled);
  lab.request(client, {.id = 1});
  lab.request(client, {.id = 2});
  const auto first = lab.order(worker);
  const auto second = lab.order(worker);
  lab.head(*first, "1", tokens(1, 0));
  const std::uint64_t after_first = lab.machine().core().ledger.sequence();
  lab.head(*second, "2", tokens(2, 0));
  lab.machine().handle_persisted(after_first);
  lab.pass(1s);
  EXPECT_EQ(lab.messages(client), 1u);
  const auto payment = lab.payment<tl::ProxyClientRequestPayment>(client);
  EXPECT_EQ(payment->db_tokens, 1) << "the second charge is not on disk yet";
  lab.persist();
  EXPECT_EQ(lab.payment<tl::ProxyClientRequestPayment>(client)->db_tokens, 3);
}

TEST(Requests, ADiskThatFailsStopsAdmissionAndItsReturnResumesIt) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.set_disk(ProxyLab::Disk::Stalled);
  lab.request(client, {.id = 1});
  const auto order = lab.order(worker);
  lab.fail_disk();
  lab.request(client, {.id = 2});
  EXPECT_EQ(lab.client_answer(client).code, kNotReady);
  EXPECT_EQ(lab.refusals("draining"), 1u);
  lab.head(*order, "whole", tokens(1, 1));
  EXPECT_EQ(lab.messages(client), 0u) << "its charge is not durable";
  lab.persist();
  EXPECT_EQ(lab.messages(client), 1u);
  lab.request(client, {.id = 3});
  EXPECT_TRUE(lab.order(worker));
}

TEST(Requests, DrainingFinishesWhatRunsAndTakesNothingNew) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client, {.id = 1});
  lab.drain();
  EXPECT_FALSE(lab.machine().idle());
  lab.request(client, {.id = 2});
  EXPECT_EQ(lab.client_answer(client).code, kNotReady) << "another proxy may serve it";
  lab.head(*lab.order(worker), "whole", tokens(1, 1));
  EXPECT_TRUE(lab.client_answer(client).tokens);
  EXPECT_TRUE(lab.machine().idle());
}

TEST(Requests, DrainingStillFindsAnotherWorkerForWhatRuns) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId first = lab.worker({.name = "w1"});
  lab.request(client);
  lab.order(first);
  const LinkId second = lab.worker({.name = "w2"});
  lab.drain();
  lab.close(first);
  ASSERT_TRUE(lab.order(second)) << "a request that was admitted before the drain finishes";
}

// ---- admission ----

TEST(Requests, TooLittleCreditIsSaidAndReservesNothing) {
  ProxyLab lab;
  const LinkId client = lab.client({.name = "poor"});
  const LinkId worker = lab.worker();
  lab.request(client);
  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kRefused);
  EXPECT_NE(answer.error.find("balance is too low"), std::string::npos) << answer.error;
  EXPECT_EQ(answer.tokens, tl::TokensUsed{});
  EXPECT_EQ(lab.client_account("poor").reserved, base::Nanoton{});
  EXPECT_FALSE(lab.order(worker));
  EXPECT_EQ(lab.refusals("insufficient_funds"), 1u);
}

TEST(Requests, RunningRequestsHoldTheirWorstCase) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.slots = 1000});
  std::uint32_t admitted = 0;
  while (lab.client_account().available() > base::Nanoton{} && admitted < 1000) {
    lab.request(client, {.id = ++admitted, .max_tokens = 10'000});
    if (!lab.order(worker)) break;
  }
  EXPECT_GT(admitted, 5u);
  EXPECT_LT(admitted, 1000u) << "credit runs out before slots do";
  EXPECT_EQ(lab.client_answer(client).code, kRefused);
}

TEST(Requests, AnyPriceHoldsWhatTheDearestWorkerCanCost) {
  const auto held = [](std::int32_t max_coefficient) {
    ProxyLab lab;
    const LinkId client = lab.client();
    lab.worker({.name = "w1", .coefficient = 1000});
    lab.worker({.name = "w2", .coefficient = 2000});
    lab.request(client, {.max_coefficient = max_coefficient});
    return lab.client_account().reserved;
  };
  EXPECT_EQ(held(999'999'999), held(2000));
  EXPECT_LT(held(1000), held(2000));
}

TEST(Requests, TheMarketsRefusalsAreSaidInWords) {
  ProxyLab lab;
  const LinkId client = lab.client();
  lab.request(client, {.id = 1, .model = "no/such"});
  auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kViolation);
  EXPECT_EQ(answer.error, "unknown model no/such");

  const LinkId worker = lab.worker({.coefficient = 5000, .slots = 1});
  lab.request(client, {.id = 2, .max_coefficient = 4999});
  answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kNotReady);
  EXPECT_EQ(answer.error, "can run this query with coefficient=5000");

  lab.request(client, {.id = 3, .max_coefficient = 5000});
  ASSERT_TRUE(lab.order(worker));
  lab.request(client, {.id = 4, .max_coefficient = 5000});
  lab.pass(kMaxWait);
  answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kNotReady);
  EXPECT_EQ(answer.error, "no ready workers: all of them are busy");

  lab.tell(worker, tl::WorkerEnabledDisabled{.disabled = 1});
  lab.request(client, {.id = 5, .max_coefficient = 5000});
  EXPECT_EQ(lab.client_answer(client).error, "no ready workers for this model");
  for (const char* reason : {"unknown_model", "too_expensive", "all_busy", "none_enabled"}) {
    EXPECT_EQ(lab.refusals(reason), 1u) << reason;
  }
  EXPECT_EQ(lab.machine().running(), 1u);
}

TEST(Requests, TermsOutsideTheBoundsAreRefused) {
  const std::string long_name(513, 'm');
  const std::vector<std::pair<RequestSpec, std::int32_t>> specs{
      {{.model = ""}, kViolation},           {{.model = long_name}, kViolation},
      {{.max_coefficient = -1}, kViolation}, {{.max_coefficient = 1'000'000'000}, kViolation},
      {{.max_tokens = -1}, kViolation},      {{.max_tokens = 10'000'001}, kViolation},
      {{.config_version = 4}, kRefused},     {{.config_version = -1}, kRefused}};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker();
    lab.request(client, specs[i].first);
    EXPECT_EQ(lab.client_answer(client).code, specs[i].second) << i;
    EXPECT_FALSE(lab.order(worker)) << i;
    EXPECT_TRUE(lab.is_open(client)) << "a refused request does not cost the session";
    EXPECT_EQ(lab.machine().core().counters.rejected, 1u);
  }
}

TEST(Requests, TimeLimitsAreClampedAndPassedOnWithAMargin) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [asked, passed_on] : {std::pair{60.0, 57.0},
                                         {0.0, 0.095},
                                         {-5.0, 0.095},
                                         {1e300, 3420.0},
                                         {infinity, 3420.0},
                                         {std::nan(""), 3420.0}}) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker();
    lab.request(client, {.timeout = asked});
    EXPECT_NEAR(lab.order(worker)->timeout, passed_on, 1e-6) << asked;
  }
}

TEST(Requests, OneClientCanNotFillTheProxy) {
  ProxyLab lab;
  const LinkId client = lab.client();
  lab.worker({.coefficient = 0, .slots = 100'000});
  for (std::uint32_t id = 1; id <= kMaxRunningPerClient + 1; ++id) {
    lab.request(client, {.id = id, .max_coefficient = 0});
  }
  EXPECT_EQ(lab.machine().running(), kMaxRunningPerClient);
  EXPECT_EQ(lab.refusals("too_many_requests"), 1u);
}

// ---- another worker ----

TEST(Requests, AWorkerThatFailsBeforeItsFirstPartIsReplacedSilently) {
  for (const std::int32_t code : {kFailure, kRefused, kNotReady, kCancelled, 0, -7}) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId first = lab.worker({.name = "w1"});
    lab.request(client);
    const auto order = lab.order(first);
    const LinkId second = lab.worker({.name = "w2"});
    lab.failure(*order, code, "no", tokens(5, 5));
    EXPECT_EQ(lab.messages(client), 0u) << "the client hears nothing of it";
    const auto again = lab.order(second);
    ASSERT_TRUE(again) << code;
    EXPECT_NE(again->id, order->id);
    EXPECT_EQ(again->query, order->query);
    lab.head(*again, "whole", tokens(1, 1));
    EXPECT_EQ(lab.client_answer(client).tokens, tokens(1, 1))
        << "the first worker's report costs nothing";
    EXPECT_EQ(lab.machine().core().counters.retried, 1u);
    EXPECT_EQ(lab.worker_account("w1").balance, base::Nanoton{});
  }
}

TEST(Requests, FaultsOfTheRequestItselfAreNotTriedAgain) {
  for (const std::int32_t code : {kViolation, kTimedOut}) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId first = lab.worker({.name = "w1"});
    lab.request(client);
    const auto order = lab.order(first);
    const LinkId second = lab.worker({.name = "w2"});
    lab.failure(*order, code, "no");
    EXPECT_EQ(lab.client_answer(client).code, code);
    EXPECT_FALSE(lab.order(second));
  }
}

TEST(Requests, ThreeWorkersAreTriedAtMost) {
  ProxyLab lab;
  const LinkId client = lab.client();
  std::vector<LinkId> workers;
  for (int i = 0; i < 5; ++i) workers.push_back(lab.worker({.name = "w" + std::to_string(i)}));
  lab.request(client);
  int attempts = 0;
  for (bool found = true; found;) {
    found = false;
    for (const LinkId worker : workers) {
      const auto order = lab.order(worker);
      if (!order) continue;
      ++attempts;
      found = true;
      lab.failure(*order, kNotReady, "no " + std::to_string(attempts));
    }
  }
  EXPECT_EQ(attempts, kMaxAttempts);
  EXPECT_EQ(lab.client_answer(client).error, "no 3");
  EXPECT_EQ(lab.client_account().balance, kCredit);
}

TEST(Requests, AWorkerLostBeforeItsFirstPartIsReplacedSilently) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId first = lab.worker({.name = "w1"});
  lab.request(client);
  const LinkId second = lab.worker({.name = "w2"});
  lab.close(first);
  const auto again = lab.order(second);
  ASSERT_TRUE(again);
  lab.head(*again, "whole", tokens(1, 1));
  EXPECT_EQ(lab.client_answer(client).body, "whole");
}

TEST(Requests, WithoutAnotherWorkerTheLossIsSaidAndRefunded) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client);
  lab.close(worker);
  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kCancelled);
  EXPECT_EQ(answer.id, ProxyLab::request_id(1));
  EXPECT_EQ(lab.client_account().available(), kCredit);
}

TEST(Requests, AWorkerLostInTheMiddleEndsTheAnswerWithoutACharge) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId first = lab.worker({.name = "w1"});
  lab.request(client);
  const auto order = lab.order(first);
  const LinkId second = lab.worker({.name = "w2"});
  lab.head(*order, "head");
  lab.part(*order, "one");
  lab.close(first);
  lab.client_answer(client);
  lab.client_answer(client);
  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kCancelled);
  EXPECT_NE(answer.error.find("in the middle"), std::string::npos) << answer.error;
  EXPECT_FALSE(lab.order(second)) << "half an answer can't be begun again";
  EXPECT_EQ(lab.client_account().available(), kCredit);
}

TEST(Requests, AnErrorInTheMiddleCostsWhatTheWorkerReports) {
  for (const std::int64_t used : {0, 7}) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker();
    lab.request(client);
    const auto order = lab.order(worker);
    lab.head(*order, "head");
    lab.failure(*order, kNotReady, "the engine died", tokens(0, used));
    lab.client_answer(client);
    const auto answer = lab.client_answer(client);
    EXPECT_EQ(answer.code, kNotReady);
    EXPECT_EQ(answer.tokens, tokens(0, used));
    EXPECT_EQ(lab.client_account().balance, kCredit - base::Nanoton(used * kPrice));
    EXPECT_EQ(lab.machine().core().counters.failed, 1u);
  }
}

// ---- hostile and confused workers ----

TEST(Requests, AnswersFromAnotherWorkerChangeNothing) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.name = "w1"});
  lab.request(client);
  const auto order = lab.order(worker);
  const LinkId thief = lab.worker({.name = "thief"});
  WorkOrder stolen = *order;
  stolen.worker = thief;
  lab.head(stolen, "stolen", tokens(100, 100));
  lab.failure(stolen, kViolation, "stolen");
  EXPECT_EQ(lab.messages(client), 0u);
  EXPECT_EQ(lab.machine().core().counters.late_answers, 2u);
  EXPECT_TRUE(lab.is_open(thief)) << "it may be honest: a request that was taken from it";
  lab.head(*order, "whole", tokens(1, 1));
  EXPECT_EQ(lab.client_answer(client).body, "whole");
  EXPECT_EQ(lab.worker_account("thief").balance, base::Nanoton{});
}

TEST(Requests, AnswersAfterTheEndChangeNothing) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client);
  const auto order = lab.order(worker);
  lab.head(*order, "whole", tokens(1, 1));
  lab.client_answer(client);
  lab.head(*order, "whole", tokens(1, 1));
  lab.part(*order, "more", tokens(50, 50));
  lab.failure(*order, kViolation, "no", tokens(9, 9));
  EXPECT_EQ(lab.messages(client), 0u);
  EXPECT_EQ(lab.client_account().metered.tokens.count, 2);
  EXPECT_EQ(lab.machine().core().counters.late_answers, 3u);
}

TEST(Requests, ASecondHeadEndsTheRequestAndTheWorkersLink) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client);
  const auto order = lab.order(worker);
  lab.head(*order, "head");
  lab.head(*order, "head", tokens(1, 1));
  lab.client_answer(client);
  EXPECT_EQ(lab.client_answer(client).code, kFailure);
  EXPECT_EQ(lab.closed(worker), "answer_order");
  EXPECT_EQ(lab.client_account().available(), kCredit);
}

TEST(Requests, APartWithoutAHeadGoesToAnotherWorker) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.name = "w1"});
  lab.request(client);
  const auto order = lab.order(worker);
  const LinkId second = lab.worker({.name = "w2"});
  lab.part(*order, "part", tokens(1, 1));
  EXPECT_EQ(lab.closed(worker), "answer_order");
  EXPECT_EQ(lab.messages(client), 0u);
  EXPECT_TRUE(lab.order(second));
}

TEST(Requests, ExaggeratedUsageIsCappedAtTheReservation) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client);
  const auto reserved = lab.client_account().reserved;
  EXPECT_GT(reserved, base::Nanoton{});
  lab.head(*lab.order(worker), "whole", tokens(1'000'000'000, 1'000'000'000));
  const auto answer = lab.client_answer(client);
  ASSERT_TRUE(answer.tokens);
  EXPECT_EQ(answer.tokens->total_tokens_used * kPrice, reserved.count());
  EXPECT_EQ(kCredit - lab.client_account().balance, reserved);
  EXPECT_EQ(lab.refusals("usage_capped"), 1u);
}

TEST(Requests, ImpossibleUsageIsRefundedAndCostsTheWorkerItsLink) {
  auto mismatch = tokens(1, 1);
  mismatch.total_tokens_used = 1;
  auto negative = tokens(10, -5);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::pair<tl::TokensUsed, std::string>> cases{
      {negative, "negative_tokens"},
      {tokens(-1, 1), "negative_tokens"},
      {tokens(huge, 0), "too_many_tokens"},
      {mismatch, "total_mismatch"}};
  for (const auto& [report, reason] : cases) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker();
    lab.request(client);
    const auto order = lab.order(worker);
    lab.head(*order, "head");
    lab.part(*order, "last", report);
    EXPECT_EQ(lab.client_answer(client).body, "head");
    EXPECT_EQ(lab.client_answer(client).code, kFailure);
    EXPECT_EQ(lab.messages(client), 0u);
    EXPECT_EQ(lab.closed(worker), reason);
    EXPECT_EQ(lab.client_account().available(), kCredit);
  }
}

// ---- time ----

TEST(Requests, ALateAnswerIsNotCharged) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId first = lab.worker({.name = "w1"});
  lab.request(client, {.timeout = 10});
  const auto order = lab.order(first);
  const LinkId second = lab.worker({.name = "w2"});
  lab.pass(9s);
  EXPECT_EQ(lab.messages(client), 0u);
  lab.pass(2s);
  EXPECT_EQ(lab.client_answer(client).code, kTimedOut);
  EXPECT_FALSE(lab.order(second)) << "there is no time left for another one";
  lab.head(*order, "late", tokens(1, 1));
  EXPECT_EQ(lab.messages(client), 0u);
  EXPECT_EQ(lab.client_account().available(), kCredit);
}

TEST(Requests, AnotherAttemptGetsOnlyTheTimeThatIsLeft) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId first = lab.worker({.name = "w1"});
  lab.request(client, {.timeout = 100});
  const LinkId second = lab.worker({.name = "w2"});
  lab.pass(60s);
  lab.close(first);
  EXPECT_NEAR(lab.order(second)->timeout, 38, 1e-6);
}

// ---- repeated request ids ----

TEST(Requests, ARepeatedIdRunsAndCostsOnce) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client);
  const auto order = lab.order(worker);
  lab.request(client);
  EXPECT_FALSE(lab.order(worker)) << "while it runs";
  lab.head(*order, "whole", tokens(1, 1));
  lab.request(client);
  EXPECT_FALSE(lab.order(worker)) << "after its charge";
  EXPECT_EQ(lab.client_account().metered.tokens.count, 2);
  EXPECT_EQ(lab.refusals("already_reserved"), 1u);
  EXPECT_EQ(lab.refusals("already_charged"), 1u);

  lab.request(client, {.id = 2});
  lab.failure(*lab.order(worker), kViolation, "no");
  lab.request(client, {.id = 2});
  EXPECT_FALSE(lab.order(worker)) << "after its refund";
  EXPECT_EQ(lab.refusals("already_refunded"), 1u);
}

// docs/operations/faults.md: what is finished is remembered for an hour of the wall clock, so that
// books restored after a restart know its age.
TEST(Requests, AClockThatJumpsAnHourAheadForgetsFinishedIds) {
  const auto charged_after = [](base::Duration jump) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker();
    lab.request(client);
    lab.head(*lab.order(worker), "whole", tokens(1, 1));
    lab.jump_clock(jump);
    lab.request(lab.client({.name = "bob"}));  // what finishes next sweeps out what is old
    lab.head(*lab.order(worker), "whole", tokens(1, 1));
    lab.request(client);
    if (const auto again = lab.order(worker)) lab.head(*again, "whole", tokens(1, 1));
    EXPECT_EQ(lab.client_account().reserved, base::Nanoton{});
    lab.expect_sound_books();
    return lab.client_account().metered.tokens.count;
  };
  using std::chrono::hours;
  using std::chrono::minutes;
  EXPECT_EQ(charged_after(minutes(59)), 2) << "still remembered";
  EXPECT_EQ(charged_after(hours(1) + minutes(1)), 4) << "run and charged again";
  EXPECT_EQ(charged_after(-hours(24 * 365)), 2) << "backwards nothing is forgotten";
}

TEST(Requests, IdsOfDifferentClientsAreDifferent) {
  ProxyLab lab;
  const LinkId alice = lab.client({.name = "alice"});
  const LinkId bob = lab.client({.name = "bob"});
  const LinkId worker = lab.worker();
  lab.request(alice);
  lab.request(bob);
  const auto first = lab.order(worker);
  const auto second = lab.order(worker);
  ASSERT_TRUE(first && second);
  lab.head(*second, "for bob", tokens(2, 0));
  lab.head(*first, "for alice", tokens(1, 0));
  EXPECT_EQ(lab.client_answer(alice).body, "for alice");
  EXPECT_EQ(lab.client_answer(bob).body, "for bob");
  EXPECT_EQ(lab.client_account("bob").metered.tokens.count, 2);
}

// ---- clients that go ----

TEST(Requests, AClientThatGoesDoesNotStopItsRequest) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.request(client);
  const auto order = lab.order(worker);
  lab.close(client);
  lab.head(*order, "whole", tokens(1, 1));
  EXPECT_EQ(lab.client_account().metered.tokens.count, 2);
  EXPECT_EQ(lab.payments(worker), 1u);
  EXPECT_EQ(lab.machine().running(), 0u);
}

}  // namespace
}  // namespace cocoon::proxy
