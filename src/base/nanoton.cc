#include "base/nanoton.h"

#include <charconv>

#include "base/check.h"

namespace cocoon::base {
namespace {

std::optional<std::int64_t> parse_digits(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool strip_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

Nanoton operator+(Nanoton a, Nanoton b) {
  const auto sum = checked_add(a, b);
  CHECK(sum);
  return *sum;
}

Nanoton operator-(Nanoton a, Nanoton b) {
  std::int64_t difference = 0;
  CHECK(!__builtin_sub_overflow(a.count_, b.count_, &difference));
  return Nanoton(difference);
}

std::optional<Nanoton> checked_add(Nanoton a, Nanoton b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.count(), b.count(), &sum)) return std::nullopt;
  return Nanoton(sum);
}

std::optional<Nanoton> checked_multiply(Nanoton price, std::int64_t count) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(price.count(), count, &product)) return std::nullopt;
  return Nanoton(product);
}

std::string to_string(Nanoton amount) {
  const bool negative = amount.count() < 0;
  const auto raw = static_cast<std::uint64_t>(amount.count());
  const std::uint64_t magnitude = negative ? ~raw + 1 : raw;
  std::string text = negative ? "-" : "";
  text += std::to_string(magnitude / kNanotonsPerTon);
  std::string fraction = std::to_string(magnitude % kNanotonsPerTon);
  fraction.insert(0, 9 - fraction.size(), '0');
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) text += "." + fraction;
  return text + " TON";
}

std::optional<Nanoton> parse_nanoton(std::string_view text) {
  if (strip_suffix(text, "n")) {
    // "ton" ends in n as well: what is left tells which it was.
    if (!text.ends_with("to") && !text.ends_with("TO")) {
      const auto count = parse_digits(text);
      return count ? std::optional(Nanoton(*count)) : std::nullopt;
    }
    text.remove_suffix(2);
  } else {
    strip_suffix(text, "TON");
  }
  while (text.ends_with(' ')) text.remove_suffix(1);
  const std::size_t dot = text.find('.');
  const auto whole = parse_digits(text.substr(0, dot));
  if (!whole) return std::nullopt;
  std::int64_t fraction = 0;
  if (dot != std::string_view::npos) {
    std::string digits(text.substr(dot + 1));
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    digits.append(9 - digits.size(), '0');
    const auto parsed = parse_digits(digits);
    if (!parsed) return std::nullopt;
    fraction = *parsed;
  }
  const auto tons = checked_multiply(Nanoton(kNanotonsPerTon), *whole);
  return tons ? checked_add(*tons, Nanoton(fraction)) : std::nullopt;
}

}  // namespace cocoon::base
