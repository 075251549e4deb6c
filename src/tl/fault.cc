// Names of the reasons for refusing TL bytes.
#include "tl/fault.h"

namespace cocoon::tl {

std::string_view reason_name(TlFault fault) {
  switch (fault) {
    case TlFault::Truncated:
      return "truncated";
    case TlFault::TrailingBytes:
      return "trailing_bytes";
    case TlFault::UnknownConstructor:
      return "unknown_constructor";
    case TlFault::BadBool:
      return "bad_bool";
    case TlFault::BadPadding:
      return "bad_padding";
    case TlFault::LengthTooLarge:
      return "length_too_large";
    case TlFault::VectorTooLong:
      return "vector_too_long";
  }
  return "unknown";
}

}  // namespace cocoon::tl
