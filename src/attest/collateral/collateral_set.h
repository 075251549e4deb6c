// The collateral at hand: a value, so that verifiers can look at one version while the next one is
// made.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "attest/collateral/item.h"

namespace cocoon::attest::collateral {

class CollateralSet {
 public:
  // Adds or replaces. RolledBack if what is here is newer (issue date or number); Oversized,
  // TooManyItems, ItemMalformed. After an error everything is as before.
  base::Result<void> add(base::WallTime fetched, Item item);

  const Item* find(const ItemName& name) const;
  // All four parts, or null.
  std::shared_ptr<const IntelCollateral> intel(const IntelCollateralId& id) const;
  // Of these names the ones that are missing or should be fetched again.
  std::vector<ItemName> due(base::WallTime now, const std::vector<ItemName>& names) const;
  std::vector<ItemName> names() const;

  // Counts what has changed: verdicts that rest on another version are made again.
  std::uint64_t version() const { return version_; }

 private:
  struct Entry {
    Item item;
    Vintage vintage;
    base::WallTime fetched;
  };
  std::map<ItemName, Entry> entries_;
  std::uint64_t version_ = 0;
};

}  // namespace cocoon::attest::collateral
