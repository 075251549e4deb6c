// Usage from answers as real engines shape them, cut at every byte, and from everything that isn't
// an answer.
#include "openai/usage.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "openai/limits.h"

namespace cocoon::openai {
namespace {

struct Seen {
  bool reported = false;
  base::TokenUsage usage;
  std::uint64_t content_events = 0;
  std::uint64_t content_bytes = 0;
  std::uint64_t error_events = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen seen_by(const UsageScanner& scanner) {
  return {scanner.reported(), scanner.usage(), scanner.content_events(), scanner.content_bytes(),
          scanner.error_events()};
}

Seen scan(std::string_view body) {
  UsageScanner scanner;
  scanner.feed(base::as_bytes(body));
  return seen_by(scanner);
}

base::TokenUsage usage(std::int64_t prompt, std::int64_t cached, std::int64_t completion,
                       std::int64_t reasoning) {
  return {{prompt}, {cached}, {completion}, {reasoning}};
}

// Scans the body whole, in two pieces cut at every byte, and byte by byte: all must agree.
Seen scan_every_way(std::string_view body) {
  const Seen whole = scan(body);
  UsageScanner bytewise;
  for (const char c : body) bytewise.feed(base::as_bytes({&c, 1}));
  EXPECT_EQ(seen_by(bytewise), whole);
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    UsageScanner scanner;
    scanner.feed(base::as_bytes(body.substr(0, cut)));
    scanner.feed(base::as_bytes(body.substr(cut)));
    EXPECT_EQ(seen_by(scanner), whole) << "cut at " << cut;
  }
  return whole;
}

TEST(Usage, ResponsesStream) {
  const Seen seen = scan_every_way(
      "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","
      "\"usage\":null}}\n\n"
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
      "\"delta\":\"Hi\"}\n\n"
      "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":"
      "{\"input_tokens\":11,\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":7,"
      "\"output_tokens_details\":{\"reasoning_tokens\":3},\"total_tokens\":18}}}\n\n");
  EXPECT_TRUE(seen.reported);
  EXPECT_EQ(seen.usage, usage(11, 4, 7, 3));
  EXPECT_EQ(seen.content_events, 1u);
  EXPECT_EQ(seen.content_bytes, 2u);
}

TEST(Usage, ResponsesWhole) {
  const Seen seen = scan_every_way(
      R"({"object":"response","output":[{"type":"message","content":[{"text":"Hi"}]}],
          "usage":{"input_tokens":5,"output_tokens":2,"total_tokens":7}})");
  EXPECT_TRUE(seen.reported);
  EXPECT_EQ(seen.usage, usage(5, 0, 2, 0));
}

TEST(Usage, EmbeddingsAndRankings) {
  EXPECT_EQ(scan_every_way(R"({"object":"list","data":[{"embedding":[0.1,2,-3e5]}],
                               "usage":{"prompt_tokens":8,"total_tokens":8}})")
                .usage,
            usage(8, 0, 0, 0));
  // A total alone is what was read.
  const Seen ranked = scan_every_way(R"({"results":[{"index":0,"relevance_score":0.5}],
                                         "usage":{"total_tokens":56}})");
  EXPECT_TRUE(ranked.reported);
  EXPECT_EQ(ranked.usage, usage(56, 0, 0, 0));
}

TEST(Usage, OpenAiStream) {
  const Seen seen = scan_every_way(
      "data: "
      "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}"
      "],"
      "\"usage\":null}\n\n"
      "data: "
      "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}],\"usage\":null}"
      "\n\n"
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \\\"usage\\\": "
      "{\"}}]}\n\n"
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,"
      "\"total_tokens\":29,\"prompt_tokens_details\":{\"cached_tokens\":4,\"audio_tokens\":0},"
      "\"completion_tokens_details\":{\"reasoning_tokens\":3,\"audio_tokens\":0}}}\n\n"
      "data: [DONE]\n\n");
  EXPECT_TRUE(seen.reported);
  EXPECT_EQ(seen.usage, usage(19, 4, 10, 3));
  EXPECT_EQ(seen.content_events, 2u);
}

