#include "base/result.h"

namespace cocoon::base {

Error Error::within(std::string_view context) && {
  message_ = std::string(context) + ": " + message_;
  return std::move(*this);
}

}  // namespace cocoon::base
