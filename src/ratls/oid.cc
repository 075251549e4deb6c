// Comparing and showing object identifiers.
#include "ratls/oid.h"

#include <algorithm>

namespace cocoon::ratls::oid {

bool equal(base::BytesView a, base::BytesView b) { return std::ranges::equal(a, b); }

std::string to_text(base::BytesView oid) {
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

}  // namespace cocoon::ratls::oid
