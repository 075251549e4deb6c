// One question about UTF-8: how long is the character at the front. Inline, because it is asked for
// every letter of a prompt that isn't English.
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace cocoon::openai {

// 1 to 4, or 0 if `text` doesn't start with a well-formed character (Unicode standard, table 3-7)
// or is empty.
inline std::size_t utf8_length(base::BytesView text) {
  if (text.empty()) return 0;
  const std::uint8_t first = text[0];
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  // The second byte's range excludes overlong forms, surrogates and what lies beyond the last
  // character.
  const std::uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (text[1] < least || text[1] > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((text[i] & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace cocoon::openai
