// The collateral of a running program. Verifiers read it from any thread and never wait.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "attest/collateral/bundle.h"
#include "attest/collateral/collateral_set.h"

namespace cocoon::app::attestation {

class LiveCollateral final : public attest::IntelCollateralSource {
 public:
  // Null if a part is missing; then, and from now on, all four parts are wanted.
  std::shared_ptr<const attest::IntelCollateral> find(
      const attest::IntelCollateralId& id) const override;
  // Empty if it is missing; from now on it is wanted.
  base::Bytes body_of(const attest::collateral::ItemName& name) const;

  base::Result<void> add(base::WallTime fetched, attest::collateral::Item item);
  // All items, or the first error.
  base::Result<void> add_bundle(base::WallTime now, std::string_view json);

  // Wanted, and missing or due for renewal; kItemsMax at most.
  std::vector<attest::collateral::ItemName> due(base::WallTime now) const;
  std::uint64_t version() const;
  std::vector<attest::collateral::BundledItem> items() const;

 private:
  using Set = attest::collateral::CollateralSet;
  std::shared_ptr<const Set> current() const;
  void want(const attest::collateral::ItemName& name) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Set> set_ = std::make_shared<Set>();
  mutable std::set<attest::collateral::ItemName> wanted_;
  // Assembled once per version.
  mutable std::map<attest::IntelCollateralId, std::shared_ptr<const attest::IntelCollateral>>
      assembled_;
  std::map<attest::collateral::ItemName, base::WallTime> fetched_;
};

}  // namespace cocoon::app::attestation
