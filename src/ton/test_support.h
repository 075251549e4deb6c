// For tests and fuzz targets only: seeded randomness, random graphs of cells, vector files.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "ton/cell_builder.h"

namespace cocoon::ton {

// The same numbers for the same seed, everywhere (SplitMix64).
class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next() >> 56);
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  std::uint64_t state_;
};

template <class T>
std::string_view reason_of(const base::Result<T>& result) {
  return result ? "accepted" : result.error().reason();
}

// A cell of up to `cells` cells below it, with shared subtrees.
inline CellRef random_graph(base::Random& random, std::size_t cells) {
  std::vector<CellRef> made;
  for (std::size_t i = 0; i < cells; ++i) {
    CellBuilder builder;
    base::Bytes data(128);
    random.fill(data);
    builder.store_bits(data, static_cast<unsigned>(random.below(kMaxCellBits + 1)));
    const std::uint64_t refs = made.empty() ? 0 : random.below(kMaxCellRefs + 1);
    for (std::uint64_t k = 0; k < refs; ++k) builder.store_ref(made[random.below(made.size())]);
    if (!made.empty() && refs == 0) builder.store_ref(made.back());
    made.push_back(builder.finish_fixed());
  }
  return made.back();
}

inline Address random_address(base::Random& random) { return {0, random.bits256()}; }

#ifdef COCOON_VECTORS
// The contents of a file of tests/vectors; empty, which no test takes for good, if it can't be
// read.
inline std::string vector_text(const std::string& path) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
inline base::Bytes vector_bytes(const std::string& path) {
  return base::to_bytes(vector_text(path));
}
#endif

}  // namespace cocoon::ton
