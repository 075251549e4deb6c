// The table of all types, for tests.
#include "tl/every_type.h"

#include <string>

#include "tl/codec.h"
#include "tl/random_object.h"

namespace cocoon::tl {
namespace {

using base::Bytes;
using base::BytesView;
using base::Result;

template <class T>
Result<Bytes> random(std::uint64_t seed) {
  ObjectFiller filler(seed);
  T object;
  filler(object);
  Bytes bytes = encode_boxed(object);
  const T decoded = TRY(decode_boxed<T>(bytes));
  if (!(decoded == object)) return base::Error(TlFault::Truncated, "decodes to another object");
  return bytes;
}

template <class T>
Result<Bytes> recode(BytesView boxed) {
  const T object = TRY(decode_boxed<T>(boxed));
  return encode_boxed(object);
}

template <class T>
bool compares_as_bytes(std::uint64_t seed_a, std::uint64_t seed_b) {
  ObjectFiller filler_a(seed_a);
  ObjectFiller filler_b(seed_b);
  T a;
  T b;
  filler_a(a);
  filler_b(b);
  return (a == b) == (encode_boxed(a) == encode_boxed(b));
}

}  // namespace

const std::vector<EveryType>& every_type() {
  static const std::vector<EveryType> types = [] {
    std::vector<EveryType> all;
    for_each_type([&]<class T>(std::type_identity<T>) {
      all.push_back({T::kId, T::kName, T::kMinSize, &random<T>, &recode<T>, &compares_as_bytes<T>});
    });
    return all;
  }();
  return types;
}

}  // namespace cocoon::tl