TEST(Usage, LlamaCppJson) {
  const Seen seen = scan_every_way(
      R"({"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"Blue."}}],)"
      R"("created":1764000000,"model":"m","system_fingerprint":"b9844","object":"chat.completion",)"
      R"("usage":{"completion_tokens":3,"prompt_tokens":12,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":11}},)"
      R"("id":"chatcmpl-x","timings":{"prompt_n":1,"usage":{"prompt_tokens":999}}})");
  EXPECT_EQ(seen.usage, usage(12, 11, 3, 0));
  EXPECT_EQ(seen.content_events, 1u);
  EXPECT_EQ(seen.content_bytes, 5u);
}

TEST(Usage, VllmContinuousStats) {
  std::string body;
  for (int i = 1; i <= 5; ++i) {
    body +=
        R"(data: {"choices":[{"index":0,"delta":{"content":"x"},"logprobs":null}],"usage":{"prompt_tokens":7,)"
        R"("total_tokens":)" +
        std::to_string(7 + i) + R"(,"completion_tokens":)" + std::to_string(i) + "}}\n\n";
  }
  body +=
      R"(data: {"choices":[],"usage":{"prompt_tokens":7,"total_tokens":12,"completion_tokens":5,)"
      "\"prompt_tokens_details\":null}}\n\ndata: [DONE]\n\n";
  const Seen seen = scan_every_way(body);
  EXPECT_EQ(seen.usage, usage(7, 0, 5, 0));
  EXPECT_EQ(seen.content_events, 5u);
}

TEST(Usage, SglangReasoning) {
  const Seen seen = scan_every_way(
      "data: "
      "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":"
      "\"Hm\"}}]}\r\n\r\n"
      "data: {\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":[{\"index\":0}]}}]}\r\n\r\n"
      "data: "
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":9,\"reasoning_tokens\":"
      "6,"
      "\"prompt_tokens_details\":null}}\r\n\r\ndata: [DONE]\r\n\r\n");
  EXPECT_EQ(seen.usage, usage(5, 0, 9, 6));
  EXPECT_EQ(seen.content_events, 2u);
}

TEST(Usage, JsonLinesOfTheReferenceWorker) {
  const Seen seen = scan_every_way(
      R"({"choices":[{"delta":{"content":"a"}}],"usage":{"completion_tokens":1,"prompt_tokens":6,"total_cost":900}})"
      "\n"
      R"({"choices":[{"delta":{"content":"b"}}],"usage":{"completion_tokens":2,"prompt_tokens":6,"total_cost":1000}}{"choices":[{"text":"c"}],)"
      "\n \"usage\" : { \"completion_tokens\" : 4 } }\n");
  EXPECT_EQ(seen.usage, usage(6, 0, 4, 0));
  EXPECT_EQ(seen.content_events, 3u);
}

TEST(Usage, EventsInEveryLegalDress) {
  const std::string object = R"({"usage":{"prompt_tokens":1,"completion_tokens":2}})";
  for (const std::string& body : {
           "data:" + object + "\n\n",
           "data: " + object,  // the body ends without the blank line
           ": keep-alive\n\nevent: message\nid: 7\nretry: 10\ndata: " + object + "\n\n",
           "data: " + object + "\r\rdata: [DONE]\r\r",
           "\xef\xbb\xbf" + ("data: " + object) + "\n\n",
           std::string("data: {\"usage\":\ndata: {\"prompt_tokens\":1,\ndata:\ndata: "
                       "\"completion_tokens\":2\ndata: }}\n\n"),
           std::string(
               "data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2\r\ndata: }}\r\n\r\n"),
           "data: {\"half\":\n\ndata: " + object + "\n\n",
           "data: garbage \" { \n\ndata: " + object + "\n\n",
           "\n\n" + object + "\n",
       }) {
    EXPECT_EQ(scan_every_way(body).usage, usage(1, 0, 2, 0)) << body;
  }
}

TEST(Usage, CountsOnlyCompleteTopLevelUsageWithIntegers) {
  for (const char* body : {
           R"({"usage":null})",
           R"({"usage":{}})",
           R"({"usage":[{"prompt_tokens":1}]})",
           R"({"usage":{"prompt_tokens":"5"}})",
           R"({"usage":{"prompt_tokens":-5}})",
           R"({"usage":{"prompt_tokens":5.0}})",
           R"({"usage":{"prompt_tokens":5e2}})",
           R"({"usage":{"prompt_tokens":05}})",
           R"({"usage":{"prompt_tokens":true}})",
           R"({"x":{"usage":{"prompt_tokens":5}}})",
           R"([{"usage":{"prompt_tokens":5}}])",
           R"({"choices":[{"usage":{"prompt_tokens":5}}]})",
           R"({"text":"\"usage\":{\"prompt_tokens\":5}"})",
           R"({"a":"\\","b":"usage","c":{"prompt_tokens":5}})",
           R"({"usage":{"prompt_tokens":5})",  // never closed
           R"({"usage":{"prompt_tokens":5}])",
           R"({"usage" {"prompt_tokens":5}})",
           R"({"usage"::{"prompt_tokens":5}})",
           R"({,"usage":{"prompt_tokens":5}})",
           R"("{\"usage\":{\"prompt_tokens\":5}}")",
           R"(data: "{"usage":{"prompt_tokens":5}}")",
           R"(x-data: {"usage":{"prompt_tokens":5}})",
           R"(dat: {"usage":{"prompt_tokens":5}})",
           R"(datax: {"usage":{"prompt_tokens":5}})",
           "data: {\"usage\":{\"prompt_tokens\":5}\n\ndata: }\n\n",
           "data: {\"a\":\"line\ndata: break\",\"usage\":{\"prompt_tokens\":5}}\n\n",
           "12345",
           "",
           "\"",
           "{{{{",
           "]]]]",
           "\\\\\\",
       }) {
    const Seen seen = scan_every_way(body);
    EXPECT_FALSE(seen.reported) << body;
    EXPECT_EQ(seen.usage, usage(0, 0, 0, 0)) << body;
  }
}

