// Chooses the ports of a private network.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/files.h"

namespace cocoon::app::commands {

// Free ports on this machine, each given away once: as long as a picker lives, no other one of the
// same user picks what it picked, though nobody may listen there yet. So networks that start at
// once don't meet. Where files for locks can't be made, ports are only looked at.
class PortPicker {
 public:
  // `wanted`, else one of those behind it. Failed: none of these is free.
  base::Result<std::uint16_t> pick(std::uint16_t wanted);

 private:
  std::map<std::uint16_t, std::optional<io::LockFile>> picked_;
};

// Whether a listener could be opened there now.
bool is_free(const std::string& host, std::uint16_t port);

}  // namespace cocoon::app::commands
