// Frames: length, sequence number, payload (docs/protocol/wire.md [WIRE-20] to [WIRE-23]).
//
// The reader takes bytes in any portions and yields each payload once, without copying it when the
// portion holds the whole frame; a frame in pieces is gathered, and memory grows only with bytes
// that arrived. After a fault it stays failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "session/fault.h"
#include "session/limits.h"

namespace cocoon::session {

class FrameReader {
 public:
  explicit FrameReader(std::size_t max_payload = kMaxFramePayload) : max_payload_(max_payload) {}

  // Takes bytes from the front of `input` up to the end of one frame and yields its payload, or
  // takes all and yields nothing when the frame is not complete. Call until it yields nothing. The
  // view is valid until the next call, and no longer than the memory behind `input`. Refuses
  // lengths outside kMinFramePayload..max_payload as soon as the header is there, and sequence
  // numbers other than the next.
  base::Result<std::optional<base::BytesView>> next(base::BytesView& input);

  // From the next frame on.
  void set_max_payload(std::size_t max_payload) { max_payload_ = max_payload; }
  // Bytes held of a frame that is not complete.
  std::size_t partial_size() const { return buffer_is_yielded_ ? 0 : buffer_.size(); }

 private:
  // The payload's length.
  base::Result<std::size_t> parse_header(base::BytesView header);
  // Moves bytes from `input` until the buffer holds `size`; false when there were too few.
  bool gather(base::BytesView& input, std::size_t size);
  void release_yielded();
  base::Error fail(SessionFault fault, std::string message);

  std::size_t max_payload_;
  std::uint32_t sequence_ = 0;
  base::Bytes buffer_;
  bool buffer_is_yielded_ = false;
  std::optional<base::Error> fault_;
};

class FrameWriter {
 public:
  // Appends the header of a frame whose `payload_size` bytes the caller appends next. The size must
  // be within kMinFramePayload..kMaxFramePayload.
  void append_header(base::Bytes& out, std::size_t payload_size);
  void append(base::Bytes& out, base::BytesView payload);

  // Modulo 2^32.
  std::uint32_t frames() const { return sequence_; }

 private:
  std::uint32_t sequence_ = 0;
};

}  // namespace cocoon::session
