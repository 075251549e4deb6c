// Runtime::Core: the event loop and what the objects on it share: buffers for reading, spare
// buffers for writing, and the list of streams that have something to send at the end of this turn.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "io/asio.h"
#include "io/limits.h"
#include "io/runtime.h"

namespace cocoon::io {

// Something that was written to in this turn of the loop.
class Flushable {
 public:
  virtual ~Flushable() = default;
  virtual void flush() = 0;
};

struct Runtime::Core {
 private:
  // Outlives the loop, which destroys handlers that have not run, and with them queues whose chunks
  // come back here.
  std::vector<base::Bytes> spare_chunks_;

 public:
  Core();
  ~Core();

  // Calls flush() after the input that is ready now has been handled. Streams ask once per turn.
  void flush_soon(std::shared_ptr<Flushable> stream);

  base::Bytes take_chunk();
  void give_chunk(base::Bytes&& chunk);

  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running;
  boost::asio::signal_set signals{loop};
  std::optional<boost::asio::thread_pool> helper;

  // Valid within one handler of the loop.
  base::Bytes read_scratch = base::Bytes(kReadBytesMax);
  base::Bytes plain_scratch = base::Bytes(2 * kReadBytesMax);

 private:
  void flush_all();

  std::vector<std::shared_ptr<Flushable>> unflushed_;
  std::vector<std::shared_ptr<Flushable>> flushing_;
};

// The loop's clock as ours, and back.
base::Instant steady_now();
std::chrono::steady_clock::time_point to_steady_clock(base::Instant at);

}  // namespace cocoon::io
