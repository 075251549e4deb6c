// One version is read while the next one is made.
#include "app/attestation/live_collateral.h"

#include "attest/collateral/limits.h"

namespace cocoon::app::attestation {

using attest::collateral::BundledItem;
using attest::collateral::Item;
using attest::collateral::ItemName;

std::shared_ptr<const LiveCollateral::Set> LiveCollateral::current() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

std::shared_ptr<const attest::IntelCollateral> LiveCollateral::find(
    const attest::IntelCollateralId& id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = assembled_.find(id); found != assembled_.end()) return found->second;
  for (const ItemName& name : attest::collateral::intel_names(id).all()) want(name);
  auto collateral = set_->intel(id);
  if (collateral) assembled_[id] = collateral;
  return collateral;
}

base::Bytes LiveCollateral::body_of(const ItemName& name) const {
  const std::lock_guard lock(mutex_);
  want(name);
  const Item* item = set_->find(name);
  return item == nullptr ? base::Bytes() : item->body;
}

// Peers name what is wanted, before anything is known of them. So what nobody had gives way.
void LiveCollateral::want(const ItemName& name) const {
  if (wanted_.size() >= attest::collateral::kItemsMax && !wanted_.contains(name)) {
    std::erase_if(wanted_, [this](const ItemName& one) { return set_->find(one) == nullptr; });
    if (wanted_.size() >= attest::collateral::kItemsMax) return;
  }
  wanted_.insert(name);
}

base::Result<void> LiveCollateral::add(base::WallTime fetched, Item item) {
  const std::lock_guard lock(mutex_);
  const ItemName name = item.name;
  auto next = std::make_shared<Set>(*set_);
  TRY(next->add(fetched, std::move(item)));
  if (next->version() != set_->version()) assembled_.clear();
  set_ = std::move(next);
  fetched_[name] = fetched;
  return {};
}

base::Result<void> LiveCollateral::add_bundle(base::WallTime now, std::string_view json) {
  for (BundledItem& entry : TRY(attest::collateral::parse_bundle(json))) {
    TRY(add(std::min(now, entry.fetched), std::move(entry.item)));
  }
  return {};
}

std::vector<ItemName> LiveCollateral::due(base::WallTime now) const {
  const std::lock_guard lock(mutex_);
  return set_->due(now, {wanted_.begin(), wanted_.end()});
}

std::uint64_t LiveCollateral::version() const { return current()->version(); }

std::vector<BundledItem> LiveCollateral::items() const {
  const std::lock_guard lock(mutex_);
  std::vector<BundledItem> list;
  for (const ItemName& name : set_->names()) {
    const auto fetched = fetched_.find(name);
    list.push_back(
        {*set_->find(name), fetched == fetched_.end() ? base::WallTime{} : fetched->second});
  }
  return list;
}

}  // namespace cocoon::app::attestation
