// Runs of bits within bytes, most significant bit first. The caller has checked that they lie
// inside.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace cocoon::ton {

// `count` bits (at most 64) from bit `offset` on, as a number.
inline std::uint64_t read_bits(base::BytesView data, std::size_t offset, unsigned count) {
  std::uint64_t value = 0;
  while (count > 0) {
    const unsigned in_byte = static_cast<unsigned>(offset % 8);
    const unsigned take = std::min(8 - in_byte, count);
    const unsigned byte = data[offset / 8];
    const unsigned part = byte >> (8 - in_byte - take) & ((1u << take) - 1);
    value = value << take | part;
    offset += take;
    count -= take;
  }
  return value;
}

// Writes the lowest `count` bits (at most 64) of `value`; the bits written over must be zero.
inline void write_bits(std::span<std::uint8_t> data, std::size_t offset, std::uint64_t value,
                       unsigned count) {
  while (count > 0) {
    const unsigned in_byte = static_cast<unsigned>(offset % 8);
    const unsigned take = std::min(8 - in_byte, count);
    const auto part = static_cast<unsigned>(value >> (count - take)) & ((1u << take) - 1);
    const unsigned shifted = part << (8 - in_byte - take);
    data[offset / 8] = static_cast<std::uint8_t>(data[offset / 8] | shifted);
    offset += take;
    count -= take;
  }
}

// Copies `count` bits; those written over must be zero.
inline void copy_bits(std::span<std::uint8_t> to, std::size_t to_offset, base::BytesView from,
                      std::size_t from_offset, std::size_t count) {
  if (to_offset % 8 == 0 && from_offset % 8 == 0) {
    const base::BytesView whole = from.subspan(from_offset / 8, count / 8);
    std::copy(whole.begin(), whole.end(), to.subspan(to_offset / 8).begin());
    to_offset += whole.size() * 8;
    from_offset += whole.size() * 8;
    count %= 8;
  }
  while (count > 0) {
    const auto take = static_cast<unsigned>(std::min<std::size_t>(count, 64));
    write_bits(to, to_offset, read_bits(from, from_offset, take), take);
    to_offset += take;
    from_offset += take;
    count -= take;
  }
}

}  // namespace cocoon::ton
