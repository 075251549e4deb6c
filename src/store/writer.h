// Writer: the thread that commits batches. Whatever has come in while one commit was synced goes
// into the next one. Internal to the store.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "store/database.h"
#include "store/store.h"

namespace cocoon::store {

class Writer {
 public:
  Writer(Database& database, const StoreOptions& options, Store::Callback callback);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  void append(Batch batch);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Next { Write, Stop };

  void run();
  // Waits for work, no earlier than `earliest`, and adds it to `pending_`.
  Next collect(Clock::time_point earliest);
  // Tells the callback about a failure, once for each reason; Stop if it is final.
  Next report(base::Error error);

  Database& database_;
  const StoreOptions options_;
  const Store::Callback callback_;
  std::vector<Batch> pending_;              // writer thread only
  std::optional<StoreReason> standing_on_;  // writer thread only
  bool tried_last_ = false;                 // writer thread only

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Batch> queue_;  // with mutex_
  bool stopping_ = false;     // with mutex_
  bool failed_ = false;       // with mutex_
  std::thread thread_;
};

}  // namespace cocoon::store
