#include "base/secret.h"

#include <string.h>

namespace cocoon::base {

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
  }
  return *this;
}

void Secret::wipe() {
  if (!bytes_.empty()) wipe_memory(bytes_.data(), bytes_.size());
}

bool equal_constant_time(BytesView a, BytesView b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

void wipe_memory(void* data, std::size_t size) { explicit_bzero(data, size); }

}  // namespace cocoon::base
