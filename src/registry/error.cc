// The stable names of this module's reasons.
#include "registry/error.h"

#include "base/check.h"

namespace cocoon::registry {

std::string_view reason_name(RegistryError error) {
  switch (error) {
    case RegistryError::ConfigTooBig:
      return "config_too_big";
    case RegistryError::ConfigForm:
      return "config_form";
    case RegistryError::ConfigMember:
      return "config_member";
    case RegistryError::TooManyEntries:
      return "too_many_entries";
    case RegistryError::CodeMissing:
      return "code_missing";
  }
  CHECK(false);
}

}  // namespace cocoon::registry
