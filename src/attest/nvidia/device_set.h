// All GPUs and switches of one machine, asked with one nonce: what is bound into the CPU's evidence
// and judged together.
//
// The nonce derives from the enclave's keys and the hash of the set goes into its claims, so that
// neither can be another machine's (gpu_nonce() and gpu_evidence_hash() in claims.h). What no
// device signs (confidential and developer mode, as the driver states them) is in the set too: it
// counts because the CPU's evidence covers it and the program that read it is measured.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "attest/factor.h"
#include "attest/nvidia/device.h"
#include "base/result.h"

namespace cocoon::attest::nvidia {

enum class DeviceSetError { Malformed, Oversized };
std::string_view reason_name(DeviceSetError error);

// As NVML's confidential computing state tells (nvmlSystemGetConfComputeState and -Settings).
enum class ConfidentialMode : std::uint8_t { Off, On };
enum class DeveloperMode : std::uint8_t { Off, On };

struct DeviceEvidence {
  base::Bytes report;  // request and answer (report.h)
  base::Bytes chain;   // PEM, leaf first, root included
  friend bool operator==(const DeviceEvidence&, const DeviceEvidence&) = default;
};

struct DeviceSet {
  base::Bits256 nonce{};
  ConfidentialMode confidential = ConfidentialMode::Off;
  DeveloperMode developer = DeveloperMode::Off;
  std::vector<DeviceEvidence> gpus;
  std::vector<DeviceEvidence> switches;
  friend bool operator==(const DeviceSet&, const DeviceSet&) = default;
};

// One encoding for each set: version 1, modes, nonce, counts (u16), then each report and chain
// behind its length (u32); integers little-endian.
base::Bytes encode(const DeviceSet& set);
base::Result<DeviceSet> parse_device_set(base::BytesView bytes);

// Manifests, each verified once. Of several of one version the newest issue counts: NVIDIA corrects
// values under the same name.
class ManifestStore {
 public:
  explicit ManifestStore(crypto::PublicKey root) : root_(std::move(root)) {}

  // Refuses what doesn't verify at `now`; it need not be trusted where the document came from.
  base::Result<void> add(base::WallTime now, base::BytesView xml);
  // Null if there is none.
  const base::Result<Manifest>* find(std::string_view chip, std::string_view version) const;
  std::size_t size() const { return manifests_.size(); }

 private:
  crypto::PublicKey root_;
  std::map<std::pair<std::string, std::string>, base::Result<Manifest>> manifests_;
};

struct DeviceRequirements {
  std::size_t gpus_min = 1;
  std::optional<std::size_t> gpus;  // exactly; nothing: any number from gpus_min on
};

// Factors gpu_chain (genuine devices, the right number, each once, our nonce), gpu_firmware and
// gpu_confidential_mode.
std::vector<Factor> examine_device_set(base::WallTime now, const DeviceSet& set,
                                       const base::Bits256& expected_nonce,
                                       const ManifestStore& manifests,
                                       std::span<const crypto::Crl> revocation_lists,
                                       const Roots& roots, const DeviceRequirements& requirements);

}  // namespace cocoon::attest::nvidia
