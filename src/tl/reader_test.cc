// The primitive values: every form, every refusal.
#include "tl/reader.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tl/limits.h"
#include "tl/writer.h"

namespace cocoon::tl {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

// [WIRE-1]
TEST(Writer, Primitives) {
  base::Bytes out;
  Writer writer(out);
  writer.u32(0x01020304);
  writer.i32(-2);
  writer.i64(-3);
  writer.f64(1.5);
  writer.boolean(true);
  writer.boolean(false);
  EXPECT_EQ(base::to_hex(out),
            "04030201feffffff"
            "fdffffffffffffff"
            "000000000000f83f"
            "b5757299"
            "379779bc");
  Reader reader(out);
  EXPECT_EQ(reader.u32(), 0x01020304U);
  EXPECT_EQ(reader.i32(), -2);
  EXPECT_EQ(reader.i64(), -3);
  EXPECT_EQ(reader.f64(), 1.5);
  EXPECT_TRUE(reader.boolean());
  EXPECT_FALSE(reader.boolean());
  EXPECT_TRUE(reader.finish("all").ok());
}

// [WIRE-4]
TEST(Writer, StringsTakeTheShortestForm) {
  for (const std::size_t length :
       {0U, 1U, 2U, 3U, 4U, 253U, 254U, 255U, 256U, 65536U, (1U << 24U) - 1, 1U << 24U}) {
    const base::Bytes data(length, 0x61);
    base::Bytes out{1, 2, 3, 4};
    Writer(out).bytes(data);
    EXPECT_EQ(out.size(), 4 + string_size(length));
    EXPECT_EQ(out.size() % 4, 0U);
    const std::uint8_t first = length < 254           ? static_cast<std::uint8_t>(length)
                               : length < (1U << 24U) ? 0xfe
                                                      : 0xff;
    EXPECT_EQ(out[4], first);
    Reader reader(base::BytesView(out).subspan(4));
    EXPECT_TRUE(std::ranges::equal(reader.bytes(), data));
    EXPECT_TRUE(reader.finish("string").ok());
  }
}

TEST(Writer, GrowsAtLeastTwofold) {
  base::Bytes out(1000);
  out.shrink_to_fit();
  Writer(out).reserve(1);
  EXPECT_GE(out.capacity(), 2000U);
}

// [WIRE-5]: a longer form than necessary is understood.
TEST(Reader, AcceptsLongerFormsOfALength) {
  for (const char* text : {"02616200", "fe02000061620000", "ff0200000000000061620000"}) {
    const base::Bytes bytes = hex(text);
    Reader reader(bytes);
    EXPECT_EQ(reader.text(), "ab");
    EXPECT_TRUE(reader.finish("string").ok());
  }
}

struct BadString {
  const char* bytes;
  TlFault fault;
};

TEST(Reader, RefusesBadStrings) {
  const BadString cases[] = {
      {"", TlFault::Truncated},
      {"026162", TlFault::Truncated},
      {"0461626364", TlFault::Truncated},
      {"fe020000", TlFault::Truncated},
      {"fe02000061", TlFault::Truncated},
      {"ff020000", TlFault::Truncated},
      {"ff02000000000000", TlFault::Truncated},
      {"feffffff", TlFault::Truncated},
      {"ff01000100000000", TlFault::Truncated},
      {"ff01000001000000", TlFault::LengthTooLarge},
      {"ffffffffffffffff", TlFault::LengthTooLarge},
      {"01610001", TlFault::BadPadding},
      {"01610100", TlFault::BadPadding},
      {"00000001", TlFault::BadPadding},
      {"fe01000061000002", TlFault::BadPadding},
  };
  for (const BadString& bad : cases) {
    const base::Bytes bytes = hex(bad.bytes);
    Reader reader(bytes);
    EXPECT_TRUE(reader.bytes().empty());
    const auto finished = reader.finish("string");
    ASSERT_FALSE(finished.ok()) << bad.bytes;
    EXPECT_EQ(finished.error().reason(), reason_name(bad.fault)) << bad.bytes;
  }
}

// [WIRE-3]
TEST(Reader, RefusesOtherBools) {
  const base::Bytes bytes = hex("01000000");
  Reader reader(bytes);
  EXPECT_FALSE(reader.boolean());
  EXPECT_EQ(reader.fault(), TlFault::BadBool);
}

// [WIRE-6]
TEST(Reader, BoundsVectorCounts) {
  const base::Bytes fits =
      hex("02000000"
          "0000000000000000");
  Reader two(fits);
  EXPECT_EQ(two.vector_count(4), 2U);
  for (const std::size_t size : {5U, 8U, 100U}) {
    Reader reader(fits);
    EXPECT_EQ(reader.vector_count(size), 0U);
    EXPECT_EQ(reader.fault(), TlFault::VectorTooLong);
  }
  base::Bytes many(4 + 4 * (kMaxVectorLength + 1));
  Writer(many).u32(0);
  many[2] = 4;
  Reader at_limit(many);
  EXPECT_EQ(at_limit.vector_count(4), kMaxVectorLength);
  many[0] = 1;
  Reader above(many);
  EXPECT_EQ(above.vector_count(4), 0U);
  EXPECT_EQ(above.fault(), TlFault::VectorTooLong);
}

TEST(Reader, StaysAtTheFirstFault) {
  const base::Bytes bytes = hex("0100000002000000");
  Reader reader(bytes);
  EXPECT_FALSE(reader.boolean());
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_TRUE(reader.raw(1).empty());
  base::Bits128 untouched{7};
  reader.raw_into(untouched);
  EXPECT_EQ(untouched[0], 7);
  reader.fail(TlFault::VectorTooLong);
  EXPECT_EQ(reader.fault(), TlFault::BadBool);
}

TEST(Reader, RefusesTrailingBytes) {
  const base::Bytes bytes = hex("0100000002");
  Reader reader(bytes);
  EXPECT_EQ(reader.u32(), 1U);
  EXPECT_EQ(reader.finish("number").error().reason(), "trailing_bytes");
}

}  // namespace
}  // namespace cocoon::tl
