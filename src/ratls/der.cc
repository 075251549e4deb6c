// Reading and writing DER elements.
#include "ratls/der.h"

namespace cocoon::ratls {
namespace {

void append_length(base::Bytes& out, std::size_t length) {
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
    return;
  }
  base::Bytes digits;
  for (std::size_t rest = length; rest != 0; rest >>= 8) {
    digits.push_back(static_cast<std::uint8_t>(rest));
  }
  out.push_back(static_cast<std::uint8_t>(0x80 | digits.size()));
  out.insert(out.end(), digits.rbegin(), digits.rend());
}

}  // namespace

std::optional<DerElement> DerReader::read_any() {
  if (rest_.size() < 2 || (rest_[0] & 0x1f) == 0x1f) return std::nullopt;
  std::size_t length = rest_[1];
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t digits = length & 0x7f;
    // No indefinite length, and nothing near 4 GiB ever gets here.
    if (digits == 0 || digits > 3 || rest_.size() < header + digits) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) length = length << 8 | rest_[header + i];
    header += digits;
    const bool shortest = length >= 0x80 && length >> 8 * (digits - 1) != 0;
    if (!shortest) return std::nullopt;
  }
  if (rest_.size() - header < length) return std::nullopt;
  const DerElement element{static_cast<DerTag>(rest_[0]), rest_.subspan(header, length),
                           rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

std::optional<DerElement> DerReader::read(DerTag tag) {
  if (!next_is(tag)) return std::nullopt;
  return read_any();
}

base::Bytes der_nest(DerTag tag, std::initializer_list<base::BytesView> elements) {
  std::size_t size = 0;
  for (const base::BytesView element : elements) size += element.size();
  base::Bytes out;
  out.reserve(size + 5);
  out.push_back(static_cast<std::uint8_t>(tag));
  append_length(out, size);
  for (const base::BytesView element : elements) {
    out.insert(out.end(), element.begin(), element.end());
  }
  return out;
}

base::Bytes der_element(DerTag tag, base::BytesView content) { return der_nest(tag, {content}); }

base::Bytes der_unsigned(base::BytesView big_endian) {
  while (big_endian.size() > 1 && big_endian[0] == 0) big_endian = big_endian.subspan(1);
  static constexpr std::uint8_t kZero[] = {0};
  const bool needs_zero = big_endian.empty() || (big_endian[0] & 0x80) != 0;
  return der_nest(DerTag::Integer,
                  {needs_zero ? base::BytesView(kZero) : base::BytesView(), big_endian});
}

}  // namespace cocoon::ratls
