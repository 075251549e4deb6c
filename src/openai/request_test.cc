// Inspection of request bodies: what is read, what is refused, and that everything else passes byte
// by byte.
#include "openai/request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "openai/edit.h"

namespace cocoon::openai {
namespace {

using nlohmann::json;

constexpr std::string_view kChat = "/v1/chat/completions";

base::Result<RequestFacts> inspect_chat(std::string_view body) {
  return inspect_request(kChat, base::as_bytes(body));
}

std::string_view refusal(std::string_view body) {
  const auto facts = inspect_chat(body);
  return facts ? "accepted" : facts.error().reason();
}

std::string forwarded(std::string_view body) {
  const auto facts = inspect_chat(body);
  if (!facts) return std::string(facts.error().reason());
  const auto edited = forwarded_body(base::as_bytes(body), *facts);
  return edited ? base::to_text(*edited) : std::string(body);
}

TEST(Request, ReadsAnOrdinaryOne) {
  const auto facts =
      inspect_chat(R"({"model":"Qwen\/Qwen3-8B","messages":[{"role":"user","content":"hi"}],
    "stream":true,"stream_options":{"include_usage":true},"max_tokens":256,"n":2,"temperature":0.7})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->endpoint, Endpoint::ChatCompletions);
  EXPECT_EQ(facts->model, "Qwen/Qwen3-8B");
  EXPECT_TRUE(facts->stream);
  EXPECT_TRUE(facts->usage_requested);
  EXPECT_TRUE(facts->max_tokens_given);
  EXPECT_EQ(facts->max_tokens.count, 256);
  EXPECT_EQ(facts->choices, 2);
  EXPECT_EQ(facts->output_limit.count, 512);
  EXPECT_EQ(facts->options.max_coefficient, kDefaultMaxCoefficient);
  EXPECT_EQ(facts->options.timeout, kDefaultTimeout);
  EXPECT_TRUE(facts->edits.empty());
}

TEST(Request, ResponsesHaveALimitOfTheirOwnAndReportUsageAnyway) {
  const std::string_view body =
      R"({"model":"m","input":"hi","stream":true,"max_output_tokens":77,"max_tokens":"theirs","n":"x"})";
  const auto facts = inspect_request("/v1/responses", base::as_bytes(body));
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_EQ(facts->endpoint, Endpoint::Responses);
  EXPECT_TRUE(facts->stream);
  EXPECT_EQ(facts->output_limit.count, 77);
  EXPECT_TRUE(facts->edits.empty()) << "nothing to add: a response always ends with its usage";
}

TEST(Request, WhatGeneratesNothingReservesNothingForIt) {
  for (const char* path : {"/v1/embeddings", "/v1/rerank"}) {
    const std::string_view body =
        R"({"model":"m","input":["a","b"],"max_tokens":"theirs","cocoon":{"max_coefficient":5}})";
    const auto facts = inspect_request(path, base::as_bytes(body));
    ASSERT_TRUE(facts) << path;
    EXPECT_EQ(facts->output_limit.count, 0);
    EXPECT_EQ(facts->options.max_coefficient, 5);
    EXPECT_EQ(base::to_text(*forwarded_body(base::as_bytes(body), *facts)),
              R"({"model":"m","input":["a","b"],"max_tokens":"theirs"})");
  }
}

TEST(Request, OutputLimitsOfResponsesMeanNothingToAChat) {
  const auto facts = inspect_chat(R"({"model":"m","max_output_tokens":"engine's"})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->output_limit.count, kDefaultMaxTokens);
}

TEST(Request, HasDefaultsAndTakesNullForAbsent) {
  for (const char* body :
       {R"({"model":"m"})",
        R"({"model":"m","stream":null,"max_tokens":null,"max_completion_tokens":null,"n":null,
                               "best_of":null,"stream_options":null})"}) {
    const auto facts = inspect_chat(body);
    ASSERT_TRUE(facts) << body;
    EXPECT_FALSE(facts->stream);
    EXPECT_FALSE(facts->max_tokens_given);
    EXPECT_EQ(facts->output_limit.count, kDefaultMaxTokens);
    EXPECT_TRUE(facts->edits.empty());
  }
}

