// The catalogue's check values, and the eight-bytes-a-step form against one bit at a time.
#include "crypto/crc.h"

#include <gtest/gtest.h>

#include <random>

namespace cocoon::crypto {
namespace {

using base::as_bytes;

std::uint32_t one_bit_at_a_time(std::uint32_t polynomial, base::BytesView data) {
  std::uint32_t value = 0xffffffff;
  for (const std::uint8_t byte : data) {
    value ^= byte;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ polynomial : value >> 1;
  }
  return ~value;
}

TEST(Crc, CheckValues) {
  EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc16_xmodem(as_bytes("123456789")), 0x31c3u);
}

TEST(Crc, Empty) {
  EXPECT_EQ(crc32({}), 0u);
  EXPECT_EQ(crc32c({}), 0u);
  EXPECT_EQ(crc16_xmodem({}), 0u);
}

TEST(Crc, EveryLengthMatchesTheSlowForm) {
  const unsigned seed = 20250101;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  base::Bytes data;
  for (int size = 0; size < 100; ++size) {
    EXPECT_EQ(crc32(data), one_bit_at_a_time(0xedb88320, data));
    EXPECT_EQ(crc32c(data), one_bit_at_a_time(0x82f63b78, data));
    data.push_back(static_cast<std::uint8_t>(random()));
  }
}

}  // namespace
}  // namespace cocoon::crypto
