// Dice: the one source of chance in a simulated world. The same seed throws the same numbers
// everywhere (SplitMix64).
#pragma once

#include "base/random.h"
#include "base/time.h"

namespace cocoon::sim {

class Dice final : public base::Random {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<std::uint8_t> out) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i % 8 == 0) word = next();
      out[i] = static_cast<std::uint8_t>(word >> (i % 8 * 8));
    }
  }
  // Both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  base::Duration between(base::Duration least, base::Duration most) {
    return base::Duration(between(least.count(), most.count()));
  }
  // True so often out of a thousand.
  bool chance(std::int64_t permille) { return between(0, 999) < permille; }
  // Dice of its own for one part of the world, so that what it throws does not move the others.
  Dice split() { return Dice(next()); }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27U) * 0x94d049bb133111eb;
    return z ^ z >> 31U;
  }
  std::uint64_t state_;
};

}  // namespace cocoon::sim
