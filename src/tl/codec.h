// Objects of tl/types.h to bytes and back (docs/protocol/wire.md [WIRE-7] to [WIRE-10]).
//
// T is a struct of tl/types.h, or a std::variant of such structs: one of the Any... types or any
// set of one's own, say everything that may arrive in some state. All functions work on boxed
// objects: number first. Decoding consumes the bytes exactly, copies no string (views point into
// `bytes`) and takes memory only for vectors, whose counts are bounded first. Encoding is canonical
// and takes memory once.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/result.h"
#include "tl/fault.h"
#include "tl/reader.h"
#include "tl/types.h"
#include "tl/writer.h"

namespace cocoon::tl {

template <class T>
base::Result<T> decode_boxed(base::BytesView bytes);
// The number in front, if there are enough bytes for one.
inline std::optional<std::uint32_t> peek_id(base::BytesView bytes);
template <class T>
std::size_t encoded_size(const T& object);
template <class T>
void append_boxed(base::Bytes& out, const T& object);
template <class T>
base::Bytes encode_boxed(const T& object);

// ---- how
// --------------------------------------------------------------------------------------------------------

template <class T>
concept Constructor = requires {
  { T::kId } -> std::convertible_to<std::uint32_t>;
  { T::kMinSize } -> std::convertible_to<std::size_t>;
};

// Visits the fields of an object in wire order and reads each.
class FieldDecoder {
 public:
  explicit FieldDecoder(Reader& reader) : reader_(reader) {}

  void operator()(std::uint32_t& value) const { value = reader_.u32(); }
  void operator()(std::int32_t& value) const { value = reader_.i32(); }
  void operator()(std::int64_t& value) const { value = reader_.i64(); }
  void operator()(double& value) const { value = reader_.f64(); }
  void operator()(bool& value) const { value = reader_.boolean(); }
  void operator()(base::Bits128& value) const { reader_.raw_into(value); }
  void operator()(base::Bits256& value) const { reader_.raw_into(value); }
  void operator()(std::string_view& value) const { value = reader_.text(); }
  void operator()(base::BytesView& value) const { value = reader_.bytes(); }
  // [WIRE-8]: a constructor's own name as a field's type means no number in front.
  template <Constructor T>
  void operator()(T& value) const {
    T::for_each_field(value, *this);
  }
  template <class... T>
  void operator()(std::variant<T...>& value) const {
    const std::uint32_t id = reader_.u32();
    const bool known = (read_if<T>(id, value) || ...);
    if (!known) reader_.fail(TlFault::UnknownConstructor);
  }
  template <class T>
  void operator()(std::vector<T>& value) const {
    const std::size_t count = reader_.vector_count(min_size<T>());
    value.reserve(count);
    for (std::size_t i = 0; i < count && reader_.ok(); ++i) (*this)(value.emplace_back());
  }

 private:
  template <class T, class Variant>
  bool read_if(std::uint32_t id, Variant& value) const {
    if (id != T::kId) return false;
    (*this)(value.template emplace<T>());
    return true;
  }
  // Of one element of a vector: what its count is checked against.
  template <class T>
  static constexpr std::size_t min_size() {
    if constexpr (Constructor<T>) {
      return T::kMinSize;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, base::Bits128> ||
                         std::is_same_v<T, base::Bits256>) {
      return sizeof(T);
    } else {
      return 4;  // boxed: its number
    }
  }

  Reader& reader_;
};

// Visits the fields of an object and adds up their sizes.
class FieldSizer {
 public:
  std::size_t total() const { return total_; }

  void operator()(std::uint32_t) { total_ += 4; }
  void operator()(std::int32_t) { total_ += 4; }
  void operator()(std::int64_t) { total_ += 8; }
  void operator()(double) { total_ += 8; }
  void operator()(bool) { total_ += 4; }
  void operator()(const base::Bits128&) { total_ += 16; }
  void operator()(const base::Bits256&) { total_ += 32; }
  void operator()(std::string_view value) { total_ += string_size(value.size()); }
  void operator()(base::BytesView value) { total_ += string_size(value.size()); }
  template <Constructor T>
  void operator()(const T& value) {
    T::for_each_field(value, *this);
  }
  template <class... T>
  void operator()(const std::variant<T...>& value) {
    total_ += 4;
    std::visit(*this, value);
  }
  template <class T>
  void operator()(const std::vector<T>& value) {
    total_ += 4;
    for (const T& element : value) (*this)(element);
  }

 private:
  std::size_t total_ = 0;
};

// Visits the fields of an object and writes each.
class FieldEncoder {
 public:
  explicit FieldEncoder(Writer& writer) : writer_(writer) {}

  void operator()(std::uint32_t value) const { writer_.u32(value); }
  void operator()(std::int32_t value) const { writer_.i32(value); }
  void operator()(std::int64_t value) const { writer_.i64(value); }
  void operator()(double value) const { writer_.f64(value); }
  void operator()(bool value) const { writer_.boolean(value); }
  void operator()(const base::Bits128& value) const { writer_.raw(value); }
  void operator()(const base::Bits256& value) const { writer_.raw(value); }
  void operator()(std::string_view value) const { writer_.text(value); }
  void operator()(base::BytesView value) const { writer_.bytes(value); }
  template <Constructor T>
  void operator()(const T& value) const {
    T::for_each_field(value, *this);
  }
  template <class... T>
  void operator()(const std::variant<T...>& value) const {
    std::visit(
        [this]<class Chosen>(const Chosen& chosen) {
          writer_.u32(Chosen::kId);
          (*this)(chosen);
        },
        value);
  }
  template <class T>
  void operator()(const std::vector<T>& value) const {
    writer_.u32(static_cast<std::uint32_t>(value.size()));
    for (const T& element : value) (*this)(element);
  }

 private:
  Writer& writer_;
};

template <class T>
base::Result<T> decode_boxed(base::BytesView bytes) {
  Reader reader(bytes);
  T object;
  if constexpr (Constructor<T>) {
    if (reader.u32() != T::kId) reader.fail(TlFault::UnknownConstructor);
  }
  FieldDecoder{reader}(object);
  TRY(reader.finish(constructor_name(peek_id(bytes).value_or(0))));
  return object;
}

inline std::optional<std::uint32_t> peek_id(base::BytesView bytes) {
  Reader reader(bytes);
  const std::uint32_t id = reader.u32();
  return reader.ok() ? std::optional(id) : std::nullopt;
}

template <class T>
std::size_t encoded_size(const T& object) {
  FieldSizer size;
  size(object);
  return size.total() + (Constructor<T> ? 4 : 0);
}

template <class T>
void append_boxed(base::Bytes& out, const T& object) {
  const std::size_t size = encoded_size(object);
  const std::size_t start = out.size();
  Writer writer(out);
  writer.reserve(size);
  if constexpr (Constructor<T>) writer.u32(T::kId);
  FieldEncoder{writer}(object);
  CHECK(out.size() - start == size);
}

template <class T>
base::Bytes encode_boxed(const T& object) {
  base::Bytes out;
  append_boxed(out, object);
  return out;
}

}  // namespace cocoon::tl
