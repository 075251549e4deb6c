// Fixed fields of binary evidence: little-endian integers and byte arrays at known offsets.
//
// The caller has checked that the bytes are there: these do not look for the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace cocoon::attest {

template <class Integer>
Integer little_endian(base::BytesView bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(Integer); i-- > 0;) value = value << 8 | bytes[offset + i];
  return static_cast<Integer>(value);
}

template <class Integer>
Integer big_endian(base::BytesView bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) value = value << 8 | bytes[offset + i];
  return static_cast<Integer>(value);
}

template <std::size_t N>
void copy_from(base::BytesView bytes, std::size_t offset, std::array<std::uint8_t, N>& out) {
  std::ranges::copy(bytes.subspan(offset, N), out.begin());
}

}  // namespace cocoon::attest
