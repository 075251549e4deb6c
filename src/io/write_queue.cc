#include "io/write_queue.h"

#include <utility>

#include "base/check.h"

namespace cocoon::io {
namespace {

// Below this a copy is cheaper than one more piece in the system call.
constexpr std::size_t kOwnChunkBytes = 8 * kKibibyte;

}  // namespace

void WriteQueue::append(base::BytesView bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (first_ < chunks_.size() && chunks_.back().size() + bytes.size() <= kWriteChunkBytes) {
    chunks_.back().insert(chunks_.back().end(), bytes.begin(), bytes.end());
    return;
  }
  base::Bytes chunk = core_.take_chunk();
  chunk.assign(bytes.begin(), bytes.end());
  chunks_.push_back(std::move(chunk));
}

void WriteQueue::append(base::Bytes&& bytes) {
  if (bytes.size() < kOwnChunkBytes) {
    append(base::BytesView(bytes));
    return;
  }
  size_ += bytes.size();
  chunks_.push_back(std::move(bytes));
}

base::BytesView WriteQueue::front() const {
  if (first_ == chunks_.size()) return {};
  return base::BytesView(chunks_[first_]).subspan(first_offset_);
}

void WriteQueue::consume(std::size_t count) {
  CHECK(count <= size_);
  size_ -= count;
  while (count > 0) {
    base::Bytes& chunk = chunks_[first_];
    const std::size_t left = chunk.size() - first_offset_;
    if (count < left) {
      first_offset_ += count;
      return;
    }
    count -= left;
    core_.give_chunk(std::move(chunk));
    chunk = {};
    ++first_;
    first_offset_ = 0;
  }
  if (first_ == chunks_.size()) {
    chunks_.clear();
    first_ = 0;
  } else if (first_ >= 64 && first_ * 2 >= chunks_.size()) {
    // Spent places go in bulk, so that each is moved at most once.
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void WriteQueue::clear() {
  for (std::size_t i = first_; i < chunks_.size(); ++i) core_.give_chunk(std::move(chunks_[i]));
  chunks_.clear();
  first_ = first_offset_ = size_ = 0;
}

WriteQueue::Gathered WriteQueue::gather() const {
  Gathered buffers;
  std::size_t offset = first_offset_;
  for (std::size_t i = 0; i < kWriteGatherMax && first_ + i < chunks_.size(); ++i) {
    const base::Bytes& chunk = chunks_[first_ + i];
    buffers[i] = boost::asio::const_buffer(chunk.data() + offset, chunk.size() - offset);
    offset = 0;
  }
  return buffers;
}

}  // namespace cocoon::io
