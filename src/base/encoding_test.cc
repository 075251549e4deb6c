#include "base/encoding.h"

#include <gtest/gtest.h>

namespace cocoon::base {
namespace {

// RFC 4648, section 10.
TEST(Base64, EncodesTheVectorsOfTheRfc) {
  EXPECT_EQ(to_base64(as_bytes("")), "");
  EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(to_base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, ReadsBackWhatItWrites) {
  Bytes bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST(Base64, RefusesWhatHasNoOneValue) {
  for (const auto* text : {"Z", "Zg=", "Zh==", "Zg===", "Z g=", "Zm9v=", "===="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Hex, RefusesOddLengthAndOtherCharacters) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
  EXPECT_FALSE(bits256_from_hex("00"));
  EXPECT_EQ(from_hex("00fF"), (Bytes{0, 255}));
}

}  // namespace
}  // namespace cocoon::base
