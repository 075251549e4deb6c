// Frames in every portioning; every refusal.
#include "session/frame.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "session/testing.h"

namespace cocoon::session {
namespace {

base::Bytes bytes_of_hex(std::string_view text) { return *base::from_hex(text); }

// Reads `input` in portions of `portion` bytes and returns the payloads.
std::vector<base::Bytes> read_all(FrameReader& reader, const base::Bytes& input,
                                  std::size_t portion) {
  std::vector<base::Bytes> payloads;
  for (std::size_t from = 0; from < input.size(); from += portion) {
    base::BytesView view =
        base::BytesView(input).subspan(from, std::min(portion, input.size() - from));
    for (;;) {
      const auto payload = reader.next(view);
      EXPECT_TRUE(payload.ok());
      if (!payload.ok() || !*payload) break;
      payloads.push_back(base::to_bytes(**payload));
    }
    EXPECT_TRUE(view.empty());
  }
  return payloads;
}

std::string refusal(std::string_view bytes, std::size_t max_payload = kMaxFramePayload) {
  FrameReader reader(max_payload);
  const base::Bytes input = bytes_of_hex(bytes);
  base::BytesView view = input;
  const auto payload = reader.next(view);
  return payload.ok() ? "accepted" : std::string(payload.error().reason());
}

// [WIRE-20]
TEST(Frame, Example) {
  FrameWriter writer;
  const base::Bytes frame = framed(writer, tl::TcpConnect{0x1122334455667788});
  EXPECT_EQ(base::to_hex(frame),
            "0c00000000000000"
            "61427ca5"
            "8877665544332211");
  const base::Bytes second = framed(writer, tl::TcpPing{1});
  EXPECT_EQ(base::to_hex(second),
            "0c00000001000000"
            "7c62e9bb"
            "0100000000000000");
}

TEST(Frame, AnyPortioningYieldsTheSamePayloads) {
  SeededRandom random(1);
  FrameWriter writer;
  base::Bytes stream;
  std::vector<base::Bytes> sent;
  for (const std::size_t size : {4U, 5U, 8U, 100U, 4U, 70'000U, 12U, 1000U}) {
    base::Bytes payload(size);
    random.fill(payload);
    writer.append(stream, payload);
    sent.push_back(std::move(payload));
  }
  for (const std::size_t portion : {1U, 2U, 3U, 7U, 8U, 9U, 12U, 13U, 4096U, 65'536U, 1'000'000U}) {
    FrameReader reader;
    EXPECT_EQ(read_all(reader, stream, portion), sent) << "portions of " << portion;
    EXPECT_EQ(reader.partial_size(), 0U);
  }
}

TEST(Frame, AWholeFrameIsNotCopied) {
  FrameWriter writer;
  base::Bytes stream;
  writer.append(stream, base::Bytes(100, 1));
  writer.append(stream, base::Bytes(100, 2));
  FrameReader reader;
  base::BytesView view = stream;
  EXPECT_EQ((*reader.next(view))->data(), stream.data() + 8);
  EXPECT_EQ((*reader.next(view))->data(), stream.data() + 116);
}

TEST(Frame, ReadsOnWithoutCopyAfterAGatheredFrame) {
  FrameWriter writer;
  base::Bytes stream;
  writer.append(stream, base::Bytes(100, 1));
  writer.append(stream, base::Bytes(100, 2));
  FrameReader reader;
  base::BytesView first = base::BytesView(stream).first(50);
  EXPECT_FALSE((*reader.next(first)).has_value());
  EXPECT_EQ(reader.partial_size(), 50U);
  base::BytesView rest = base::BytesView(stream).subspan(50);
  EXPECT_EQ((*reader.next(rest))->size(), 100U);
  EXPECT_EQ(reader.partial_size(), 0U);
  EXPECT_EQ((*reader.next(rest))->data(), stream.data() + 116);
  EXPECT_FALSE((*reader.next(rest)).has_value());
}

TEST(Frame, RefusesLengthsOutsideTheBounds) {
  EXPECT_EQ(refusal("0000000000000000"), "frame_too_short");
  EXPECT_EQ(refusal("0300000000000000aabbcc"), "frame_too_short");
  EXPECT_EQ(refusal("0400000000000000aabbccdd"), "accepted");
  EXPECT_EQ(refusal("0000000100000000"), "accepted");  // 2^24, more to come
  EXPECT_EQ(refusal("0100000100000000"), "frame_too_long");
  EXPECT_EQ(refusal("ffffffff00000000"), "frame_too_long");
  EXPECT_EQ(refusal("4000000000000000", 64), "accepted");
  EXPECT_EQ(refusal("4100000000000000", 64), "frame_too_long");
}

// [WIRE-21]
TEST(Frame, RefusesOtherSequenceNumbers) {
  EXPECT_EQ(refusal("0400000001000000aabbccdd"), "wrong_sequence_number");
  EXPECT_EQ(refusal("04000000ffffffffaabbccdd"), "wrong_sequence_number");
  const base::Bytes twice = bytes_of_hex(
      "0400000000000000aabbccdd"
      "0400000000000000aabbccdd");
  FrameReader reader;
  base::BytesView view = twice;
  EXPECT_TRUE(reader.next(view).ok());
  EXPECT_EQ(reader.next(view).error().reason(), "wrong_sequence_number");
}

TEST(Frame, StaysFailed) {
  const base::Bytes bad = bytes_of_hex("0300000000000000");
  const base::Bytes good = bytes_of_hex("0400000000000000aabbccdd");
  FrameReader reader;
  base::BytesView view = bad;
  EXPECT_FALSE(reader.next(view).ok());
  view = good;
  EXPECT_EQ(reader.next(view).error().reason(), "frame_too_short");
}

TEST(Frame, ABadHeaderInPiecesIsRefusedOnceComplete) {
  const base::Bytes bad = bytes_of_hex("0300000000000000");
  FrameReader reader;
  base::BytesView head = base::BytesView(bad).first(7);
  EXPECT_TRUE(reader.next(head).ok());
  base::BytesView tail = base::BytesView(bad).subspan(7);
  EXPECT_FALSE(reader.next(tail).ok());
}

}  // namespace
}  // namespace cocoon::session