TEST(Request, ReadsOptionsInBothForms) {
  const auto check = [](std::string_view body) {
    const auto facts = inspect_chat(body);
    ASSERT_TRUE(facts) << body;
    EXPECT_EQ(facts->options.max_coefficient, 1500);
    EXPECT_EQ(facts->options.timeout, std::chrono::milliseconds(2500));
    EXPECT_TRUE(facts->options.enable_debug);
    EXPECT_EQ(facts->options.request_guid, "mine");
  };
  check(
      R"({"model":"m","max_coefficient":1500,"timeout":2.5,"enable_debug":true,"request_guid":"mine"})");
  check(
      R"({"cocoon":{"max_coefficient":1500,"timeout":2.5,"enable_debug":true,"request_guid":"mine"},"model":"m"})");
}

TEST(Request, KnowsItsPaths) {
  EXPECT_EQ(find_endpoint("/v1/completions?x=1"), Endpoint::Completions);
  EXPECT_EQ(find_endpoint("/v1/chat/completions"), Endpoint::ChatCompletions);
  for (const char* path :
       {"", "/", "/v1/chat/completions/", "/v1/Completions", "v1/completions", "/v1/models"}) {
    const auto facts = inspect_request(path, base::as_bytes(R"({"model":"m"})"));
    ASSERT_FALSE(facts);
    EXPECT_TRUE(facts.error().is(RequestFault::UnsupportedPath));
  }
}

TEST(Request, NamesWhatIsWrong) {
  for (const char* body :
       {"", "  ", "{", "{\"model\":\"m\"", "{\"model\":\"m\"} x", "{\"model\":\"m\",}", "nonsense",
        "{\"model\":\"\xff\"}", "[1", "{\"n\":\"wrong\",\"model\":\"m\"", "{\"model\":\"m\"}{}"}) {
    EXPECT_EQ(refusal(body), "invalid_json") << body;
  }
  for (const char* body : {"[]", " 5 ", "\"text\"", "null", "[{\"model\":\"m\"}]"}) {
    EXPECT_EQ(refusal(body), "not_an_object") << body;
  }
  EXPECT_EQ(refusal("{}"), "missing_model");
  EXPECT_EQ(refusal(R"({"model":""})"), "missing_model");
  EXPECT_EQ(refusal(R"({"model":"m","x":)" + std::string(200, '[') + std::string(200, ']') + "}"),
            "too_deep");
  EXPECT_EQ(refusal(R"({"model":"m","x":")" + std::string(kMaxRequestBytes, 'a') + "\"}"),
            "too_large");
}

