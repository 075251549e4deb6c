// Why an item or a bundle of collateral is refused.
#pragma once

#include <string_view>

namespace cocoon::attest::collateral {

enum class CollateralError {
  Oversized,
  TooManyItems,
  NameMalformed,
  ItemMalformed,
  RolledBack,
  BundleMalformed,
  BundleVersionUnsupported,
};
std::string_view reason_name(CollateralError error);

}  // namespace cocoon::attest::collateral
