// Byte strings: owned, viewed, fixed, and their view as text.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cocoon::base {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using Bits128 = std::array<std::uint8_t, 16>;
using Bits256 = std::array<std::uint8_t, 32>;
using Bits384 = std::array<std::uint8_t, 48>;
using Bits512 = std::array<std::uint8_t, 64>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(BytesView view) { return {view.begin(), view.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }
inline std::string to_text(BytesView view) { return std::string(as_text(view)); }
inline void append(Bytes& out, BytesView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// For containers keyed by random or hashed 32-byte ids: any 8 of its bytes are as good as a hash.
struct Bits256Hash {
  std::size_t operator()(const Bits256& bits) const {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof(value); ++i) value = value << 8 | bits[i];
    return value;
  }
};

}  // namespace cocoon::base
