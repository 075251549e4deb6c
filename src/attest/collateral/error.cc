// Names of the reasons.
#include "attest/collateral/error.h"

#include "base/check.h"

namespace cocoon::attest::collateral {

std::string_view reason_name(CollateralError error) {
  switch (error) {
    case CollateralError::Oversized:
      return "collateral_oversized";
    case CollateralError::TooManyItems:
      return "collateral_too_many_items";
    case CollateralError::NameMalformed:
      return "collateral_name_malformed";
    case CollateralError::ItemMalformed:
      return "collateral_item_malformed";
    case CollateralError::RolledBack:
      return "collateral_rolled_back";
    case CollateralError::BundleMalformed:
      return "collateral_bundle_malformed";
    case CollateralError::BundleVersionUnsupported:
      return "collateral_bundle_version_unsupported";
  }
  CHECK(false);
}

}  // namespace cocoon::attest::collateral
