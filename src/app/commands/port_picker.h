// Chooses the ports of a private network.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/files.h"

namespace cocoon::app::commands {

// Free ports on this machine, each given away once: as long as a picker lives, no other one with
// the same `locks` picks what it picked, though nobody may listen there yet. So networks that start
// at once don't meet.
class PortPicker {
 public:
  // Ports are only looked at.
  PortPicker() = default;
  // `locks`: a folder that nobody else can write to, made where missing, with a file for each port.
  explicit PortPicker(std::string locks) : locks_(std::move(locks)) {}

  // On 127.0.0.1: `wanted`, else one of those behind it. Failed: none of these is free.
  base::Result<std::uint16_t> pick(std::uint16_t wanted);
  // Whether this very one was free and is now picked.
  base::Result<bool> take(const std::string& host, std::uint16_t port);

 private:
  base::Result<std::optional<io::LockFile>> lock(std::uint16_t port) const;

  std::string locks_;
  std::map<std::uint16_t, std::optional<io::LockFile>> picked_;
};

// Whether a listener could be opened there now.
bool is_free(const std::string& host, std::uint16_t port);

}  // namespace cocoon::app::commands
