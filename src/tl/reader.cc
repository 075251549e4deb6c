// Reading of TL's primitive values.
#include "tl/reader.h"

#include <bit>
#include <cstring>
#include <string>

#include "tl/limits.h"
#include "tl/writer.h"

namespace cocoon::tl {

// [WIRE-1]: integers are little-endian, as every machine we run on has them.
static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::uint8_t kFourBytePrefix = 0xfe;
constexpr std::uint8_t kEightBytePrefix = 0xff;

template <class T>
T load(const std::uint8_t* from) {
  T value{};
  if (from != nullptr) std::memcpy(&value, from, sizeof(value));
  return value;
}

}  // namespace

const std::uint8_t* Reader::take(std::size_t count) {
  if (fault_) return nullptr;
  if (count > remaining()) {
    fault_ = TlFault::Truncated;
    return nullptr;
  }
  const std::uint8_t* place = input_.data() + position_;
  position_ += count;
  return place;
}

std::uint32_t Reader::u32() { return load<std::uint32_t>(take(sizeof(std::uint32_t))); }
std::int32_t Reader::i32() { return load<std::int32_t>(take(sizeof(std::int32_t))); }
std::uint64_t Reader::u64() { return load<std::uint64_t>(take(sizeof(std::uint64_t))); }
std::int64_t Reader::i64() { return load<std::int64_t>(take(sizeof(std::int64_t))); }
double Reader::f64() { return load<double>(take(sizeof(double))); }

bool Reader::boolean() {
  const std::uint32_t id = u32();
  if (ok() && id != kBoolTrueId && id != kBoolFalseId) fail(TlFault::BadBool);
  return ok() && id == kBoolTrueId;
}

base::BytesView Reader::bytes() {
  const std::uint8_t* first = take(4);
  if (first == nullptr) return {};
  // The first four bytes are a long form's whole prefix, or a short form's prefix and up to three
  // bytes of data.
  std::uint64_t length = first[0];
  std::size_t prefix = 1;
  if (first[0] == kFourBytePrefix) {
    length = load<std::uint32_t>(first) >> 8U;
    prefix = 4;
  } else if (first[0] == kEightBytePrefix) {
    if (take(4) == nullptr) return {};
    length = load<std::uint64_t>(first) >> 8U;
    prefix = 8;
  }
  if (length > kMaxStringLength) {
    fail(TlFault::LengthTooLarge);
    return {};
  }
  const std::size_t used = prefix + static_cast<std::size_t>(length);
  const std::size_t padded = (used + 3) / 4 * 4;
  const std::size_t taken = prefix == 1 ? 4 : prefix;
  if (take(padded - taken) == nullptr) return {};
  for (std::size_t i = used; i < padded; ++i) {
    if (first[i] != 0) {
      fail(TlFault::BadPadding);
      return {};
    }
  }
  return {first + prefix, static_cast<std::size_t>(length)};
}

base::BytesView Reader::raw(std::size_t count) {
  const std::uint8_t* place = take(count);
  return place == nullptr ? base::BytesView{} : base::BytesView{place, count};
}

void Reader::raw_into(std::span<std::uint8_t> out) {
  const std::uint8_t* place = take(out.size());
  if (place != nullptr && !out.empty()) std::memcpy(out.data(), place, out.size());
}

std::size_t Reader::vector_count(std::size_t min_element_size) {
  const std::uint32_t count = u32();
  if (!ok()) return 0;
  if (count > kMaxVectorLength || count > remaining() / min_element_size) {
    fail(TlFault::VectorTooLong);
    return 0;
  }
  return count;
}

base::Result<void> Reader::finish(std::string_view what) {
  if (ok() && remaining() != 0) fail(TlFault::TrailingBytes);
  if (ok()) return {};
  std::string message(what.empty() ? "object" : what);
  message +=
      " is malformed at byte " + std::to_string(position_) + " of " + std::to_string(input_.size());
  return base::Error(*fault_, std::move(message));
}

}  // namespace cocoon::tl
