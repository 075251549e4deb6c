#include "app/trust.h"

#include <unistd.h>

#include <algorithm>

#include "app/attestation/device_verifier.h"
#include "app/attestation/verifiers.h"
#include "attest/collateral/limits.h"
#include "attest/nvidia/device_set.h"
#include "attest/provide/gpus.h"
#include "attest/provide/tsm_provider.h"
#include "io/files.h"

namespace cocoon::app {

using base::Error;

std::string_view reason_name(TrustError error) {
  switch (error) {
    case TrustError::NoEvidenceProvider:
      return "no_evidence_provider";
    case TrustError::PolicyNotAvailable:
      return "policy_not_available";
    case TrustError::BadRootKey:
      return "bad_root_key";
  }
  return "unknown";
}

std::vector<attest::EvidenceProvider*> Trust::provider_list() const {
  std::vector<attest::EvidenceProvider*> list;
  for (const auto& provider : providers) list.push_back(provider.get());
  return list;
}

std::vector<const attest::EvidenceVerifier*> Trust::verifier_list() const {
  std::vector<const attest::EvidenceVerifier*> list;
  for (const auto& verifier : verifiers) list.push_back(verifier.get());
  return list;
}

namespace {

constexpr std::size_t kPolicyFileMax = 1 << 20;
constexpr std::size_t kVcekFileMax = 64 << 10;

bool is_built_in(const std::string& policy) {
  const auto known = attestation::built_in_policies();
  return std::ranges::find(known, policy) != known.end();
}

base::Result<attest::Policy> read_policy(const TrustOptions& options) {
  if (options.policy.ends_with(".toml")) {
    const base::Bytes text = TRY(io::read_file(options.policy, kPolicyFileMax));
    return attestation::parse_policy(base::as_text(text), options.policy, options.allowed_images);
  }
  if (is_built_in(options.policy)) {
    return attestation::built_in_policy(options.policy, options.allowed_images);
  }
  return Error(
      TrustError::PolicyNotAvailable,
      "policy \"" + options.policy +
          "\" accepts evidence that proves nothing, and this program does not know it; the "
          "development programs (cocoon-proxy-dev, cocoon-worker-dev) do");
}

base::Result<void> open_collateral(const CollateralOptions& options, Trust& trust) {
  trust.collateral = std::make_shared<attestation::LiveCollateral>();
  if (!options.database.empty()) {
    trust.collateral_store = TRY(store::CollateralStore::open(options.database));
    TRY(attestation::load_collateral(*trust.collateral_store, *trust.collateral));
  }
  if (options.bundle.empty()) return {};
  const base::Bytes text = TRY(io::read_file(options.bundle, attest::collateral::kBundleSizeMax));
  return trust.collateral->add_bundle(io::Runtime().now().wall, base::as_text(text));
}

// The hardware's own evidence. Asked once here, so that a program that can't prove itself says so
// at its start.
base::Result<std::unique_ptr<attest::EvidenceProvider>> hardware_provider(
    const TrustOptions& options) {
  base::Bytes vcek;
  if (!options.vcek_file.empty()) vcek = TRY(io::read_file(options.vcek_file, kVcekFileMax));
  auto provider = std::make_unique<attest::provide::TsmProvider>(
      attest::provide::system_files(), std::string(attest::provide::kTsmRoot),
      "cocoon-" + std::to_string(getpid()), std::move(vcek));
  const auto tried = provider->quote(base::WallTime{}, base::Bits512{});
  if (tried) return std::unique_ptr<attest::EvidenceProvider>(std::move(provider));
  return Error(TrustError::NoEvidenceProvider,
               tried.error().message() + " For a network on this machine use `cocoon up`.");
}

// What the GPUs sign, and the modes that only the driver tells.
base::Result<base::Bytes> ask_own_devices(const base::Bits256& nonce) {
  using namespace attest::nvidia;
  namespace provide = attest::provide;
  const auto taken = TRY(provide::take_gpu_evidence(provide::kNvmlLibrary, nonce));
  DeviceSet set{.nonce = nonce,
                .confidential = taken.confidential == provide::ConfidentialCompute::On
                                    ? ConfidentialMode::On
                                    : ConfidentialMode::Off,
                .developer = taken.developer == provide::DeveloperTools::On ? DeveloperMode::On
                                                                            : DeveloperMode::Off,
                .gpus = {},
                .switches = {}};
  for (const auto& report : taken.reports) {
    set.gpus.push_back({report.evidence, report.certificate_chain});
  }
  return encode(set);
}

}  // namespace

base::Result<Trust> ProductionKit::make(const TrustOptions& options) const {
  Trust trust;
  trust.peers = TRY(read_policy(options));
  TRY(open_collateral(options.collateral, trust));
  trust.verifiers = attestation::real_verifiers(trust.collateral, trust.peers);
  trust.devices = std::make_unique<attestation::NvidiaVerifier>(trust.collateral);
  if (options.role == attest::EnclaveRole::Worker) trust.own_devices = ask_own_devices;
  if (options.needs_evidence) trust.providers.push_back(TRY(hardware_provider(options)));
  return trust;
}

}  // namespace cocoon::app