TEST(Request, RefusesWrongTypesAndRangesByName) {
  struct Case {
    const char* member;
    const char* reason;
    const char* name;
  };
  const Case cases[] = {
      {R"("model":7)", "bad_type", "model"},
      {R"("model":null)", "bad_type", "model"},
      {R"("model":"\ud800")", "bad_type", "model"},
      {R"("stream":"yes")", "bad_type", "stream"},
      {R"("stream":1)", "bad_type", "stream"},
      {R"("stream_options":true)", "bad_type", "stream_options"},
      {R"("stream_options":{"include_usage":1})", "bad_type", "stream_options.include_usage"},
      {R"("max_tokens":"10")", "bad_type", "max_tokens"},
      {R"("max_tokens":10.0)", "bad_type", "max_tokens"},
      {R"("max_tokens":-1)", "out_of_range", "max_tokens"},
      {R"("max_tokens":10000001)", "out_of_range", "max_tokens"},
      {R"("max_tokens":4294967297)", "out_of_range", "max_tokens"},
      {R"("max_completion_tokens":99999999999999999999999)", "out_of_range",
       "max_completion_tokens"},
      {R"("n":0)", "out_of_range", "n"},
      {R"("best_of":129)", "out_of_range", "best_of"},
      {R"("max_coefficient":1000000000)", "out_of_range", "max_coefficient"},
      {R"("max_coefficient":-5)", "out_of_range", "max_coefficient"},
      {R"("timeout":"5")", "bad_type", "timeout"},
      {R"("timeout":0)", "out_of_range", "timeout"},
      {R"("timeout":1e999)", "out_of_range", "timeout"},
      {R"("enable_debug":0)", "bad_type", "enable_debug"},
      {R"("request_guid":[])", "bad_type", "request_guid"},
      {R"("cocoon":[])", "bad_type", "cocoon"},
      {R"("cocoon":{"max_price":3})", "unknown_option", "cocoon.max_price"},
      {R"("cocoon":{"timeout":true})", "bad_type", "cocoon.timeout"},
  };
  for (const Case& c : cases) {
    const std::string other = std::string_view(c.name) == "model" ? "\"x\":1" : "\"model\":\"m\"";
    const auto facts = inspect_chat("{" + other + "," + c.member + "}");
    ASSERT_FALSE(facts) << c.member;
    EXPECT_EQ(facts.error().reason(), c.reason) << c.member;
    EXPECT_TRUE(facts.error().message().starts_with(std::string(c.name) + ": "))
        << facts.error().message();
  }
  EXPECT_EQ(refusal(R"({"model":")" + std::string(257, 'm') + "\"}"), "out_of_range");
}

TEST(Request, RefusesMembersThatStandTwice) {
  for (const char* body : {
           R"({"model":"cheap","model":"dear"})",
           R"({"model":"cheap","mod\u0065l":"dear"})",
           R"({"model":"m","max_tokens":1,"max_tokens":1})",
           R"({"model":"m","timeout":1,"cocoon":{"timeout":2}})",
           R"({"model":"m","cocoon":{},"cocoon":{}})",
           R"({"model":"m","stream_options":{"include_usage":true,"include_usage":false}})",
       }) {
    EXPECT_EQ(refusal(body), "duplicate_member") << body;
  }
  // Of members that only the engine reads, it is the engine's business.
  EXPECT_EQ(refusal(R"({"model":"m","seed":1,"seed":2})"), "accepted");
}

TEST(Edit, ChangesOnlyWhatItMust) {
  const std::pair<const char*, const char*> cases[] = {
      // Nothing to do.
      {R"({ "model" : "m" })", R"({ "model" : "m" })"},
      // Our members: first, in the middle, last, several last, all around.
      {R"({"timeout":1,"model":"m"})", R"({"model":"m"})"},
      {R"({"model":"m", "timeout":1, "seed":3})", R"({"model":"m", "seed":3})"},
      {R"({"model":"m","timeout":1})", R"({"model":"m"})"},
      {R"({"model":"m" , "timeout":1,"cocoon":{} ,"enable_debug":false })", R"({"model":"m" })"},
      {R"({"request_guid":"g","model":"m","cocoon":{"enable_debug":true},"seed":1,"timeout":null})",
       R"({"model":"m","seed":1})"},
      // The limit that is overridden goes, in either order.
      {R"({"model":"m","max_tokens":9,"max_completion_tokens":5})",
       R"({"model":"m","max_completion_tokens":5})"},
      {R"({"max_completion_tokens":5,"model":"m","max_tokens":9,"timeout":3})",
       R"({"max_completion_tokens":5,"model":"m"})"},
      // A stream must report its usage.
      {R"({"model":"m","stream":true})",
       R"({"stream_options":{"include_usage":true},"model":"m","stream":true})"},
      {R"({"timeout":1,"model":"m","stream":true})",
       R"({"stream_options":{"include_usage":true},"model":"m","stream":true})"},
      {R"({"model":"m","stream":true,"stream_options":{}})",
       R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})"},
      {R"({"model":"m","stream":true,"stream_options":{ "x":1}})",
       R"({"model":"m","stream":true,"stream_options":{"include_usage":true, "x":1}})"},
      {R"({"model":"m","stream":true,"stream_options":{"include_usage": false ,"x":1}})",
       R"({"model":"m","stream":true,"stream_options":{"include_usage": true ,"x":1}})"},
      {R"({"model":"m","stream":true,"stream_options":{"include_usage":null}})",
       R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})"},
      {R"({"model":"m","stream":true,"stream_options":null})",
       R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})"},
      {R"({"model":"m","stream":false,"stream_options":{"include_usage":false}})",
       R"({"model":"m","stream":false,"stream_options":{"include_usage":false}})"},
  };
  for (const auto& [body, expected] : cases) EXPECT_EQ(forwarded(body), expected) << body;
}

