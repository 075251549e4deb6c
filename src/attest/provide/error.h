// Why no evidence could be made.
#pragma once

#include <string_view>

namespace cocoon::attest::provide {

enum class ProvideError {
  InterfaceMissing,  // no TEE, or a kernel without configfs-tsm
  Refused,           // the kernel or the firmware said no
  Interrupted,       // somebody else used our report directory at the same time
  UnknownProvider,
  AnswerMalformed,
  DriverMissing,
  DriverTooOld,
  DriverFailed,
  NoGpus,
};
std::string_view reason_name(ProvideError error);

}  // namespace cocoon::attest::provide
