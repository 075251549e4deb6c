// Verifies what the GPUs and switches of a peer have signed, with NVIDIA's manifests and revocation
// lists as far as they are at hand.
//
// May be used on any thread. Manifests are verified once; what is missing is asked for only once
// the devices have proven to be genuine, so that nobody else can make this program fetch things.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "app/attestation/live_collateral.h"
#include "attest/nvidia/device_set.h"
#include "attest/nvidia/roots.h"
#include "attest/verdict.h"

namespace cocoon::app::attestation {

class NvidiaVerifier final : public attest::DeviceVerifier {
 public:
  explicit NvidiaVerifier(std::shared_ptr<const LiveCollateral> collateral,
                          attest::nvidia::Roots roots = attest::nvidia::pinned_roots());

  // The nonce has to be the one that derives from the claims' TLS key (gpu_nonce).
  std::vector<attest::Factor> examine(base::WallTime now, const attest::EnclaveClaims& claims,
                                      base::BytesView devices) const override;
  // The same for devices that were asked with any nonce.
  std::vector<attest::Factor> examine_asked(base::WallTime now, const base::Bits256& nonce,
                                            base::BytesView devices) const;

 private:
  using DeviceSet = attest::nvidia::DeviceSet;
  // Made anew when there is more; never changed.
  struct Known {
    attest::nvidia::ManifestStore manifests;
    std::vector<crypto::Crl> lists;
  };
  using KnownPtr = std::shared_ptr<const Known>;
  // With the collateral of now.
  KnownPtr known(base::WallTime now) const;
  // Of genuine devices: remembers what they need, and takes over what has come by now.
  KnownPtr known_for(base::WallTime now, const DeviceSet& set) const;
  void refresh(base::WallTime now) const;

  std::shared_ptr<const LiveCollateral> collateral_;
  attest::nvidia::Roots roots_;
  mutable std::mutex mutex_;
  mutable std::set<attest::collateral::ItemName> needed_;
  mutable std::map<attest::collateral::ItemName, base::Bits256> read_;  // hash of what was read
  mutable std::uint64_t version_ = 0;  // of the collateral that was read
  mutable KnownPtr known_;
};

}  // namespace cocoon::app::attestation
