#include "io/runtime.h"

#include <sys/resource.h>

#include <csignal>
#include <utility>

#include "io/core.h"

namespace cocoon::io {
namespace {

constexpr std::size_t kSpareChunksMax = 64;

// As many descriptors as the system lets us have: the usual 1024 are fewer than a busy role's
// connections. What the system allows is the operator's to bound (LimitNOFILE).
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

base::Instant steady_now() {
  return base::Instant(std::chrono::duration_cast<base::Duration>(
      std::chrono::steady_clock::now().time_since_epoch()));
}

std::chrono::steady_clock::time_point to_steady_clock(base::Instant at) {
  // A century from the clock's start: later instants would overflow its nanoseconds.
  constexpr base::Duration kLatest = std::chrono::hours(24 * 365 * 100);
  return std::chrono::steady_clock::time_point(std::min(at.time_since_epoch(), kLatest));
}

Runtime::Core::Core() : keep_running(boost::asio::make_work_guard(loop)) {}

Runtime::Core::~Core() {
  if (helper) {
    helper->stop();
    helper->join();
    helper.reset();
  }
}

void Runtime::Core::flush_soon(std::shared_ptr<Flushable> stream) {
  if (unflushed_.empty()) {
    boost::asio::post(loop, [this] { flush_all(); });
  }
  unflushed_.push_back(std::move(stream));
}

void Runtime::Core::flush_all() {
  std::swap(unflushed_, flushing_);
  for (const auto& stream : flushing_) stream->flush();
  flushing_.clear();
}

base::Bytes Runtime::Core::take_chunk() {
  if (spare_chunks_.empty()) return {};
  base::Bytes chunk = std::move(spare_chunks_.back());
  spare_chunks_.pop_back();
  return chunk;
}

void Runtime::Core::give_chunk(base::Bytes&& chunk) {
  if (chunk.capacity() > 2 * kWriteChunkBytes || spare_chunks_.size() >= kSpareChunksMax) return;
  chunk.clear();
  spare_chunks_.push_back(std::move(chunk));
}

Runtime::Runtime() : core_(std::make_unique<Core>()) {
  // A write to a pipe or socket whose reader is gone is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
}

Runtime::~Runtime() = default;

void Runtime::run() {
  core_->loop.run();
  core_->loop.restart();
}

void Runtime::stop() { core_->loop.stop(); }

void Runtime::post(std::function<void()> task) { boost::asio::post(core_->loop, std::move(task)); }

void Runtime::on_stop_signal(std::function<void(int)> callback) {
  boost::system::error_code ignored;
  core_->signals.cancel(ignored);
  core_->signals.add(SIGTERM, ignored);
  core_->signals.add(SIGINT, ignored);
  struct Wait {
    Core* core;
    std::shared_ptr<std::function<void(int)>> callback;
    void operator()(boost::system::error_code code, int signal) const {
      if (code) return;
      (*callback)(signal);
      core->signals.async_wait(*this);
    }
  };
  core_->signals.async_wait(
      Wait{core_.get(), std::make_shared<std::function<void(int)>>(std::move(callback))});
}

void Runtime::run_aside(std::function<void()> work, std::function<void()> done) {
  if (!core_->helper) core_->helper.emplace(1);
  // `work` travels back with `done`, so that what it holds is destroyed on the loop's thread.
  boost::asio::post(*core_->helper, [core = core_.get(), work = std::move(work),
                                     done = std::move(done)]() mutable {
    work();
    boost::asio::post(core->loop, [work = std::move(work), done = std::move(done)] { done(); });
  });
}

base::Now Runtime::now() const {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {steady_now(), base::WallTime(std::chrono::duration_cast<base::Duration>(wall))};
}

}  // namespace cocoon::io
