// Store: the one durable file of a role. SQLite in WAL mode, synced at every commit, one writer
// thread, group commit.
//
// Promises: a sequence handed to the callback is on disk with everything before it; a batch is
// there whole or not at all, whatever kills the process; the file is readable by its owner only,
// and by anyone they let use `sqlite3`. Refuses: a file of another program, of a newer version,
// damaged, or in use by another process: each with a name and what to do. When the disk is full or
// the file is locked by a reader, the callback says so once, the store keeps the batches and tries
// again; any other failure is final, because after a failed sync nobody knows what is on disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "store/records.h"

namespace cocoon::store {

enum class StoreReason {
  CannotOpen,
  InUse,
  ForeignDatabase,
  NewerVersion,
  Damaged,
  DiskFull,
  Busy,
  WriteFailed,
};
std::string_view reason_name(StoreReason reason);

struct StoreOptions {
  // After a commit the next one waits for as long as that one took, but no longer than this, so
  // that a busy core shares one sync; the first after a pause is immediate.
  std::chrono::microseconds longest_pause = std::chrono::milliseconds(2);
  // How long to wait for another process's lock before saying busy, and before trying again after
  // disk_full or busy.
  std::chrono::milliseconds busy_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds retry_interval = std::chrono::milliseconds(250);
  // Keep::Recent entries beyond this number behind the newest, or this much older than it, are
  // dropped little by little.
  std::int64_t recent_entries = 1'000'000;
  std::chrono::hours recent_age = std::chrono::hours(24 * 31);
  // A ceiling for the file, in pages of 4 KiB; 0 is SQLite's own.
  std::int64_t max_pages = 0;
};

class Database;
class Writer;

class Store {
 public:
  // Runs on the writer thread: the newest durable sequence, or why writing stands still.
  using Callback = std::function<void(base::Result<std::int64_t>)>;

  // Opens, creates or migrates `file`. One process at a time may have it open.
  static base::Result<std::unique_ptr<Store>> open(const std::filesystem::path& file,
                                                   const StoreOptions& options);
  // Writes what was appended (one last attempt), then closes.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // All accounts, all permanent entries, and the newest `recent` others. Before start() only.
  base::Result<Contents> load(std::int64_t recent) const;
  // Starts the writer. Once.
  void start(Callback callback);
  // Hands a batch to the writer and returns at once. From one thread.
  void append(Batch batch);

 private:
  Store(const StoreOptions& options, std::unique_ptr<Database> database);

  StoreOptions options_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace cocoon::store
