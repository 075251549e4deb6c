// Any bytes: decoding never goes wrong, and what it accepts is encoded again to the same bytes,
// unless the input used a longer form of a length than necessary.
#include <algorithm>

#include "base/check.h"
#include "tl/codec.h"

namespace {

// Every value starts at a multiple of four bytes, so a long form of a length shows there.
bool may_hold_long_form(cocoon::base::BytesView bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    if (bytes[i] >= 0xfe) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tl = cocoon::tl;
  const cocoon::base::BytesView input(data, size);
  const auto id = tl::peek_id(input);
  if (!id) return 0;
  tl::for_each_type([&]<class T>(std::type_identity<T>) {
    if (T::kId != *id) return;
    const auto object = tl::decode_boxed<T>(input);
    if (!object) return;
    const cocoon::base::Bytes again = tl::encode_boxed(*object);
    CHECK(again.size() <= size);
    CHECK(may_hold_long_form(input) || std::ranges::equal(again, input));
    const auto second = tl::decode_boxed<T>(again);
    CHECK(second.ok());
    CHECK(tl::encode_boxed(*second) == again);
  });
  return 0;
}
