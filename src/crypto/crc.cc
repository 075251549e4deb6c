// Table-driven checks; the 32-bit ones take eight bytes a step, since they run over every frame.
#include "crypto/crc.h"

#include <array>

namespace cocoon::crypto {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b] is the effect of byte b followed by k zero bytes.
constexpr Tables make_tables(std::uint32_t polynomial) {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ polynomial : value >> 1;
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kIeee = make_tables(0xedb88320);
constexpr Tables kCastagnoli = make_tables(0x82f63b78);

std::uint32_t reflected(const Tables& tables, base::BytesView data) {
  std::uint32_t value = 0xffffffff;
  std::size_t at = 0;
  for (; at + 8 <= data.size(); at += 8) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint32_t byte = (value >> 8 * i & 0xff) ^ data[at + i];
      next ^= tables[7 - i][byte] ^ tables[3 - i][data[at + 4 + i]];
    }
    value = next;
  }
  for (; at < data.size(); ++at) value = value >> 8 ^ tables[0][(value ^ data[at]) & 0xff];
  return ~value;
}

}  // namespace

std::uint32_t crc32(base::BytesView data) { return reflected(kIeee, data); }
std::uint32_t crc32c(base::BytesView data) { return reflected(kCastagnoli, data); }

std::uint16_t crc16_xmodem(base::BytesView data) {
  std::uint32_t value = 0;
  for (const std::uint32_t byte : data) {
    value ^= byte << 8;
    for (int bit = 0; bit < 8; ++bit) value = value & 0x8000 ? value << 1 ^ 0x1021 : value << 1;
    value &= 0xffff;
  }
  return static_cast<std::uint16_t>(value);
}

}  // namespace cocoon::crypto
