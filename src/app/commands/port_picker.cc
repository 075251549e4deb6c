#include "app/commands/port_picker.h"

#include <unistd.h>

#include <filesystem>

#include "app/commands/fault.h"
#include "io/io_fault.h"
#include "io/listener.h"

namespace cocoon::app::commands {
namespace {

constexpr int kPortsTried = 200;

// One for each port; the files have no content, and stay.
base::Result<io::LockFile> lock_of(std::uint16_t port) {
  std::error_code failed;
  const auto folder =
      std::filesystem::temp_directory_path(failed) / ("cocoon-ports-" + std::to_string(::getuid()));
  TRY(io::make_directory(folder));
  return io::LockFile::acquire(folder / std::to_string(port));
}

}  // namespace

bool is_free(const std::string& host, std::uint16_t port) {
  io::Runtime runtime;
  return io::Listener::open(runtime, {.host = host, .port = port},
                            [](const std::string&) { return io::Opening{}; })
      .ok();
}

base::Result<std::uint16_t> PortPicker::pick(std::uint16_t wanted) {
  for (int i = 0; i < kPortsTried && wanted + i <= UINT16_MAX; ++i) {
    const auto port = static_cast<std::uint16_t>(wanted + i);
    if (picked_.contains(port)) continue;
    auto lock = lock_of(port);
    const bool of_another = !lock && lock.error().is(io::IoFault::FileLocked);
    if (of_another || !is_free("127.0.0.1", port)) continue;
    picked_[port] = lock ? std::optional(*std::move(lock)) : std::nullopt;
    return port;
  }
  return fault(CommandFault::Failed, "no free port from " + std::to_string(wanted) + " on");
}

}  // namespace cocoon::app::commands
