// Reads the primitive values of TL (docs/protocol/wire.md [WIRE-1] to [WIRE-6]) from bytes of
// outside.
//
// The first thing that is wrong is remembered; from then on every read answers zero or empty, so
// that a caller may read a whole structure and ask once. Views returned point into the input. Also
// serves the structures without constructor numbers that the network uses around TL: proof of work
// ([WIRE-11]), attestation frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "tl/fault.h"

namespace cocoon::tl {

class Reader {
 public:
  explicit Reader(base::BytesView input) : input_(input) {}

  std::uint32_t u32();
  std::int32_t i32();
  std::uint64_t u64();
  std::int64_t i64();
  double f64();
  // A boxed Bool.
  bool boolean();
  // Length, data, zero padding. Longer forms of a length than necessary are accepted.
  base::BytesView bytes();
  std::string_view text() { return base::as_text(bytes()); }
  // Exactly `count` bytes, or an empty view when there are fewer.
  base::BytesView raw(std::size_t count);
  // Fills `out` (int128, int256, fixed arrays), or leaves it as it is when there are fewer bytes.
  void raw_into(std::span<std::uint8_t> out);
  // The count of a vector whose elements take at least `min_element_size` bytes each (not 0): never
  // more than the remaining bytes can hold, so it is safe to reserve.
  std::size_t vector_count(std::size_t min_element_size);

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return input_.size() - position_; }
  bool ok() const { return !fault_; }
  std::optional<TlFault> fault() const { return fault_; }
  // For what only the caller can judge; the first fault stays.
  void fail(TlFault fault) {
    if (!fault_) fault_ = fault;
  }
  // Nothing was wrong and nothing is left. `what` names the structure in the error's message.
  base::Result<void> finish(std::string_view what);

 private:
  // The place of the next `count` bytes, or null after noting the fault.
  const std::uint8_t* take(std::size_t count);

  base::BytesView input_;
  std::size_t position_ = 0;
  std::optional<TlFault> fault_;
};

}  // namespace cocoon::tl
