// Group commit: while one commit is synced, and for as long again, the batches of the next gather.
#include "store/writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace cocoon::store {

Writer::Writer(Database& database, const StoreOptions& options, Store::Callback callback)
    : database_(database),
      options_(options),
      callback_(std::move(callback)),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Writer::append(Batch batch) {
  CHECK(!batch.entries.empty());
  {
    const std::lock_guard lock(mutex_);
    // After a final failure nothing is acknowledged any more, so there is nothing to keep it for.
    if (failed_) return;
    queue_.push_back(std::move(batch));
  }
  changed_.notify_one();
}

void Writer::run() {
  Clock::time_point earliest = Clock::now();
  while (collect(earliest) == Next::Write) {
    const Clock::time_point started = Clock::now();
    auto written = database_.write(pending_);
    if (written) {
      const std::int64_t newest = pending_.back().entries.back().sequence;
      pending_.clear();
      standing_on_.reset();
      callback_(newest);
      // A fast disk makes nobody wait; under load at most half of the time goes to syncing.
      const Clock::time_point ended = Clock::now();
      earliest = ended + std::min<Clock::duration>(ended - started, options_.longest_pause);
    } else if (report(std::move(written).error()) == Next::Write) {
      earliest = Clock::now() + options_.retry_interval;
    } else {
      return;
    }
  }
}

Writer::Next Writer::collect(Clock::time_point earliest) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !queue_.empty() || !pending_.empty(); });
  changed_.wait_until(lock, earliest, [this] { return stopping_; });
  // What failed once is tried once more at the end, together with what came after it.
  std::move(queue_.begin(), queue_.end(), std::back_inserter(pending_));
  queue_.clear();
  if (!stopping_) return Next::Write;
  return pending_.empty() || std::exchange(tried_last_, true) ? Next::Stop : Next::Write;
}

Writer::Next Writer::report(base::Error error) {
  const auto reason = error.as<StoreReason>().value_or(StoreReason::WriteFailed);
  const bool is_passing = reason == StoreReason::DiskFull || reason == StoreReason::Busy;
  if (!is_passing) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    queue_.clear();
  }
  if (standing_on_ != reason) callback_(std::move(error));
  standing_on_ = reason;
  return is_passing ? Next::Write : Next::Stop;
}

}  // namespace cocoon::store
