#include "app/commands/port_picker.h"

#include "app/commands/fault.h"
#include "io/io_fault.h"
#include "io/listener.h"

namespace cocoon::app::commands {
namespace {

constexpr int kPortsTried = 200;

}  // namespace

bool is_free(const std::string& host, std::uint16_t port) {
  io::Runtime runtime;
  return io::Listener::open(runtime, {.host = host, .port = port},
                            [](const std::string&) { return io::Opening{}; })
      .ok();
}

base::Result<std::optional<io::LockFile>> PortPicker::lock(std::uint16_t port) const {
  if (locks_.empty()) return std::optional<io::LockFile>();
  TRY(io::make_directory(locks_));
  return std::optional(TRY(io::LockFile::acquire(locks_ + "/" + std::to_string(port))));
}

base::Result<bool> PortPicker::take(const std::string& host, std::uint16_t port) {
  if (picked_.contains(port)) return false;
  auto held = lock(port);
  if (!held && !held.error().is(io::IoFault::FileLocked)) return held.error();
  if (!held || !is_free(host, port)) return false;
  picked_[port] = *std::move(held);
  return true;
}

base::Result<std::uint16_t> PortPicker::pick(std::uint16_t wanted) {
  for (int i = 0; i < kPortsTried && wanted + i <= UINT16_MAX; ++i) {
    const auto port = static_cast<std::uint16_t>(wanted + i);
    if (TRY(take("127.0.0.1", port))) return port;
  }
  return fault(CommandFault::Failed, "no free port from " + std::to_string(wanted) + " on");
}

}  // namespace cocoon::app::commands
