// For tests and fuzzing: objects of tl/types.h with random fields, from a seed.
//
// The strings of an object live in the ObjectFiller that filled it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>

#include "base/bytes.h"
#include "tl/codec.h"

namespace cocoon::tl {

class ObjectFiller {
 public:
  explicit ObjectFiller(std::uint64_t seed) : engine_(seed) {}

  void operator()(std::uint32_t& value) { value = static_cast<std::uint32_t>(engine_()); }
  void operator()(std::int32_t& value) { value = static_cast<std::int32_t>(engine_()); }
  void operator()(std::int64_t& value) { value = static_cast<std::int64_t>(engine_()); }
  void operator()(double& value) {
    value = static_cast<double>(static_cast<std::int64_t>(engine_())) / 1000;
  }
  void operator()(bool& value) { value = (engine_() & 1U) != 0; }
  void operator()(base::Bits128& value) { fill(value); }
  void operator()(base::Bits256& value) { fill(value); }
  void operator()(base::BytesView& value) { value = random_bytes(); }
  void operator()(std::string_view& value) { value = base::as_text(random_bytes()); }
  template <Constructor T>
  void operator()(T& value) {
    T::for_each_field(value, *this);
  }
  template <class... T>
  void operator()(std::variant<T...>& value) {
    const std::size_t choice = engine_() % sizeof...(T);
    std::size_t index = 0;
    ((index++ == choice ? (*this)(value.template emplace<T>()) : void()), ...);
  }
  template <class T>
  void operator()(std::vector<T>& value) {
    for (std::size_t left = engine_() % 4; left > 0; --left) (*this)(value.emplace_back());
  }

 private:
  void fill(std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }
  base::BytesView random_bytes() {
    // Around the places where the form of the length and the padding change.
    static constexpr std::size_t kSizes[] = {0,   1,   2,   3,   4,   5,   250,
                                             252, 253, 254, 255, 256, 257, 3000};
    base::Bytes& bytes = memory_.emplace_back(kSizes[engine_() % std::size(kSizes)]);
    fill(bytes);
    return bytes;
  }

  std::mt19937_64 engine_;
  std::deque<base::Bytes> memory_;
};

}  // namespace cocoon::tl
