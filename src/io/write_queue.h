// WriteQueue: bytes waiting for the kernel, in chunks that one system call can gather. Small writes
// share a chunk; large owned ones become one without a copy.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "io/asio.h"
#include "io/core.h"
#include "io/limits.h"

namespace cocoon::io {

class WriteQueue {
 public:
  explicit WriteQueue(Runtime::Core& core) : core_(core) {}
  ~WriteQueue() { clear(); }
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  void append(base::BytesView bytes);
  void append(base::Bytes&& bytes);
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The first contiguous bytes; empty if there are none.
  base::BytesView front() const;
  void consume(std::size_t count);
  void clear();

  using Gathered = std::array<boost::asio::const_buffer, kWriteGatherMax>;
  // Up to kWriteGatherMax chunks; unused places stay empty.
  Gathered gather() const;

 private:
  Runtime::Core& core_;
  std::vector<base::Bytes> chunks_;
  std::size_t first_ = 0;         // chunks before it are spent
  std::size_t first_offset_ = 0;  // bytes of it that are spent
  std::size_t size_ = 0;
};

}  // namespace cocoon::io
