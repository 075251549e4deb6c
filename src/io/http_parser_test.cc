#include "io/http_parser.h"

#include <gtest/gtest.h>

namespace cocoon::io {
namespace {

struct Outcome {
  bool done = false;
  unsigned refused = 0;  // status
  std::size_t used = 0;
  HttpRequest request;
};

// Gives the text in two parts, as a connection does: what the first call leaves is given again.
Outcome parse(std::string_view text, std::size_t split, std::size_t body_max = 1000) {
  HttpRequestParser parser(body_max);
  Outcome outcome;
  outcome.used = parser.handle_bytes(base::as_bytes(text.substr(0, split)));
  if (!parser.done() && !parser.refusal()) {
    outcome.used += parser.handle_bytes(base::as_bytes(text.substr(outcome.used)));
  }
  outcome.refused = parser.refusal() ? parser.refusal()->status : 0;
  outcome.done = !parser.refusal() && parser.done();
  if (outcome.done) outcome.request = parser.take_request();
  return outcome;
}

TEST(HttpRequestParserTest, SameRequestWhereverItIsSplit) {
  const std::string plain =
      "POST /v1/x?y=1 HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\nX-Empty:\r\n\r\nhello";
  const std::string chunked =
      "POST /v1/x?y=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nX-Empty: \r\n\r\n"
      "2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n";
  for (const std::string& text : {plain, chunked}) {
    for (std::size_t split = 0; split <= text.size(); ++split) {
      const Outcome outcome = parse(text + "GET /next", split);
      ASSERT_TRUE(outcome.done) << split;
      EXPECT_EQ(outcome.used, text.size()) << split;
      EXPECT_EQ(outcome.request.method, "POST");
      EXPECT_EQ(outcome.request.target, "/v1/x?y=1");
      EXPECT_EQ(base::to_text(outcome.request.body), "hello");
      EXPECT_EQ(outcome.request.headers.get("HOST"), "a");
      EXPECT_EQ(outcome.request.headers.get("X-Empty"), "");
      EXPECT_FALSE(outcome.request.headers.has("X-Trailer"));
    }
  }
}

TEST(HttpRequestParserTest, RefusesByStatus) {
  const std::string host = "Host: a\r\n";
  const std::string many = [] {
    std::string fields;
    for (int i = 0; i < 200; ++i) fields += "A: b\r\n";
    return fields;
  }();
  const std::vector<std::pair<std::string, unsigned>> rows = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
      {"GET /\r\n\r\n", 400},
      {"\r\nGET / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "A: b\x01\r\n\r\n", 400},
      {"GET / HTTP/1.1\n" + host + "\r\n", 505},
      {"GET / HTTP/1.1\r\n" + host + many + "\r\n", 431},
      {"GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\n" + host + "\r\n", 431},
      {"GET / HTTP/1.1\r\n" + host + "A: " + std::string(40'000, 'x') + "\r\n\r\n", 431},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1001\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, identity\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Expect: a-miracle\r\nContent-Length: 1\r\n\r\n", 417},
      {std::string("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16), 400},
      {"\x16\x03\x01\x02", 400},
  };
  for (const auto& [text, status] : rows) {
    for (const std::size_t split : {std::size_t{0}, text.size() / 2, text.size()}) {
      EXPECT_EQ(parse(text, split).refused, status) << text.substr(0, 100);
    }
  }
}

struct Answer {
  bool done = false;
  bool keep_alive = false;
  unsigned status = 0;
  std::string content_type;
  std::string body;
  std::string failure;
};

Answer parse_answer(std::string_view text, std::size_t split, bool ends) {
  HttpResponseParser parser(ResponseBody::Expected);
  Answer answer;
  parser.on_head = [&](unsigned status, const HttpHeaders& headers) {
    answer.status = status;
    answer.content_type = headers.get("content-type").value_or("");
  };
  parser.on_body = [&](base::BytesView bytes) { answer.body += base::as_text(bytes); };
  const std::size_t used = parser.handle_bytes(base::as_bytes(text.substr(0, split)));
  if (!parser.done() && parser.failure().empty())
    parser.handle_bytes(base::as_bytes(text.substr(used)));
  answer.failure = parser.failure();
  answer.done = parser.failure().empty() && (parser.done() || (ends && parser.handle_end()));
  answer.keep_alive = answer.done && parser.keep_alive();
  return answer;
}

TEST(HttpResponseParserTest, SameAnswerWhereverItIsSplit) {
  const std::string head = "HTTP/1.1 200 OK\r\nCONTENT-TYPE: a/b\r\n";
  const std::vector<std::pair<std::string, bool>> rows = {
      {head + "Content-length: 5\r\n\r\nhello", true},
      {head + "transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", true},
      {head + "\r\nhello", false},
  };
  for (const auto& [text, keep_alive] : rows) {
    for (std::size_t split = 0; split <= text.size(); ++split) {
      const Answer answer = parse_answer(text, split, true);
      ASSERT_TRUE(answer.done) << split << " " << answer.failure;
      EXPECT_EQ(answer.keep_alive, keep_alive);
      EXPECT_EQ(answer.status, 200U);
      EXPECT_EQ(answer.content_type, "a/b");
      EXPECT_EQ(answer.body, "hello");
    }
  }
}

TEST(HttpResponseParserTest, RefusesAndTruncates) {
  for (const char* bad :
       {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/3 200 OK\r\n\r\n",
        "hello, world, this is no HTTP", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"}) {
    const Answer answer = parse_answer(bad, 3, false);
    EXPECT_FALSE(answer.failure.empty()) << bad;
  }
  for (const char* cut : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\n",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    const Answer answer = parse_answer(cut, 3, true);
    EXPECT_FALSE(answer.done) << cut;
  }
}

TEST(HttpHeadersTest, FindsAndGuards) {
  HttpHeaders headers{{"Content-Type", "a/b"}, {"X-One", "1"}, {"x-one", "2"}};
  EXPECT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers.get("content-type"), "a/b");
  EXPECT_EQ(headers.get("X-ONE"), "1");
  EXPECT_FALSE(headers.has("X-On"));
  EXPECT_TRUE(headers.sendable());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"X", "a\r\nSet-Cookie: b"},
                                                        {"X", "a\nb"},
                                                        {"X", std::string("a\0b", 3)},
                                                        {"X\r\nY", "a"},
                                                        {"", "a"},
                                                        {"X Y", "a"},
                                                        {"X:", "a"},
                                                        {"X", "\x7f"}}) {
    HttpHeaders bad;
    bad.add(name, value);
    EXPECT_FALSE(bad.sendable()) << name << value;
  }
  HttpHeaders fine;
  fine.add("X-Umlaut", "\xc3\xa4\t!");
  EXPECT_TRUE(fine.sendable());
}

}  // namespace
}  // namespace cocoon::io
