// Checks of files, clock and disk.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "app/commands/answer_report.h"
#include "app/commands/doctor_checks.h"
#include "app/key_file.h"
#include "io/files.h"
#include "io/runtime.h"
#include "registry/snapshot.h"

namespace cocoon::app::commands {
namespace {

using Found = Finding::Result;

constexpr std::size_t kFileMax = 1 << 20;
// A commit waits for one sync, and an answer's end for one commit.
constexpr base::Duration kSlowSync = std::chrono::milliseconds(30);
constexpr int kSyncs = 9;
constexpr std::size_t kSyncBytes = 4096;

std::string mode_text(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%03o", static_cast<unsigned>(mode & 0777));
  return text.data();
}

Finding check_key_file(const std::string& path) {
  const std::string name = "key " + std::filesystem::path(path).filename().string();
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    return {name, Found::Note, path + " does not exist yet; it is made at the first start"};
  }
  if ((status.st_mode & 077) != 0) {
    return {
        name, Found::Failed,
        "others may read " + path + " (mode " + mode_text(status.st_mode) + ")",
        "chmod 600 " + path +
            "; whoever read it can spend in your name: make a new one if that may have happened"};
  }
  if (const auto key = load_or_create_secret(path); !key) {
    return {name, Found::Failed, key.error().message(),
            "restore it from your backup, or remove it to begin with a new one"};
  }
  return {name, Found::Fine, "mode " + mode_text(status.st_mode)};
}

}  // namespace

std::string_view result_name(Found result) {
  switch (result) {
    case Found::Fine:
      return "ok";
    case Found::Note:
      return "note";
    case Found::Failed:
      return "failed";
  }
  return "unknown";
}

Finding check_config(const std::string& path, ClientOptions& options) {
  const auto text = io::read_file(path, kFileMax);
  if (!text) {
    return {"configuration", Found::Failed, text.error().message(),
            "cocoon up, or cocoon config example client > client.toml and --config client.toml"};
  }
  OptionTable table = option_table(options);
  if (const auto applied = table.apply_file(base::as_text(*text), path); !applied) {
    return {"configuration", Found::Failed, applied.error().message(),
            "correct that line; cocoon config example client shows every key"};
  }
  return {"configuration", Found::Fine, path};
}

Finding check_network_file(const std::string& path) {
  const auto text = io::read_file(path, kFileMax);
  if (!text)
    return {"network file", Found::Failed, text.error().message(),
            "cocoon up writes one; or correct the key network"};
  const auto network = registry::parse_pseudo_config({}, base::as_text(*text));
  if (!network)
    return {"network file", Found::Failed, path + ": " + network.error().message(),
            "get it again from who runs the network"};
  const auto& root = network->root();
  return {"network file", Found::Fine,
          std::to_string(root.proxies.size()) + " proxies, " +
              std::to_string(root.model_hashes.size()) + " models, " +
              std::to_string(root.proxy_hashes.size() + root.worker_hashes.size()) + " images"};
}

std::vector<Finding> check_key_files(const std::vector<std::string>& paths) {
  std::vector<Finding> findings;
  for (const auto& path : paths) {
    if (!path.empty()) findings.push_back(check_key_file(path));
  }
  return findings;
}

Finding check_clock() {
  std::error_code code;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
  struct stat status = {};
  if (code || ::stat(program.c_str(), &status) != 0)
    return {"clock", Found::Note, "this program's own date can't be read"};
  io::Runtime runtime;
  const std::int64_t now = base::to_unix_whole_seconds(runtime.now().wall);
  if (now + 60 < status.st_mtime) {
    return {"clock", Found::Failed,
            "the clock is earlier than the date of this program: certificates and evidence will "
            "look invalid",
            "timedatectl set-ntp true"};
  }
  return {"clock", Found::Fine, "later than the date of this program"};
}

Finding check_disk(const std::string& directory) {
  io::Runtime clock;
  const std::string path = directory + "/doctor.tmp";
  const base::Bytes content(kSyncBytes);
  std::vector<base::Duration> times;
  for (int i = 0; i < kSyncs; ++i) {
    const base::Instant before = clock.now().steady;
    if (const auto written = io::write_file(path, content); !written) {
      return {"disk", Found::Failed, written.error().message(),
              "make room, or choose another data directory with --dir"};
    }
    times.push_back(clock.now().steady - before);
  }
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  std::ranges::sort(times);
  const base::Duration median = times[times.size() / 2];
  const std::string details =
      "a synced write takes " + duration_text(median) + " (median) in " + directory;
  if (median <= kSlowSync) return {"disk", Found::Fine, details};
  return {"disk", Found::Note, details + "; every answer waits for one",
          "put the data directory on an SSD"};
}

Finding check_evidence() {
  if (std::filesystem::exists("/sys/kernel/config/tsm/report")) {
    return {"evidence", Found::Fine, "the kernel can make evidence of this machine's TEE"};
  }
  return {"evidence", Found::Note,
          "this machine is no TEE guest, or its kernel lacks configfs-tsm: only SIMULATED evidence "
          "can be made here, which proves nothing about hardware"};
}

}  // namespace cocoon::app::commands
