// Endpoints of one model and what engines say about their load.
#include "worker/endpoints.h"

#include <gtest/gtest.h>

namespace cocoon::worker {
namespace {

// As the engines' own documents show their pages.
constexpr std::string_view kVllm =
    "# HELP vllm:num_requests_running Number of requests in model execution batches.\n"
    "# TYPE vllm:num_requests_running gauge\n"
    "vllm:num_requests_running{engine=\"0\",model_name=\"a {strange} name\"} 8.0\n"
    "vllm:num_requests_running{engine=\"1\",model_name=\"a {strange} name\"} 3.0\n"
    "vllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} 2.0\n"
    "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.25\n"
    "vllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"} 0.5\n"
    "vllm:prompt_tokens_total{model_name=\"m\"} 1.0e+07\n";
constexpr std::string_view kSglang =
    "sglang:num_running_reqs{model_name=\"m\"} 162.0\n"
    "sglang:num_queue_reqs{model_name=\"m\"} 2826.0\n"
    "sglang:token_usage{model_name=\"m\"} 0.28\n";
constexpr std::string_view kLlamaCpp =
    "# TYPE llamacpp:requests_processing gauge\n"
    "llamacpp:requests_processing 1\n"
    "llamacpp:requests_deferred 4\n";

TEST(EngineLoad, IsReadFromTheThreeEngines) {
  EXPECT_EQ(read_engine_load(kVllm), (EngineLoad{11, 2, 0.5}));
  EXPECT_EQ(read_engine_load(kSglang), (EngineLoad{162, 2826, 0.28}));
  EXPECT_EQ(read_engine_load(kLlamaCpp), (EngineLoad{1, 4, std::nullopt}));
}

TEST(EngineLoad, OfOtherPagesIsNothing) {
  for (const std::string_view page :
       {"", "\n\n", "<html>", "process_cpu_seconds_total 3\n", "vllm:num_requests_running",
        "vllm:num_requests_running{", "vllm:num_requests_running{a=\"b\"} many\n",
        "vllm:num_requests_running -4\n", "vllm:num_requests_running nan\n",
        "x vllm:num_requests_running 4\n"}) {
    EXPECT_FALSE(read_engine_load(page)) << page;
  }
  EXPECT_EQ(read_engine_load("llamacpp:requests_processing 1e300")->running, 100'000);
}

TEST(Endpoints, AreUpWhenOneIs) {
  Endpoints endpoints(2);
  EXPECT_EQ(endpoints.state(), EngineState::Down);
  endpoints.handle_state(1, EngineState::Up);
  EXPECT_EQ(endpoints.state(), EngineState::Up);
  EXPECT_EQ(endpoints.start(), 1u);
  EXPECT_EQ(endpoints.start(), 1u) << "the other one is down";
}

TEST(Endpoints, TheLeastBusyIsNext) {
  Endpoints endpoints(3);
  for (std::size_t i = 0; i < 3; ++i) endpoints.handle_state(i, EngineState::Up);
  EXPECT_EQ(endpoints.start(), 0u);
  EXPECT_EQ(endpoints.start(), 1u);
  EXPECT_EQ(endpoints.start(), 2u);
  endpoints.ended(1);
  EXPECT_EQ(endpoints.start(), 1u);
  for (std::size_t i = 0; i < 3; ++i) endpoints.ended(i);
  EXPECT_EQ(endpoints.start(), 0u) << "by turns where all are alike";
}

TEST(Endpoints, AQueueInsideAnEngineCounts) {
  Endpoints endpoints(2);
  for (std::size_t i = 0; i < 2; ++i) endpoints.handle_state(i, EngineState::Up);
  endpoints.handle_load(0, EngineLoad{.running = 9, .waiting = 5, .cache_share = {}});
  EXPECT_EQ(endpoints.start(), 1u);
  EXPECT_EQ(endpoints.start(), 1u);
  EXPECT_EQ(endpoints.waiting(), 0);
  endpoints.handle_load(1, EngineLoad{.running = 9, .waiting = 7, .cache_share = {}});
  EXPECT_EQ(endpoints.waiting(), 5);
  EXPECT_EQ(endpoints.start(), 0u);
  endpoints.handle_state(0, EngineState::Down);
  EXPECT_EQ(endpoints.waiting(), 7);
}

}  // namespace
}  // namespace cocoon::worker
