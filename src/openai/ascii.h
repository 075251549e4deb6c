// Letters as HTTP compares them: names of headers and of media types have no case (RFC 9110 section
// 5.1), whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace cocoon::openai {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

inline bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Without the spaces and tabs around it (OWS of RFC 9110 section 5.6.3).
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace cocoon::openai
