// The variables that the caller's environment sets.
#pragma once

#include <cstdlib>
#include <string>

namespace cocoon::app::commands {

// Empty if it is not set.
inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace cocoon::app::commands
