// Trust: how a program proves itself and whom it believes. Each program's main hands in one
// TrustKit; measured programs have the production kit only, so that no configuration can make them
// accept simulated evidence.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/attestation/collateral_keeper.h"
#include "app/attestation/policy_file.h"
#include "attest/policy.h"
#include "attest/verdict.h"
#include "base/result.h"
#include "registry/snapshot.h"

namespace cocoon::app {

enum class TrustError { NoEvidenceProvider, PolicyNotAvailable, BadRootKey };

// Asks this machine's GPUs with a nonce: the encoded set of what they signed.
using DeviceSource = std::function<base::Result<base::Bytes>(const base::Bits256& nonce)>;

// Where collateral for real evidence comes from; all empty: only what is in the file of the bundle.
struct CollateralOptions {
  std::string intel_url;  // of a PCCS or another cache, http://HOST:PORT
  std::string amd_url;
  std::string nvidia_url;
  std::string bundle;    // a file for offline use
  std::string database;  // what was fetched; empty: not kept
};
std::string_view reason_name(TrustError error);

struct TrustOptions {
  std::string policy;  // "production", another built-in one, or a file that ends in .toml
  CollateralOptions collateral = {};
  std::string vcek_file = {};  // SEV-SNP: certificate of the report key, if the host gives none
  std::string simulated_root_file;  // development only
  std::string program;              // in whose name simulated evidence is made
  std::vector<base::Bits256> allowed_images;
  bool check_images = true;
  bool needs_evidence = true;  // false for a client, who has nothing to prove
  attest::EnclaveRole role = attest::EnclaveRole::Client;  // what this program proves to be
};

struct Trust {
  std::vector<std::unique_ptr<attest::EvidenceProvider>> providers;
  std::vector<std::unique_ptr<attest::EvidenceVerifier>> verifiers;
  std::unique_ptr<attest::DeviceVerifier> devices;  // null: GPUs are not looked at
  DeviceSource own_devices;                         // none: this machine shows no GPUs
  attest::Policy peers;  // changes on the loop's thread only: jobs on others take a copy
  std::uint64_t peers_version = 0;
  std::shared_ptr<attestation::LiveCollateral> collateral;  // of real evidence; else null
  std::unique_ptr<store::CollateralStore> collateral_store;
  bool simulated = false;  // said in every output

  std::vector<attest::EvidenceProvider*> provider_list() const;
  std::vector<const attest::EvidenceVerifier*> verifier_list() const;
};

class TrustKit {
 public:
  virtual ~TrustKit() = default;
  // Policies that this program knows, for help and errors.
  virtual std::vector<std::string> policies() const = 0;
  virtual base::Result<Trust> make(const TrustOptions& options) const = 0;
};

// Real evidence only.
class ProductionKit final : public TrustKit {
 public:
  std::vector<std::string> policies() const override { return attestation::built_in_policies(); }
  base::Result<Trust> make(const TrustOptions& options) const override;
};

}  // namespace cocoon::app
