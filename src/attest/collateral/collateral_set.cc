// The newer of two always wins.
#include "attest/collateral/collateral_set.h"

#include "attest/collateral/limits.h"

namespace cocoon::attest::collateral {
namespace {

base::Result<void> check_not_older(const ItemName& name, const Vintage& old, const Vintage& fresh) {
  const bool older =
      (old.issued && fresh.issued && *fresh.issued < *old.issued) || fresh.number < old.number;
  if (!older) return {};
  return base::Error(CollateralError::RolledBack,
                     "The service answered for " + to_text(name) +
                         " with something older than what is here: it may hide what is known by "
                         "now; use another cache.");
}

}  // namespace

base::Result<void> CollateralSet::add(base::WallTime fetched, Item item) {
  if (item.body.size() > kItemSizeMax || item.issuer_chain.size() > kIssuerChainSizeMax) {
    return base::Error(CollateralError::Oversized,
                       "The answer for " + to_text(item.name) + " is too large.");
  }
  const Vintage vintage = TRY(vintage_of(item));
  const auto found = entries_.find(item.name);
  if (found == entries_.end()) {
    if (entries_.size() == kItemsMax) {
      return base::Error(CollateralError::TooManyItems, "There is too much collateral.");
    }
    ItemName name = item.name;
    entries_.emplace(std::move(name), Entry{std::move(item), vintage, fetched});
    ++version_;
    return {};
  }
  Entry& entry = found->second;
  TRY(check_not_older(item.name, entry.vintage, vintage));
  if (entry.item.body != item.body || entry.item.issuer_chain != item.issuer_chain) ++version_;
  entry = Entry{std::move(item), vintage, fetched};
  return {};
}

const Item* CollateralSet::find(const ItemName& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second.item;
}

std::shared_ptr<const IntelCollateral> CollateralSet::intel(const IntelCollateralId& id) const {
  const IntelNames names = intel_names(id);
  const Item* root_crl = find(names.root_crl);
  const Item* pck_crl = find(names.pck_crl);
  const Item* tcb = find(names.tcb);
  const Item* identity = find(names.qe_identity);
  if (root_crl == nullptr || pck_crl == nullptr || tcb == nullptr || identity == nullptr) {
    return nullptr;
  }
  auto tcb_parts = split_signed_object(tcb->body, "tcbInfo");
  auto identity_parts = split_signed_object(identity->body, "enclaveIdentity");
  if (!tcb_parts || !identity_parts) return nullptr;
  return std::make_shared<IntelCollateral>(
      IntelCollateral{.root_ca_crl = list_bytes(root_crl->body),
                      .pck_crl = list_bytes(pck_crl->body),
                      .pck_crl_issuer_chain = pck_crl->issuer_chain,
                      .tcb_info = base::to_bytes(tcb_parts->object),
                      .tcb_info_signature = std::move(tcb_parts->signature),
                      .tcb_info_issuer_chain = tcb->issuer_chain,
                      .qe_identity = base::to_bytes(identity_parts->object),
                      .qe_identity_signature = std::move(identity_parts->signature),
                      .qe_identity_issuer_chain = identity->issuer_chain});
}

std::vector<ItemName> CollateralSet::due(base::WallTime now,
                                         const std::vector<ItemName>& names) const {
  std::vector<ItemName> list;
  for (const ItemName& name : names) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
      list.push_back(name);
      continue;
    }
    const Entry& entry = found->second;
    const bool old = entry.fetched + kRenewAfter <= now;
    const bool ending = entry.vintage.ends && *entry.vintage.ends - kRenewBeforeEnd <= now &&
                        entry.fetched + std::chrono::hours(1) <= now;
    if (old || ending) list.push_back(name);
  }
  return list;
}

std::vector<ItemName> CollateralSet::names() const {
  std::vector<ItemName> list;
  for (const auto& [name, entry] : entries_) list.push_back(name);
  return list;
}

}  // namespace cocoon::attest::collateral
