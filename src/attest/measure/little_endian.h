// Reads fields of binary formats in order, never past the end.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace cocoon::attest::measure {

class FieldReader {
 public:
  explicit FieldReader(base::BytesView bytes) : rest_(bytes) {}

  std::size_t left() const { return rest_.size(); }
  base::BytesView rest() const { return rest_; }

  // Nothing, and nothing consumed, if that many bytes aren't left.
  std::optional<base::BytesView> take(std::uint64_t size) {
    if (size > rest_.size()) return std::nullopt;
    const base::BytesView taken = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return taken;
  }

  template <class Integer>
  std::optional<Integer> integer() {
    const auto bytes = take(sizeof(Integer));
    if (!bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(Integer); i-- > 0;) value = value << 8 | (*bytes)[i];
    return static_cast<Integer>(value);
  }

 private:
  base::BytesView rest_;
};

// The caller has made sure that the bytes are there.
template <class Integer>
Integer integer_at(base::BytesView bytes, std::size_t offset) {
  return *FieldReader(bytes.subspan(offset)).integer<Integer>();
}

template <class Integer>
void put_integer(base::Bytes& bytes, std::size_t offset, Integer value) {
  auto left = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(Integer); ++i, left >>= 8) {
    bytes[offset + i] = static_cast<std::uint8_t>(left);
  }
}

template <class Integer>
void append_integer(base::Bytes& bytes, Integer value) {
  bytes.resize(bytes.size() + sizeof(Integer));
  put_integer(bytes, bytes.size() - sizeof(Integer), value);
}

inline void append(base::Bytes& bytes, base::BytesView more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace cocoon::attest::measure
