// The reader against nlohmann's, on fixed cases, on damaged documents and at its own bounds.
#include "openai/json_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "openai/json_text.h"

namespace cocoon::openai {
namespace {

std::optional<JsonFault> fault_of(std::string_view text) {
  JsonReader reader(base::as_bytes(text), 0, 0);
  reader.skip_space();
  const auto kind = reader.skip_value();
  reader.skip_space();
  if (kind && reader.at() == text.size()) return std::nullopt;
  return kind ? JsonFault::Syntax : reader.fault();
}
bool accepts(std::string_view text) { return !fault_of(text); }

TEST(JsonReader, TakesWhatTheStandardAllows) {
  for (const char* text : {
           "{}",
           " [ ] ",
           "\"\"",
           "0",
           "-0",
           "12.5e-3",
           "1E+9",
           "true",
           "false",
           "null",
           R"({"a":{"b":[1,2,{"c":null}]},"a":3})",
           R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
           "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
           // Numbers and escapes that no C++ type holds are still JSON.
           "123456789012345678901234567890",
           "1e999",
           R"("\ud800")",
       }) {
    EXPECT_TRUE(accepts(text)) << text;
  }
}

TEST(JsonReader, RefusesTheRest) {
  for (const char* text : {
           "",
           " ",
           "{",
           "}",
           "[1,]",
           "[,1]",
           "{\"a\"}",
           "{\"a\":}",
           "{\"a\":1,}",
           "{a:1}",
           "{'a':1}",
           "01",
           "-",
           "+1",
           "1.",
           ".5",
           "1e",
           "0x10",
           "tru",
           "truex",
           "nulls",
           "\"",
           "\"\\x\"",
           "\"\\u12g4\"",
           "\"\\u12\"",
           "\"a\nb\"",
           "[1 2]",
           "{} {}",
           "[}",
           "NaN",
           "Infinity",
           "// no\n{}",
           "\"\x80\"",
           "\"\xc0\xaf\"",
           "\"\xed\xa0\x80\"",
           "\"\xf4\x90\x80\x80\"",
           "\"\xe2\x82\"",
           "\"\xff\"",
       }) {
    EXPECT_EQ(fault_of(text), JsonFault::Syntax) << text;
  }
  EXPECT_FALSE(accepts(std::string_view("\"\\\0\"", 4)));
}

TEST(JsonReader, BoundsTheDepth) {
  const auto nested = [](int depth, const std::string& open, const std::string& inside,
                         const std::string& close) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += inside;
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  };
  EXPECT_TRUE(accepts(nested(kMaxJsonDepth, "[", "", "]")));
  EXPECT_EQ(fault_of(nested(kMaxJsonDepth + 1, "[", "", "]")), JsonFault::TooDeep);
  EXPECT_TRUE(accepts(nested(kMaxJsonDepth, "{\"a\":", "1", "}")));
  EXPECT_EQ(fault_of(nested(kMaxJsonDepth + 1, "{\"a\":", "1", "}")), JsonFault::TooDeep);
  EXPECT_EQ(fault_of(std::string(1'000'000, '[')), JsonFault::TooDeep);
}

TEST(JsonReader, AgreesWithAnotherParserOnDamagedDocuments) {
  const std::string sample =
      R"({"model":"a\u0041","n":[1,-2.5,1e1,0,true,false,null,{"x":"\"\\é€😀"}],"":{"deep":[[[]]]}, "t" : "end"})";
  constexpr unsigned kSeed = 20261123;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  const std::string bytes = "{}[]\",:\\ue0123456789-+.truefalsn \n\x80\xc3\xed\xf0";
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = sample;
    const std::size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = bytes[random() % bytes.size()];
        break;
      case 1:
        text.erase(at, 1 + random() % 3);
        break;
      case 2:
        text.insert(at, 1, bytes[random() % bytes.size()]);
        break;
    }
    const bool theirs = nlohmann::json::accept(text);
    ASSERT_EQ(accepts(text), theirs) << text;
    accepted += theirs ? 1 : 0;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(JsonReader, FindsMembersAndTheirPlaces) {
  const std::string_view text = R"(  { "a" : 1 ,"b":[ {} ], "c":"x" } )";
  JsonObjectReader members(base::as_bytes(text), 2, 0);
  const auto piece = [&](std::size_t begin, std::size_t end) {
    return text.substr(begin, end - begin);
  };
  const auto a = members.next();
  ASSERT_TRUE(a);
  EXPECT_EQ(piece(a->begin, a->value.end), R"("a" : 1)");
  EXPECT_EQ(piece(a->key.begin, a->key.end), "a");
  EXPECT_EQ(a->previous_end, 3u);
  EXPECT_EQ(a->kind, JsonKind::Number);
  const auto b = members.next();
  ASSERT_TRUE(b);
  EXPECT_EQ(a->next_begin, b->begin);
  EXPECT_EQ(b->previous_end, a->value.end);
  EXPECT_EQ(piece(b->value.begin, b->value.end), "[ {} ]");
  const auto c = members.next();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->next_begin, std::nullopt);
  EXPECT_FALSE(members.next());
  EXPECT_TRUE(members.ended());
  EXPECT_EQ(members.at(), text.size() - 1);
}

TEST(JsonReader, DecodesStrings) {
  const auto decode = [](std::string_view inside) {
    return decode_json_string(base::as_bytes(inside), {0, inside.size()});
  };
  EXPECT_EQ(decode(R"(Qwen\/Qwen3\u002d8B \u00e9\u20ac\ud83d\ude00\n)"), "Qwen/Qwen3-8B é€😀\n");
  EXPECT_EQ(decode(R"(\ud83d)"), std::nullopt);
  EXPECT_EQ(decode(R"(\ud83dx\ude00)"), std::nullopt);
  EXPECT_EQ(decode(R"(\ude00\ud83d)"), std::nullopt);
}

TEST(JsonText, IsAlwaysReadBackTheSame) {
  std::string all;
  for (int c = 0; c < 128; ++c) all.push_back(static_cast<char>(c));
  for (const std::string& text : {all, std::string("é€😀"), std::string()}) {
    EXPECT_EQ(nlohmann::json::parse(json_string(text)).get<std::string>(), text);
  }
  EXPECT_EQ(nlohmann::json::parse(json_string("a\xff\xc3z\xed\xa0\x80")).get<std::string>(),
            "a��z���");
}

}  // namespace
}  // namespace cocoon::openai
