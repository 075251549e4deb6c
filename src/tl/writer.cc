// Writing of TL's primitive values.
#include "tl/writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace cocoon::tl {
namespace {

template <class T>
void store(base::Bytes& out, T value) {
  std::array<std::uint8_t, sizeof(T)> bytes;
  std::memcpy(bytes.data(), &value, sizeof(T));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

void Writer::reserve(std::size_t count) {
  const std::size_t needed = out_.size() + count;
  if (needed > out_.capacity()) out_.reserve(std::max(needed, out_.capacity() * 2));
}

void Writer::u32(std::uint32_t value) { store(out_, value); }
void Writer::u64(std::uint64_t value) { store(out_, value); }
void Writer::f64(double value) { store(out_, std::bit_cast<std::uint64_t>(value)); }

void Writer::bytes(base::BytesView value) {
  bytes_begin(value.size());
  raw(value);
  bytes_end(value.size());
}

void Writer::bytes_begin(std::size_t length) {
  if (length < 254) {
    out_.push_back(static_cast<std::uint8_t>(length));
  } else if (length < (std::size_t{1} << 24U)) {
    u32(static_cast<std::uint32_t>(length) << 8U | 0xfeU);
  } else {
    u64(std::uint64_t{length} << 8U | 0xffU);
  }
}

void Writer::bytes_end(std::size_t length) {
  const std::size_t prefix = length < 254 ? 1 : length < (std::size_t{1} << 24U) ? 4 : 8;
  const std::size_t padding = string_size(length) - prefix - length;
  out_.insert(out_.end(), padding, std::uint8_t{0});
}

}  // namespace cocoon::tl
