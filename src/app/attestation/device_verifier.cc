// Two looks at the first machine of a kind: one that finds it genuine, one with its manifests.
#include "app/attestation/device_verifier.h"

#include <algorithm>

#include "attest/nvidia/manifest_service.h"
#include "crypto/hash.h"

namespace cocoon::app::attestation {
namespace {

using attest::Factor;
using attest::FactorId;
using attest::Outcome;
using attest::collateral::ItemName;
using attest::nvidia::ManifestStore;

// Names that genuine devices can make us want: a few for each version of the firmware.
constexpr std::size_t kNeededMax = 256;

Outcome outcome_of(const std::vector<Factor>& factors, FactorId id) {
  const auto found = std::ranges::find(factors, id, &Factor::id);
  return found == factors.end() ? Outcome::NotChecked : found->outcome;
}

}  // namespace

NvidiaVerifier::NvidiaVerifier(std::shared_ptr<const LiveCollateral> collateral,
                               attest::nvidia::Roots roots)
    : collateral_(std::move(collateral)),
      roots_(std::move(roots)),
      known_(std::make_shared<const Known>(Known{ManifestStore(roots_.manifest), {}})) {}

std::vector<Factor> NvidiaVerifier::examine(base::WallTime now, const attest::EnclaveClaims& claims,
                                            base::BytesView devices) const {
  return examine_asked(now, attest::gpu_nonce(claims.tls_public_key), devices);
}

std::vector<Factor> NvidiaVerifier::examine_asked(base::WallTime now, const base::Bits256& nonce,
                                                  base::BytesView devices) const {
  const auto set = attest::nvidia::parse_device_set(devices);
  if (!set) {
    return {attest::failed(FactorId::GpuChain, attest::Refusal::EvidenceMalformed,
                           set.error().message())};
  }
  const auto look = [&](const Known& with) {
    return attest::nvidia::examine_device_set(now, *set, nonce, with.manifests, with.lists, roots_,
                                              {});
  };
  const KnownPtr before = known(now);
  auto factors = look(*before);
  if (outcome_of(factors, FactorId::GpuChain) != Outcome::Passed) return factors;
  const KnownPtr after = known_for(now, *set);
  return after == before ? factors : look(*after);
}

NvidiaVerifier::KnownPtr NvidiaVerifier::known(base::WallTime now) const {
  const std::lock_guard lock(mutex_);
  if (collateral_->version() != version_) refresh(now);
  return known_;
}

NvidiaVerifier::KnownPtr NvidiaVerifier::known_for(base::WallTime now, const DeviceSet& set) const {
  const std::lock_guard lock(mutex_);
  const std::size_t count = needed_.size();
  for (const auto* devices : {&set.gpus, &set.switches}) {
    for (const auto& device : *devices) {
      const auto claim = attest::nvidia::claim_of(device.report, device.chain);
      if (!claim || needed_.size() >= kNeededMax) continue;
      needed_.insert(attest::collateral::nvidia_root_crl());
      needed_.insert(attest::collateral::nvidia_chip_crl(claim->device.chip));
      for (const std::string& id : attest::nvidia::manifest_ids(device.report, device.chain)) {
        needed_.insert(attest::collateral::nvidia_manifest(id));
      }
    }
  }
  if (needed_.size() != count) refresh(now);
  return known_;
}

// Only what has changed is verified again.
void NvidiaVerifier::refresh(base::WallTime now) const {
  version_ = collateral_->version();
  Known next{known_->manifests, {}};
  bool changed = false;
  for (const ItemName& name : needed_) {
    const base::Bytes body = collateral_->body_of(name);
    if (body.empty()) continue;
    const base::Bits256 hash = crypto::sha256(body);
    const bool fresh = read_[name] != hash;
    changed = changed || fresh;
    read_[name] = hash;
    if (attest::collateral::is_list(name)) {
      if (auto list = crypto::Crl::parse_any(body)) next.lists.push_back(*std::move(list));
    } else if (fresh) {
      // What doesn't verify is as good as missing: the factor then says so.
      if (const auto xml = attest::nvidia::manifest_of_answer(body)) {
        (void)next.manifests.add(now, *xml).ok();
      }
    }
  }
  if (changed) known_ = std::make_shared<const Known>(std::move(next));
}

}  // namespace cocoon::app::attestation
