// The stream reader, what events mean, and what the words behind `cocoon chat` mean.
#include <gtest/gtest.h>

#include "app/commands/chat_stream.h"
#include "app/commands/chat_words.h"
#include "app/commands/fault.h"
#include "app/commands/sse.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

std::vector<std::string> read_all(std::string_view stream, std::size_t chunk) {
  SseReader reader;
  std::vector<std::string> events;
  for (std::size_t at = 0; at < stream.size(); at += chunk) {
    EXPECT_TRUE(reader.feed(stream.substr(at, chunk),
                            [&](std::string_view data) { events.emplace_back(data); }));
  }
  return events;
}

TEST(SseReader, AnyChunkingGivesTheSameEvents) {
  constexpr std::string_view kStream =
      ": comment\n\ndata: one\n\r\nevent: x\r\ndata:two\r\ndata: more\r\n\r\nid: "
      "7\n\ndata\n\ndata: \r\rdata: cut";
  const std::vector<std::string> expected{"one", "two\nmore", ""};
  for (std::size_t chunk = 1; chunk <= kStream.size(); ++chunk)
    EXPECT_EQ(read_all(kStream, chunk), expected) << chunk;
}

TEST(SseReader, RefusesAnEndlessEvent) {
  SseReader reader;
  const auto none = [](std::string_view) { FAIL(); };
  const std::string megabyte(1 << 20, 'x');
  EXPECT_TRUE(reader.feed("data: ", none));
  bool readable = true;
  for (int i = 0; i < 5; ++i) readable = reader.feed(megabyte, none);
  EXPECT_FALSE(readable);
  EXPECT_FALSE(reader.feed("\n\n", none));
}

TEST(ChatStream, TakesEvents) {
  ChatAnswer answer;
  EXPECT_EQ(take_event(R"({"model":"m","choices":[{"delta":{"content":"He"}}]})", answer).text,
            "He");
  EXPECT_EQ(take_event(R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})", answer).reasoning,
            "hm");
  EXPECT_EQ(
      take_event(R"({"choices":[{"delta":{"content":"llo"},"finish_reason":"stop"}]})", answer)
          .text,
      "llo");
  take_event(R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3,"cost":580,
                "prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}})",
             answer);
  EXPECT_TRUE(take_event("[DONE]", answer).error.empty());
  EXPECT_EQ(answer.text, "Hello");
  EXPECT_EQ(answer.model, "m");
  EXPECT_EQ(answer.finish_reason, "stop");
  EXPECT_EQ(answer.usage, (base::TokenUsage{{5}, {2}, {3}, {1}}));
  EXPECT_EQ(answer.cost, base::Nanoton(580));
}

TEST(ChatStream, BadEventsAreErrors) {
  ChatAnswer answer;
  EXPECT_EQ(take_event(R"({"error":{"message":"worker gone"}})", answer).error, "worker gone");
  EXPECT_FALSE(take_event(R"({"error":7})", answer).error.empty());
  EXPECT_FALSE(take_event("{", answer).error.empty());
  for (const char* odd :
       {"[]", "1", R"({"choices":7})", R"({"choices":[]})",
        R"({"choices":[{"delta":{"content":7}}]})", R"({"usage":"x","model":1})"}) {
    EXPECT_TRUE(take_event(odd, answer).text.empty()) << odd;
  }
  EXPECT_TRUE(answer.text.empty());
}

TEST(ChatStream, RequestAsksForUsage) {
  ChatRequest request{.root = "http://x", .model = "m", .max_tokens = 7};
  request.messages.push_back({{"role", "user"}, {"content", "\xff"}});
  const json body = json::parse(request_body(request));
  EXPECT_EQ(body["max_tokens"], 7);
  EXPECT_EQ(body["stream_options"]["include_usage"], true);
  EXPECT_FALSE(body.contains("temperature"));
}

TEST(ChatStream, SpeedLeavesOutTheFirstToken) {
  ChatAnswer answer;
  EXPECT_EQ(answer.tokens_per_second(), 0);
  answer.usage = base::TokenUsage{{1}, {0}, {11}, {0}};
  answer.to_first_token = std::chrono::seconds(1);
  answer.total = std::chrono::seconds(3);
  EXPECT_DOUBLE_EQ(answer.tokens_per_second(), 5);
}

const std::vector<std::string> kOffered{"SmolLM2-135M-Instruct", "Qwen/Qwen3-8B"};

TEST(ChatWords, OneWordIsAModelOrThePrompt) {
  EXPECT_EQ(read_chat_words({}, kOffered)->model, kOffered[0]);
  EXPECT_FALSE(read_chat_words({}, kOffered)->prompt);
  EXPECT_EQ(read_chat_words({"qwen/qwen3-8b"}, kOffered)->model, kOffered[1]);
  EXPECT_EQ(read_chat_words({"Why?"}, kOffered)->prompt, "Why?");
  EXPECT_EQ(read_chat_words({"Why?"}, kOffered)->model, kOffered[0]);
}

TEST(ChatWords, TwoWordsAreAModelAndThePrompt) {
  EXPECT_EQ(read_chat_words({"Qwen/Qwen3-8B", "Why?"}, kOffered)->prompt, "Why?");
  const auto wrong = read_chat_words({"Qwen/Qwen3-8", "Why?"}, kOffered);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().reason(), "refused");
  EXPECT_NE(wrong.error().message().find("Qwen/Qwen3-8B"), std::string::npos);
  EXPECT_EQ(read_chat_words({"Why?"}, {}).error().reason(), "not_ready");
}

}  // namespace
}  // namespace cocoon::app::commands
