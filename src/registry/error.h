// Why this module refuses a root contract's state or a simulated one. Faults of the cells
// themselves are ton::TonError.
#pragma once

#include <string_view>

namespace cocoon::registry {

enum class RegistryError {
  ConfigTooBig,
  ConfigForm,      // not JSON, or not an object
  ConfigMember,    // a member is missing or has a wrong value
  TooManyEntries,  // a list is longer than kMaxListEntries
  CodeMissing,     // the params carry no code for one of the contracts
};

std::string_view reason_name(RegistryError error);

}  // namespace cocoon::registry
