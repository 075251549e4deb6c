// Frames to payloads and back.
#include "session/frame.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "tl/reader.h"
#include "tl/writer.h"

namespace cocoon::session {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

Result<std::optional<BytesView>> FrameReader::next(BytesView& input) {
  if (fault_) return *fault_;
  release_yielded();
  if (buffer_.empty()) {
    // The whole frame is here: no copy.
    if (input.size() >= kFrameHeaderSize) {
      const std::size_t length = TRY(parse_header(input.first(kFrameHeaderSize)));
      if (input.size() - kFrameHeaderSize >= length) {
        const BytesView payload = input.subspan(kFrameHeaderSize, length);
        input = input.subspan(kFrameHeaderSize + length);
        ++sequence_;
        return std::optional(payload);
      }
    }
  }
  if (!gather(input, kFrameHeaderSize)) return std::optional<BytesView>();
  const std::size_t length = TRY(parse_header(BytesView(buffer_).first(kFrameHeaderSize)));
  if (!gather(input, kFrameHeaderSize + length)) return std::optional<BytesView>();
  ++sequence_;
  buffer_is_yielded_ = true;
  return std::optional(BytesView(buffer_).subspan(kFrameHeaderSize));
}

void FrameReader::release_yielded() {
  if (!buffer_is_yielded_) return;
  buffer_is_yielded_ = false;
  if (buffer_.capacity() > kKeptBuffer) {
    buffer_ = Bytes();
  } else {
    buffer_.clear();
  }
}

// [WIRE-20], [WIRE-21]
Result<std::size_t> FrameReader::parse_header(BytesView header) {
  tl::Reader reader(header);
  const std::uint32_t length = reader.u32();
  const std::uint32_t sequence = reader.u32();
  if (length < kMinFramePayload) {
    return fail(SessionFault::FrameTooShort, "a frame of " + std::to_string(length) + " bytes");
  }
  if (length > max_payload_) {
    return fail(SessionFault::FrameTooLong, "a frame of " + std::to_string(length) +
                                                " bytes where at most " +
                                                std::to_string(max_payload_) + " are allowed");
  }
  if (sequence != sequence_) {
    return fail(SessionFault::WrongSequenceNumber, "frame " + std::to_string(sequence) +
                                                       " came where " + std::to_string(sequence_) +
                                                       " was due");
  }
  return std::size_t{length};
}

bool FrameReader::gather(BytesView& input, std::size_t size) {
  if (buffer_.size() >= size) return true;
  const std::size_t taken = std::min(size - buffer_.size(), input.size());
  buffer_.insert(buffer_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(taken));
  input = input.subspan(taken);
  return buffer_.size() == size;
}

Error FrameReader::fail(SessionFault fault, std::string message) {
  fault_ = Error(fault, std::move(message));
  buffer_ = Bytes();
  return *fault_;
}

void FrameWriter::append_header(Bytes& out, std::size_t payload_size) {
  CHECK(payload_size >= kMinFramePayload && payload_size <= kMaxFramePayload);
  tl::Writer writer(out);
  writer.u32(static_cast<std::uint32_t>(payload_size));
  writer.u32(sequence_++);
}

void FrameWriter::append(Bytes& out, BytesView payload) {
  tl::Writer(out).reserve(kFrameHeaderSize + payload.size());
  append_header(out, payload.size());
  tl::Writer(out).raw(payload);
}

}  // namespace cocoon::session
