// What travels and what doesn't.
#include "openai/headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openai/limits.h"

namespace cocoon::openai {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Headers, OnlyTheNeededOnesReachTheNetwork) {
  const std::vector<Header> headers = {
      {"Host", "localhost"},
      {"Authorization", "Bearer sk-1"},
      {"Cookie", "a=b"},
      {"X-Api-Key", "k"},
      {"User-Agent", "OpenAI/Python"},
      {"X-Forwarded-For", "10.0.0.1"},
      {"CONTENT-TYPE", "application/json"},
      {"Accept", "*/*"},
      {"Content-Length", "12"},
      {"Transfer-Encoding", "chunked"},
      {"Connection", "keep-alive, X-Odd"},
      {"X-Odd", "1"},
      {"X-Stainless-OS", "Linux"},
  };
  EXPECT_THAT(headers_to_network(headers),
              ElementsAre(Header{"CONTENT-TYPE", "application/json"}, Header{"Accept", "*/*"}));
}

TEST(Headers, TheEngineStaysHiddenAndTimesPass) {
  const std::vector<Header> headers = {
      {"Server", "llama.cpp"}, {"Set-Cookie", "x"},  {"content-type", "text/event-stream"},
      {"Content-Length", "5"}, {"Retry-After", "3"}, {"x-cocoon-worker-start", "1.5"},
  };
  EXPECT_THAT(headers_from_engine(headers),
              ElementsAre(Header{"content-type", "text/event-stream"}, Header{"Retry-After", "3"}));
  EXPECT_THAT(headers_to_caller(headers),
              ElementsAre(Header{"content-type", "text/event-stream"}, Header{"Retry-After", "3"},
                          Header{"x-cocoon-worker-start", "1.5"}));
}

TEST(Headers, HonoursConnectionAndRefusesBadValues) {
  EXPECT_THAT(
      headers_to_network(std::vector<Header>{{"Accept", "a"}, {"connection", "close ,\taccept"}}),
      IsEmpty());
  EXPECT_THAT(headers_to_network(std::vector<Header>{{"Accept", "a\r\nEvil: 1"}}), IsEmpty());
  EXPECT_THAT(headers_to_network(
                  std::vector<Header>{{"Accept", std::string(kMaxHeaderValueBytes + 1, 'a')}}),
              IsEmpty());
  EXPECT_THAT(headers_to_network(std::vector<Header>{{"Accept", "a"}, {"accept", "b"}}),
              ElementsAre(Header{"Accept", "a"}));
}

}  // namespace
}  // namespace cocoon::openai
