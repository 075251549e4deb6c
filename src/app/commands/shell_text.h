// Words for a POSIX shell.
#pragma once

#include <string>
#include <string_view>

namespace cocoon::app::commands {

// In single quotes, where a shell takes everything literally.
inline std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace cocoon::app::commands
