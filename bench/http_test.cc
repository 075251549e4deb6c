// The benchmark's HTTP reader on whole, split and broken input: a wrong reader would report wrong
// numbers.
#include "http.h"

#include <gtest/gtest.h>

#include <string>

namespace bench {
namespace {

struct BodyResult {
  std::string data;
  std::size_t consumed = 0;
  bool done = false;
  bool failed = false;
};

// Feeds the input in pieces of `step` bytes, keeping what was not consumed, as a socket reader
// does.
BodyResult read_body(const Head& head, UnsizedBody unsized, std::string_view input,
                     std::size_t step) {
  BodyReader reader(head, unsized);
  BodyResult result;
  std::string buffer;
  for (std::size_t at = 0; at < input.size() && !reader.done() && !reader.failed(); at += step) {
    buffer += input.substr(at, step);
    while (true) {
      const BodyReader::Piece piece = reader.next(buffer);
      if (piece.consumed == 0) break;
      result.data += piece.data;
      result.consumed += piece.consumed;
      buffer.erase(0, piece.consumed);
    }
  }
  result.done = reader.done();
  result.failed = reader.failed();
  return result;
}

TEST(BenchHttp, HeadIsIncompleteUntilTheEmptyLine) {
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(parse_head(std::string_view(text).substr(0, size)).state, HeadState::Incomplete);
  }
  const std::string with_body = text + "hello";
  const Head head = parse_head(with_body);
  EXPECT_EQ(head.state, HeadState::Complete);
  EXPECT_EQ(head.size, text.size());
  EXPECT_EQ(status_of(head.start_line), 200);
  EXPECT_EQ(head.content_length, 5U);
}

TEST(BenchHttp, HeaderNamesAndValuesIgnoreCase) {
  const Head head = parse_head(
      "POST / HTTP/1.1\r\nTRANSFER-encoding: Chunked\r\nconnection:CLOSE\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_TRUE(head.chunked);
  EXPECT_TRUE(head.close);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_EQ(status_of(head.start_line), 0);
}

TEST(BenchHttp, BrokenHeadsAreInvalid) {
  EXPECT_EQ(parse_head("A B C\r\nno colon\r\n\r\n").state, HeadState::Invalid);
  EXPECT_EQ(parse_head("A B C\r\nContent-Length: 5x\r\n\r\n").state, HeadState::Invalid);
  EXPECT_EQ(parse_head("A B C\r\nTransfer-Encoding: gzip\r\n\r\n").state, HeadState::Invalid);
}

TEST(BenchHttp, BodiesSurviveEverySplit) {
  Head sized;
  sized.content_length = 11;
  Head chunked;
  chunked.chunked = true;
  const std::string chunks = "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\nNEXT";
  for (std::size_t step = 1; step < 50; ++step) {
    const BodyResult a = read_body(sized, UnsizedBody::Empty, "hello worldNEXT", step);
    EXPECT_EQ(a.data, "hello world");
    EXPECT_TRUE(a.done);
    EXPECT_EQ(a.consumed, 11U);
    const BodyResult b = read_body(chunked, UnsizedBody::Empty, chunks, step);
    EXPECT_EQ(b.data, "hello world");
    EXPECT_TRUE(b.done);
    EXPECT_EQ(b.consumed, chunks.size() - 4);
  }
}

TEST(BenchHttp, BrokenChunksFail) {
  Head head;
  head.chunked = true;
  EXPECT_TRUE(read_body(head, UnsizedBody::Empty, "zz\r\n", 9).failed);
  EXPECT_TRUE(read_body(head, UnsizedBody::Empty, "1\r\nabc\r\n", 9).failed);
}

TEST(BenchHttp, UnsizedBodiesEndAtOnceOrWithTheConnection) {
  EXPECT_TRUE(BodyReader(Head{}, UnsizedBody::Empty).done());
  const BodyResult open = read_body(Head{}, UnsizedBody::UntilClose, "abc", 2);
  EXPECT_EQ(open.data, "abc");
  EXPECT_FALSE(open.done);
}

}  // namespace
}  // namespace bench
