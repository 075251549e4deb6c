// Secret: bytes that wipe themselves, can't be printed, copied by accident or compared in variable
// time.
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace cocoon::base {

class Secret {
 public:
  Secret() = default;
  // Takes the bytes over; the caller's copy is wiped.
  explicit Secret(Bytes&& bytes) : bytes_(std::move(bytes)) {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {}
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  // For handing to a primitive; the view must not outlive this object.
  BytesView expose() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  // A copy, said aloud.
  Secret clone() const { return Secret(Bytes(bytes_)); }

 private:
  void wipe();
  Bytes bytes_;
};

// Compares in time that depends on the lengths only.
bool equal_constant_time(BytesView a, BytesView b);
// Overwrites memory in a way the compiler can't leave out.
void wipe_memory(void* data, std::size_t size);

}  // namespace cocoon::base
