// The cost goes into the last usage and nothing else changes, however the answer is cut.
#include "openai/cost.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "openai/limits.h"

namespace cocoon::openai {
namespace {

constexpr base::Nanoton kCost(1234);
constexpr std::string_view kMembers = R"("cost":1234,"cost_currency":"nanoton")";

struct Delivery {
  std::string before_finish;  // what the caller had before the price was known
  std::string all;
  CostOutcome outcome = CostOutcome::NoUsage;
};

void feed(CostInjector& injector, std::string_view piece, std::string& out) {
  const auto passage = injector.feed(base::as_bytes(piece));
  ASSERT_LE(passage.passed, piece.size());
  out += base::as_text(passage.before);
  out += piece.substr(0, passage.passed);
}

Delivery run(std::string_view body, std::size_t chunk) {
  CostInjector injector;
  Delivery result;
  for (std::size_t at = 0; at < body.size(); at += chunk)
    feed(injector, body.substr(at, chunk), result.before_finish);
  const auto ending = injector.finish(kCost);
  result.outcome = ending.outcome;
  result.all = result.before_finish + base::to_text(ending.bytes);
  return result;
}

std::string without_members(std::string text) {
  const std::size_t at = text.find(kMembers);
  if (at == std::string::npos) return text;
  const std::size_t comma = text[at - 1] == ',' ? 1 : 0;
  return text.erase(at - comma, kMembers.size() + comma);
}

// The outcome and the output must not depend on the chunking; all but our members is what went in.
Delivery run_every_way(std::string_view body) {
  const Delivery whole = run(body, body.size() + 1);
  EXPECT_EQ(without_members(whole.all), body);
  for (std::size_t chunk = 1; chunk < std::min<std::size_t>(body.size(), 64); ++chunk) {
    const Delivery cut = run(body, chunk);
    EXPECT_EQ(cut.all, whole.all) << chunk;
    EXPECT_EQ(cut.before_finish, whole.before_finish) << chunk;
    EXPECT_EQ(cut.outcome, whole.outcome) << chunk;
  }
  return whole;
}

std::string last_event_object(std::string_view body) {
  const std::size_t begin = body.rfind("data: {");
  return std::string(body.substr(begin + 6, body.find('\n', begin) - begin - 6));
}

TEST(Cost, GoesIntoTheUsageOfAResponse) {
  const Delivery done = run_every_way(
      "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n"
      "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"output_tokens\":1},"
      "\"id\":\"r\"}}\n\n");
  EXPECT_EQ(done.outcome, CostOutcome::Injected);
  EXPECT_NE(done.all.find("\"usage\":{\"output_tokens\":1," + std::string(kMembers) + "},\"id\""),
            std::string::npos)
      << done.all;
}

TEST(Cost, GoesIntoTheUsageEventOfAStream) {
  const std::string text =
      "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n";
  const std::string usage =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n";
  const Delivery result = run_every_way(text + usage + "data: [DONE]\n\n");
  EXPECT_EQ(result.outcome, CostOutcome::Injected);
  const auto object = nlohmann::json::parse(last_event_object(result.all));
  EXPECT_EQ(object["usage"]["cost"], 1234);
  EXPECT_EQ(object["usage"]["cost_currency"], "nanoton");
  EXPECT_EQ(object["usage"]["prompt_tokens"], 3);
  // Only the end of the usage had to wait.
  EXPECT_TRUE(result.before_finish.ends_with("\"completion_tokens\":1")) << result.before_finish;
}

TEST(Cost, GoesIntoJsonAndJsonLines) {
  const Delivery json =
      run_every_way(R"({"id":"x","usage":{"prompt_tokens":3},"timings":{"usage":{}}} )");
  EXPECT_EQ(nlohmann::json::parse(json.all)["usage"]["cost"], 1234);
  const Delivery empty = run_every_way("{\"usage\":{ }}\n");
  EXPECT_EQ(nlohmann::json::parse(empty.all)["usage"]["cost"], 1234);
  const Delivery lines = run_every_way(
      "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"completion_tokens\":1}}\n"
      "{\"choices\":[{\"delta\":{\"content\":\"b\"}}],\"usage\":{\"completion_tokens\":2}}\n");
  EXPECT_EQ(lines.outcome, CostOutcome::Injected);
  EXPECT_GT(lines.all.find("cost"), lines.all.find("\"completion_tokens\":2"));
}

TEST(Cost, TakesTheLastUsageOfContinuousStats) {
  std::string body;
  for (int i = 1; i <= 3; ++i) {
    body +=
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"completion_tokens\":" +
        std::to_string(i) + "}}\n\n";
  }
  const Delivery result = run_every_way(body + "data: [DONE]\n\n");
  EXPECT_EQ(result.outcome, CostOutcome::Injected);
  EXPECT_NE(result.all.find("\"completion_tokens\":3," + std::string(kMembers)), std::string::npos);
}

TEST(Cost, TextAfterUsageIsNotDelayed) {
  const std::string usage = "data: {\"usage\":{\"prompt_tokens\":3}}\n\n";
  const std::string text = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
  const Delivery result = run_every_way(usage + text + text);
  EXPECT_EQ(result.outcome, CostOutcome::NoUsage);
  EXPECT_EQ(result.before_finish, usage + text + text);
}

TEST(Cost, AnErrorLetsEverythingGo) {
  const std::string body = "data: {\"usage\":{\"prompt_tokens\":3}}\n\n";
  CostInjector injector;
  std::string out;
  feed(injector, body, out);
  EXPECT_NE(out, body);
  out += base::to_text(injector.finish_without_cost());
  EXPECT_EQ(out, body);
}

TEST(Cost, NeverTouchesAnythingElse) {
  for (const char* body : {
           "",
           "garbage",
           "data: [DONE]\n\n",
           R"({"usage":null})",
           R"({"usage":[1]})",
           R"({"a":{"usage":{"x":1}}})",
           "data: {\"usage\":{\"prompt_tokens\":3}",             // the object never ends
           "data: {\"usage\":{\"prompt_tokens\":3}\n\n: end\n",  // nor here
           "data: {\"usage\":{\"prompt_tokens\":3}\n\ndata: {\"choices\":[]}\n\n",
           R"({"usage":{"prompt_tokens":3}])",
       }) {
    const Delivery result = run_every_way(body);
    EXPECT_EQ(result.outcome, CostOutcome::NoUsage) << body;
    EXPECT_EQ(result.all, body);
  }
}

TEST(Cost, HoldsABoundedNumberOfBytes) {
  const std::string start = "{\"usage\":{\"prompt_tokens\":3},\"padding\":\"";
  const std::string body = start + std::string(kMaxHeldBytes, 'x') + "\"}\n";
  for (const std::size_t chunk : {std::size_t{1000}, body.size()}) {
    const Delivery result = run(body, chunk);
    EXPECT_EQ(result.all, body);
    EXPECT_EQ(result.outcome, CostOutcome::HeldTooMuch);
  }
  const Delivery fits = run(start + std::string(kMaxHeldBytes / 2, 'x') + "\"}\n", 1000);
  EXPECT_EQ(fits.outcome, CostOutcome::Injected);
}

TEST(Cost, RandomStreamsKeepTheirBytes) {
  constexpr unsigned kSeed = 99;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  const std::string pieces[] = {
      "data: ",
      "{\"usage\":{",
      "\"prompt_tokens\":5",
      "}",
      "}\n\n",
      "\"choices\":[{\"text\":\"",
      "a",
      "\"}]",
      ",",
      "\r\n",
      ": c\n",
      "{",
      "\"usage\":null",
      "\"usage\":{}",
      "[DONE]\n\n",
      "\\",
      "{\"usage\":{\"completion_tokens\":1}}\n\n",
  };
  int injected = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string body = random() % 2 == 0 ? "data: " : "{";
    for (unsigned i = random() % 20; i > 0; --i) body += pieces[random() % std::size(pieces)];
    const Delivery whole = run(body, body.size());
    ASSERT_EQ(without_members(whole.all), body);
    const Delivery cut = run(body, 1 + random() % 5);
    ASSERT_EQ(cut.all, whole.all) << body;
    injected += whole.outcome == CostOutcome::Injected ? 1 : 0;
  }
  EXPECT_GT(injected, 100);
}

}  // namespace
}  // namespace cocoon::openai
