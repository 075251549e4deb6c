// Randomness as an input: the operating system's in production (crypto/random.h), a seeded one in
// tests and simulation.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace cocoon::base {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next_u64() {
    std::uint64_t value = 0;
    fill({reinterpret_cast<std::uint8_t*>(&value), sizeof(value)});
    return value;
  }
  // Uniform in 0..bound-1, by rejection; bound must not be 0.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
      const std::uint64_t value = next_u64();
      if (value < limit) return value % bound;
    }
  }
  Bits256 bits256() {
    Bits256 bits;
    fill(bits);
    return bits;
  }
};

}  // namespace cocoon::base
