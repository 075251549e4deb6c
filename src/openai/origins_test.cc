// Pages in browsers: whom the gateway answers, whom it refuses, and what a browser is told.
#include "openai/origins.h"

#include <gtest/gtest.h>

#include <map>

namespace cocoon::openai {
namespace {

const std::vector<std::string> kOne{"https://chat.example.org"};
const std::vector<std::string> kAll{"*"};

std::vector<Header> from(std::string origin, std::string host = "127.0.0.1:10000") {
  return {{"Host", std::move(host)}, {"Origin", std::move(origin)}};
}

TEST(Origins, ProgramsSendNone) {
  EXPECT_EQ(judge_origin({}, {}), OriginVerdict::NotABrowser);
  EXPECT_TRUE(cors_headers({}, kAll, CorsAnswer::Request).empty());
}

TEST(Origins, OnlyListedPagesAndOurOwnMayCall) {
  EXPECT_EQ(judge_origin(from("https://chat.example.org"), kOne), OriginVerdict::Allowed);
  EXPECT_EQ(judge_origin(from("https://evil.example"), kOne), OriginVerdict::Refused);
  EXPECT_EQ(judge_origin(from("https://evil.example"), kAll), OriginVerdict::Allowed);
  EXPECT_EQ(judge_origin(from("null"), kOne), OriginVerdict::Refused);
  EXPECT_EQ(judge_origin(from("http://127.0.0.1:10000"), {}), OriginVerdict::Own);
  EXPECT_EQ(judge_origin(from("http://localhost:3000", "localhost:3000"), {}), OriginVerdict::Own);
  EXPECT_EQ(judge_origin(from("http://[::1]:3000", "[::1]:3000"), {}), OriginVerdict::Own);
  EXPECT_EQ(judge_origin(from("http://127.0.0.1:3000"), {}), OriginVerdict::Refused)
      << "another server on this machine";
  EXPECT_EQ(judge_origin(from("http://evil.example:10000", "evil.example:10000"), {}),
            OriginVerdict::Refused)
      << "a name of a stranger that leads to this machine";
}

TEST(Origins, ABrowserIsToldWhatItAskedFor) {
  auto headers = from("https://chat.example.org");
  headers.push_back({"access-control-request-headers", "authorization,content-type"});
  std::map<std::string, std::string> told;
  for (const auto& header : cors_headers(headers, kOne, CorsAnswer::Preflight)) {
    told[header.name] = header.value;
  }
  EXPECT_EQ(told["Access-Control-Allow-Origin"], "https://chat.example.org");
  EXPECT_EQ(told["Access-Control-Allow-Headers"], "authorization,content-type");
  EXPECT_EQ(told["Vary"], "Origin");
  EXPECT_TRUE(cors_headers(from("https://evil.example"), kOne, CorsAnswer::Preflight).empty());
  headers.back().value = "x\r\nSet-Cookie: a";
  for (const auto& header : cors_headers(headers, kOne, CorsAnswer::Preflight)) {
    EXPECT_NE(header.name, "Access-Control-Allow-Headers");
  }
}

}  // namespace
}  // namespace cocoon::openai
