// Names of the reasons.
#include "attest/provide/error.h"

#include "base/check.h"

namespace cocoon::attest::provide {

std::string_view reason_name(ProvideError error) {
  switch (error) {
    case ProvideError::InterfaceMissing:
      return "tsm_interface_missing";
    case ProvideError::Refused:
      return "tsm_refused";
    case ProvideError::Interrupted:
      return "tsm_interrupted";
    case ProvideError::UnknownProvider:
      return "tsm_provider_unknown";
    case ProvideError::AnswerMalformed:
      return "tsm_answer_malformed";
    case ProvideError::DriverMissing:
      return "gpu_driver_missing";
    case ProvideError::DriverTooOld:
      return "gpu_driver_too_old";
    case ProvideError::DriverFailed:
      return "gpu_driver_failed";
    case ProvideError::NoGpus:
      return "gpu_none_found";
  }
  CHECK(false);
}

}  // namespace cocoon::attest::provide