TEST(Edit, OverridingLimitIsTheOneThatCounts) {
  const auto facts =
      inspect_chat(R"({"model":"m","max_completion_tokens":5,"max_tokens":9,"best_of":3})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->max_tokens.count, 5);
  EXPECT_EQ(facts->output_limit.count, 15);
}

// A random body, and which of its members must come through, as they were written.
struct Sample {
  std::string body;
  std::vector<std::string> kept;
};

Sample make_sample(std::mt19937& random) {
  const std::string strangers[] = {
      R"("tools":[{"type":"function","function":{"name":"f","parameters":{"max":18446744073709551616}}}])",
      R"("messages" : [ {"role":"user","content":"\"model\":\"other\", \u00e9😀"} ])",
      R"("logit_bias":{"50256":-100})",
      R"("response_format":{"type":"json_schema"})",
      R"("seed":-1)",
      R"("metadata":{"timeout":1,"cocoon":{}})",
      R"("":null)",
      R"("temperature":1.5e-1)",
  };
  const std::string own[] = {R"("timeout":12.5)", R"("max_coefficient" : 12)",
                             R"("enable_debug":true)", R"("request_guid":"}{,\"")",
                             R"("cocoon":{ })"};
  std::vector<std::pair<std::string, bool>> members = {{R"("model": "m")", true}};
  for (const std::string& member : strangers) {
    if (random() % 2 == 0) members.emplace_back(member, true);
  }
  for (const std::string& member : own) {
    if (random() % 2 == 0) members.emplace_back(member, false);
  }
  if (random() % 2 == 0) members.emplace_back("\"stream\":true", true);
  std::shuffle(members.begin(), members.end(), random);
  const auto space = [&random] { return std::string(random() % 3, " \n\t"[random() % 3]); };
  Sample sample;
  sample.body = space() + "{" + space();
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) sample.body += space() + "," + space();
    sample.body += members[i].first;
    if (members[i].second) sample.kept.push_back(members[i].first);
  }
  sample.body += space() + "}" + space();
  return sample;
}

TEST(Edit, EveryOtherMemberPassesAsItWasWritten) {
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 3000; ++round) {
    const Sample sample = make_sample(random);
    const std::string out = forwarded(sample.body);
    std::size_t at = 0;
    for (const std::string& member : sample.kept) {
      const std::size_t found = out.find(member, at);
      ASSERT_NE(found, std::string::npos) << sample.body << "\n" << out;
      at = found + member.size();
    }
    json expected = json::parse(sample.body);
    for (const char* name :
         {"timeout", "max_coefficient", "enable_debug", "request_guid", "cocoon"}) {
      expected.erase(name);
    }
    if (expected.contains("stream")) expected["stream_options"]["include_usage"] = true;
    ASSERT_EQ(json::parse(out), expected) << sample.body << "\n" << out;
    // What goes out is taken again, and needs no further change.
    ASSERT_EQ(forwarded(out), out);
  }
}

TEST(Request, EveryTruncationIsRefused) {
  const std::string body =
      R"({"model":"m","stream":true,"stream_options":{"include_usage":false},"cocoon":{"timeout":2}})";
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_EQ(refusal(body.substr(0, size)), "invalid_json") << size;
  }
}

}  // namespace
}  // namespace cocoon::openai