TEST(Usage, ClampsWhatNoEngineCanMean) {
  EXPECT_EQ(
      scan_every_way(
          R"({"usage":{"prompt_tokens":99999999999999999999999999,"completion_tokens":1000000001}})")
          .usage,
      usage(kMaxReportedTokens, 0, kMaxReportedTokens, 0));
  EXPECT_EQ(
      scan(
          R"({"usage":{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":9},"completion_tokens":2,)"
          R"("reasoning_tokens":8}})")
          .usage,
      usage(5, 5, 2, 2));
}

TEST(Usage, AFaultCostsOneLineOnly) {
  const Seen seen =
      scan_every_way("{\"a\":\"un\nterminated\n{\"b\" 5}\n{\"usage\":{\"prompt_tokens\":8}}\n");
  EXPECT_EQ(seen.usage, usage(8, 0, 0, 0));
}

TEST(Usage, CountsErrorsInsideAStream) {
  const Seen seen = scan_every_way(
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: "
      "{\"error\":{\"message\":\"out of memory\"}}\n\n"
      "data: {\"error\":null}\n\n");
  EXPECT_EQ(seen.error_events, 1u);
  EXPECT_FALSE(seen.reported);
}

TEST(Usage, DepthIsNoObject) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_EQ(scan("{\"deep\":" + deep + ",\"usage\":{\"prompt_tokens\":3}}").usage,
            usage(3, 0, 0, 0));
  EXPECT_FALSE(scan("{\"deep\":" + std::string(1'000'000, '{')).reported);
}

