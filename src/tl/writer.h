// Writes the primitive values of TL (docs/protocol/wire.md [WIRE-1] to [WIRE-6]) behind what a
// buffer already holds.
//
// Always writes the one canonical form: shortest length, zero padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace cocoon::tl {

inline constexpr std::uint32_t kBoolTrueId = 0x997275b5;
inline constexpr std::uint32_t kBoolFalseId = 0xbc799737;

// Bytes that a string of `length` takes with its length and padding.
constexpr std::size_t string_size(std::size_t length) {
  const std::size_t prefix = length < 254 ? 1 : length < (std::size_t{1} << 24U) ? 4 : 8;
  return (prefix + length + 3) / 4 * 4;
}

class Writer {
 public:
  // `out` must outlive the writer.
  explicit Writer(base::Bytes& out) : out_(out) {}

  // Room for `count` more bytes; at least doubles a buffer that must grow, so that many small
  // objects may be appended.
  void reserve(std::size_t count);

  void u32(std::uint32_t value);
  void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
  void u64(std::uint64_t value);
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void f64(double value);
  void boolean(bool value) { u32(value ? kBoolTrueId : kBoolFalseId); }
  void bytes(base::BytesView value);
  void text(std::string_view value) { bytes(base::as_bytes(value)); }
  // The start of a bytes field whose `length` bytes the caller appends itself, before calling
  // bytes_end(length).
  void bytes_begin(std::size_t length);
  void bytes_end(std::size_t length);
  void raw(base::BytesView value) { out_.insert(out_.end(), value.begin(), value.end()); }

 private:
  base::Bytes& out_;
};

}  // namespace cocoon::tl
