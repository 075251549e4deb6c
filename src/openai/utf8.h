// One question about UTF-8: how long is the character at the front.
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace cocoon::openai {

// 1 to 4, or 0 if `text` doesn't start with a well-formed character (Unicode standard, table 3-7)
// or is empty.
std::size_t utf8_length(base::BytesView text);

}  // namespace cocoon::openai