TEST(Usage, TakesLinearTimeWhateverComes) {
  const std::string shapes[] = {
      std::string(1 << 16, 'a'),
      "data: " + std::string(1 << 16, 'a'),
      "{\"a\":\"" + std::string(1 << 16, '\\'),
      "data: {" + std::string(1 << 16, '"'),
      std::string(1 << 16, '\r'),
      "{\"usage\":" + std::string(1 << 16, '9'),
  };
  std::string marks = "data: {";
  for (int i = 0; i < 5000; ++i) marks += "\"usage\":{},";
  for (const std::string& shape :
       {shapes[0], shapes[1], shapes[2], shapes[3], shapes[4], shapes[5], marks}) {
    for (const std::size_t chunk :
         {std::size_t{1}, std::size_t{7}, std::size_t{4096}, shape.size()}) {
      UsageScanner scanner;
      const auto bytes = base::as_bytes(shape);
      for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        scanner.feed(bytes.subspan(at, std::min(chunk, bytes.size() - at)));
      }
      EXPECT_LE(scanner.steps(), 4 * shape.size())
          << shape.substr(0, 20) << " in chunks of " << chunk;
    }
  }
}

// Random JSON objects with usage here and there, against a parser that sees them whole.
nlohmann::json random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return random() % 1000;
    case 3:
      return static_cast<double>(random() % 1000) / 8 + 0.01;
    case 4:
      return std::string(random() % 4, "a\"\\{}\n"[random() % 6]);
    case 5: {
      nlohmann::json array = nlohmann::json::array();
      for (unsigned i = random() % 3; i > 0; --i) array.push_back(random_value(random, depth - 1));
      return array;
    }
  }
  static const char* const kKeys[] = {"usage",
                                      "prompt_tokens",
                                      "completion_tokens",
                                      "prompt_tokens_details",
                                      "cached_tokens",
                                      "choices",
                                      "delta",
                                      "content",
                                      "other\"\\"};
  nlohmann::json object = nlohmann::json::object();
  for (unsigned i = random() % 5; i > 0; --i)
    object[kKeys[random() % 9]] = random_value(random, depth - 1);
  return object;
}

std::int64_t count_at(const nlohmann::json& value, const char* pointer) {
  const nlohmann::json::json_pointer where(pointer);
  if (!value.is_object() || !value.contains(where) || !value[where].is_number_unsigned()) return 0;
  return value[where].get<std::int64_t>();
}

TEST(Usage, AgreesWithAParserOfWholeObjects) {
  constexpr unsigned kSeed = 42;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  int reported = 0;
  for (int round = 0; round < 3000; ++round) {
    const bool events = random() % 2 == 0;
    std::string body;
    base::TokenUsage expected;
    for (unsigned i = 1 + random() % 3; i > 0; --i) {
      nlohmann::json object = nlohmann::json::object();
      object["usage"] = random_value(random, 3);
      object["x"] = random_value(random, 3);
      if (random() % 2 == 0 && object["usage"].is_object())
        object["usage"]["prompt_tokens"] = random() % 50;
      body += (events ? "data: " : "") + object.dump(!events && random() % 2 == 0 ? 2 : -1) +
              (events ? "\n\n" : "\n");
      expected.prompt.count =
          std::max(expected.prompt.count, count_at(object, "/usage/prompt_tokens"));
      expected.completion.count =
          std::max(expected.completion.count, count_at(object, "/usage/completion_tokens"));
      expected.cached.count = std::max(
          expected.cached.count, count_at(object, "/usage/prompt_tokens_details/cached_tokens"));
    }
    expected.cached = std::min(expected.cached, expected.prompt);
    const std::size_t cut = random() % body.size();
    UsageScanner scanner;
    scanner.feed(base::as_bytes(std::string_view(body).substr(0, cut)));
    scanner.feed(base::as_bytes(std::string_view(body).substr(cut)));
    ASSERT_EQ(scanner.usage(), expected) << body;
    reported += scanner.reported() ? 1 : 0;
  }
  EXPECT_GT(reported, 300);
}

}  // namespace
}  // namespace cocoon::openai
