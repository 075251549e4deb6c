// Why bytes are not the TL object they should be.
#pragma once

#include <string_view>

namespace cocoon::tl {

enum class TlFault {
  Truncated,           // the bytes end before the object does
  TrailingBytes,       // the object ends before the bytes do
  UnknownConstructor,  // the number in front is none of those expected here
  BadBool,             // a Bool is neither boolTrue nor boolFalse
  BadPadding,          // a string's padding is not zero
  LengthTooLarge,      // a string claims more than kMaxStringLength
  VectorTooLong,       // a vector claims more elements than kMaxVectorLength, or than the remaining
                       // bytes can hold
};

std::string_view reason_name(TlFault fault);

}  // namespace cocoon::tl
