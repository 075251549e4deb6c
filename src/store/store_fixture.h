// What the store's tests share: a folder of their own, rows to write, and a place where
// acknowledgements arrive.
#pragma once

#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "base/check.h"
#include "store/store.h"

namespace cocoon::store {

// A new folder, removed at the end.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cocoon-store-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file() const { return path_ / "ledger.db"; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline EntryRecord entry_record(std::int64_t sequence, std::int64_t amount) {
  EntryRecord entry;
  entry.sequence = sequence;
  entry.kind = "charged";
  entry.at_us = 1'700'000'000'000'000 + sequence;
  entry.account = 2;
  entry.worker = 3;
  entry.reference[0] = static_cast<std::uint8_t>(sequence);
  entry.prompt_tokens = 1;
  entry.cached_tokens = 2;
  entry.completion_tokens = 3;
  entry.reasoning_tokens = 4;
  entry.excess_tokens = 5;
  entry.amount = amount;
  entry.worker_part = amount - 1;
  entry.digest[31] = static_cast<std::uint8_t>(sequence);
  return entry;
}

inline AccountRecord account_record(std::int64_t id, std::int64_t balance, std::int64_t sequence) {
  return {id,
          id == 0 ? "outside" : "client",
          id == 0 ? "" : "party " + std::to_string(id),
          balance,
          10 * sequence,
          11 * sequence,
          12,
          13,
          sequence};
}

// Collects what the callback is told, and lets a test wait for it.
class Acknowledgements {
 public:
  Store::Callback callback() {
    return [this](base::Result<std::int64_t> result) {
      const std::lock_guard lock(mutex_);
      if (result)
        sequences_.push_back(*result);
      else
        reasons_.emplace_back(result.error().reason());
      changed_.notify_all();
    };
  }
  void wait_for_sequence(std::int64_t sequence) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !sequences_.empty() && sequences_.back() >= sequence; });
  }
  // Returns when `sequence` is acknowledged or a failure was reported.
  void wait_for_answer(std::int64_t sequence) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return !reasons_.empty() || (!sequences_.empty() && sequences_.back() >= sequence);
    });
  }
  void wait_for_reason() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !reasons_.empty(); });
  }
  std::vector<std::int64_t> sequences() {
    const std::lock_guard lock(mutex_);
    return sequences_;
  }
  std::vector<std::string> reasons() {
    const std::lock_guard lock(mutex_);
    return reasons_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::int64_t> sequences_;
  std::vector<std::string> reasons_;
};

}  // namespace cocoon::store
