// What an operator changes while a worker runs, what its engine says about itself, and reports of
// usage that can't be.
#include <gtest/gtest.h>

#include "session/wire_codes_lab.h"
#include "worker/worker_lab.h"

namespace cocoon::worker {
namespace {

using session::kRefused;

using std::chrono_literals::operator""s;

TEST(Prices, ChangeWhileLinksAreOpen) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  const LinkId greeting = lab.open();
  lab.machine().handle_coefficient(1000);
  lab.pass(0s);
  EXPECT_EQ(lab.messages(link), 0u) << "the same price is no news";
  lab.machine().handle_coefficient(1500);
  lab.pass(0s);
  EXPECT_EQ(lab.message<tl::WorkerNewCoefficient>(link)->new_coefficient, 1500);
  EXPECT_FALSE(lab.is_open(greeting)) << "it was told the old price";
  lab.order(link, {.coefficient = 1000});
  EXPECT_EQ(lab.worker_answer(link).code, kRefused);
  lab.order(link, {.id = 2, .coefficient = 1500});
  EXPECT_TRUE(lab.job());
  const LinkId next = lab.open();
  EXPECT_EQ(lab.query<tl::WorkerConnectToProxy>(next)->params.coefficient, 1500);
}

TEST(Switch, AsksForNoWorkWhileItIsOff) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link, {.id = 1});
  const auto running = lab.job();
  lab.machine().handle_switch(Worker::Switch::Off);
  lab.pass(0s);
  EXPECT_EQ(lab.message<tl::WorkerEnabledDisabled>(link)->disabled, 1);
  lab.set_engine(EngineState::Down);
  lab.set_engine(EngineState::Up);
  EXPECT_EQ(lab.messages(link), 0u) << "an engine that comes back changes nothing";
  lab.order(link, {.id = 2});
  EXPECT_EQ(lab.worker_answer(link).code, session::kNotReady);
  EXPECT_EQ(lab.refusals("switched_off"), 1u);
  lab.whole(running->job, "{}");
  EXPECT_EQ(lab.worker_answer(link).body, "{}") << "what runs finishes";
  lab.machine().handle_switch(Worker::Switch::On);
  lab.pass(0s);
  EXPECT_EQ(lab.message<tl::WorkerEnabledDisabled>(link)->disabled, 0);
}

TEST(Engines, WithAQueueOfTheirOwnAreGivenNoMore) {
  WorkerLab lab({.max_active = 2});
  const LinkId link = lab.ready();
  lab.machine().handle_engine_queue(1);
  lab.order(link, {.id = 1});
  EXPECT_TRUE(lab.job());
  lab.machine().handle_engine_queue(2);
  lab.order(link, {.id = 2});
  const auto answer = lab.worker_answer(link);
  EXPECT_EQ(answer.code, kRefused);
  EXPECT_NE(answer.error.find("too many active queries"), std::string::npos)
      << "the proxy tries another worker";
  EXPECT_EQ(lab.refusals("too_many_requests"), 1u);
}

// [WIRE-101] [WIRE-103]
TEST(Offers, AreToldSinceVersionFive) {
  WorkerLab lab;
  const LinkId old = lab.ready(4);
  const LinkId link = lab.ready(5);
  const auto first = lab.offer(link);
  EXPECT_EQ(first->terms.flags, tl::OfferTerms::kHasWeightsHash);
  EXPECT_EQ(first->terms.weights_hash, base::Bits256{});
  EXPECT_EQ(first->prices.prompt, 1'000'000 * 20);
  lab.machine().handle_context_length(8192);
  lab.pass(0s);
  EXPECT_EQ(lab.offer(link)->terms.context_length, 8192);
  lab.machine().handle_context_length(8192);
  lab.machine().handle_coefficient(1500);
  lab.pass(0s);
  EXPECT_EQ(lab.message<tl::WorkerNewCoefficient>(link)->new_coefficient, 1500);
  EXPECT_EQ(lab.offer(link)->prices.prompt, 1'500'000 * 20);
  lab.pass(60s);
  EXPECT_EQ(lab.offers(link), 0u) << "nothing was said twice";
  EXPECT_EQ(lab.offers(old) + lab.loads(old), 0u);
}

TEST(Offers, SayWhatTheOperatorSaysFirst) {
  WorkerLab lab({.offer = {.capabilities = "chat", .weights_hash = {}, .context_length = 4096}});
  const LinkId link = lab.ready(5);
  lab.machine().handle_context_length(8192);
  lab.pass(0s);
  const auto offer = lab.offer(link);
  EXPECT_EQ(offer->terms.context_length, 4096);
  EXPECT_EQ(offer->terms.capabilities, "chat");
  EXPECT_EQ(lab.offers(link), 0u);
}

// [WIRE-103]
TEST(Heartbeat, TellsTheLoad) {
  WorkerLab lab;
  const LinkId link = lab.ready(5);
  lab.pass(0s);
  EXPECT_EQ(lab.load(link).object, tl::WorkerLoad{});
  lab.order(link);
  lab.machine().handle_engine_queue(3);
  lab.pass(1s);
  EXPECT_EQ(lab.loads(link), 0u) << "not more often than every two seconds";
  lab.pass(1s);
  EXPECT_EQ(lab.load(link).object, (tl::WorkerLoad{.running = 1, .waiting = 3}));
  for (int i = 0; i < 9; ++i) lab.pass(1s);
  EXPECT_EQ(lab.loads(link), 0u) << "it is as it was";
  lab.pass(1s);
  EXPECT_EQ(lab.loads(link), 1u) << "and the worker is still there";
}

struct Report {
  std::string body;
  bool doubtful;
  std::int64_t billed;  // completion tokens
};

TEST(Usage, ThatCantBeIsCountedAndBounded) {
  const std::string more_than_bytes =
      R"({"choices":[{"message":{"content":"hi"}}],"usage":{"completion_tokens":100000}})";
  const std::string hidden =
      R"({"choices":[{"message":{"content":"hi"}}],"usage":{"completion_tokens":100002,)"
      R"("completion_tokens_details":{"reasoning_tokens":100000}}})";
  const Report reports[] = {
      {R"({"choices":[{"message":{"content":"hi"}}],"usage":{"completion_tokens":2}})", false, 2},
      {more_than_bytes, true, static_cast<std::int64_t>(more_than_bytes.size())},
      {hidden, false, 2},
  };
  std::uint8_t id = 0;
  for (const auto& report : reports) {
    WorkerLab lab;
    const LinkId link = lab.ready();
    lab.order(link, {.id = ++id});
    const auto job = lab.job();
    ASSERT_TRUE(job);
    lab.whole(job->job, report.body);
    const auto answer = lab.worker_answer(link);
    ASSERT_TRUE(answer.tokens);
    EXPECT_EQ(answer.tokens->completion_tokens_used, report.billed) << report.body;
    EXPECT_EQ(lab.machine().counters().doubtful_usage, report.doubtful ? 1u : 0u) << report.body;
  }
}

TEST(Usage, BelowThePiecesThatCameIsDoubtful) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.order(link);
  const auto job = lab.job();
  ASSERT_TRUE(job);
  lab.head(job->job, 200, "text/event-stream");
  for (int i = 0; i < 5; ++i) {
    lab.body(job->job, "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n");
  }
  lab.body(job->job, "data: {\"choices\":[],\"usage\":{\"completion_tokens\":2}}\n\n");
  lab.end(job->job);
  EXPECT_EQ(lab.machine().counters().doubtful_usage, 1u);
}

}  // namespace
}  // namespace cocoon::worker
