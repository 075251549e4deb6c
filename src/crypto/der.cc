// Reading and writing DER elements.
#include "crypto/der.h"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace cocoon::crypto {
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

// `digits` decimal digits at `at`; nothing if there is something else.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
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

bool is_shortest_integer(base::BytesView content) {
  if (content.empty()) return false;
  if (content.size() == 1) return true;
  const bool first_bit = (content[1] & 0x80) != 0;
  return content[0] != (first_bit ? 0xff : 0x00);
}

std::optional<std::uint64_t> der_small_number(const DerElement& element) {
  const base::BytesView content = element.content;
  if (element.tag != DerTag::Integer && element.tag != DerTag::Enumerated) return std::nullopt;
  if (!is_shortest_integer(content) || content.size() > 8 || (content[0] & 0x80) != 0) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const std::uint8_t byte : content) value = value << 8 | byte;
  return value;
}

std::optional<base::WallTime> der_time(const DerElement& element) {
  const bool utc = element.tag == DerTag::UtcTime;
  if (!utc && element.tag != DerTag::GeneralizedTime) return std::nullopt;
  const std::string_view text = base::as_text(element.content);
  const std::size_t year_digits = utc ? 2 : 4;
  if (text.size() != year_digits + 11 || text.back() != 'Z') return std::nullopt;
  std::optional<int> year = number_at(text, 0, year_digits);
  if (year && utc) *year += *year >= 50 ? 1900 : 2000;
  int parts[5];
  for (std::size_t i = 0; i < 5; ++i) {
    const std::optional<int> part = number_at(text, year_digits + 2 * i, 2);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  const auto& [month, day, hour, minute, second] = parts;
  if (!year || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return base::WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                        std::chrono::minutes(minute) + std::chrono::seconds(second));
}

std::string oid_text(base::BytesView oid) {
  constexpr std::size_t kShownMax = 64;
  std::string text;
  std::uint64_t arc = 0;
  int digits = 0;
  for (const std::uint8_t byte : oid.first(std::min(oid.size(), kShownMax))) {
    arc = arc << 7 | (byte & 0x7f);
    if (++digits > 9) return "?";
    if ((byte & 0x80) != 0) continue;
    if (text.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(first) + "." + std::to_string(arc - 40 * first);
    } else {
      text += "." + std::to_string(arc);
    }
    arc = 0;
    digits = 0;
  }
  return digits == 0 && !text.empty() ? text : "?";
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

}  // namespace cocoon::crypto
