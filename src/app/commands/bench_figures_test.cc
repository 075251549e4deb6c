// What a measurement's figures say: times by rank, prices by token, failures by their words.
#include "app/commands/bench_figures.h"

#include <gtest/gtest.h>

#include "app/commands/fault.h"

namespace cocoon::app::commands {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ChatAnswer answer(base::Duration first, base::Duration total, std::int64_t tokens,
                  std::int64_t cost) {
  ChatAnswer made;
  made.model = "m";
  made.usage =
      base::TokenUsage{.prompt = {10}, .cached = {}, .completion = {tokens}, .reasoning = {}};
  made.cost = base::Nanoton(cost);
  made.to_first_token = first;
  made.total = total;
  return made;
}

TEST(Times, AreTakenByRank) {
  Times times;
  EXPECT_EQ(times.at(0.5), base::Duration{});
  for (int i = 10; i >= 1; --i) times.add(milliseconds(i));
  EXPECT_EQ(times.at(0), milliseconds(1));
  EXPECT_EQ(times.at(0.5), milliseconds(5));
  EXPECT_EQ(times.at(0.9), milliseconds(9));
  EXPECT_EQ(times.at(0.91), milliseconds(10));
  EXPECT_EQ(times.at(1), milliseconds(10));
}

TEST(BenchFigures, CountsTokensAndPrices) {
  BenchFigures figures;
  EXPECT_FALSE(figures.per_million_tokens());
  figures.add(answer(milliseconds(100), milliseconds(1100), 11, 300));
  figures.add(answer(milliseconds(300), milliseconds(2300), 41, 420));
  const auto document = figures.document(seconds(2));
  EXPECT_EQ(document["answered"], 2);
  EXPECT_EQ(document["completion_tokens"], 52);
  EXPECT_EQ(document["cost_nanotons"], 720);
  EXPECT_EQ(document["nanotons_per_million_tokens"], 10'000'000);  // 72 tokens for 720
  EXPECT_DOUBLE_EQ(document["tokens_per_second"].get<double>(), 26);
  EXPECT_DOUBLE_EQ(document["tokens_per_second_of_one"].get<double>(), 20);
  EXPECT_DOUBLE_EQ(document["answers_per_second"].get<double>(), 1);
  EXPECT_DOUBLE_EQ(document["first_token"]["p50_ms"].get<double>(), 100);
}

TEST(BenchFigures, AnswersWithoutPriceDoNotLowerIt) {
  BenchFigures figures;
  figures.add(answer(milliseconds(1), milliseconds(2), 10, 20));
  ChatAnswer unpriced = answer(milliseconds(1), milliseconds(2), 1000, 0);
  unpriced.cost.reset();
  figures.add(unpriced);
  EXPECT_EQ(figures.per_million_tokens(), base::Nanoton(1'000'000));
}

TEST(BenchFigures, FailuresAreCountedByTheirWords) {
  BenchFigures figures;
  figures.add_failure(fault(CommandFault::Refused, "full"));
  figures.add_failure(fault(CommandFault::Refused, "full"));
  figures.add_failure(fault(CommandFault::NotReachable, "gone"));
  EXPECT_EQ(figures.failed(), 3);
  const auto document = figures.document(seconds(1));
  EXPECT_EQ(document["failures"]["full"], 2);
  EXPECT_EQ(document["failures"]["gone"], 1);
  const std::string text = figures.summary(seconds(1), Terminal(nullptr, {}));
  EXPECT_NE(text.find("0 of 3"), std::string::npos) << text;
  EXPECT_NE(text.find("2 times: full"), std::string::npos) << text;
}

}  // namespace
}  // namespace cocoon::app::commands
