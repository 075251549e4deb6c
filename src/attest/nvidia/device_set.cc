// Each device on its own, then what holds between them.
#include "attest/nvidia/device_set.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::attest::nvidia {
namespace {

using base::Error;
using base::Result;

Error within(std::string_view device, const Error& error) {
  return {*error.as<Refusal>(), std::string(device) + ": " + error.message()};
}

struct Examined {
  std::string name;  // "gpu 0"
  DeviceKind expected{};
  DeviceExamination examination;
};

struct Circumstances {
  base::WallTime now;
  const base::Bits256& nonce;
  const ManifestStore& manifests;
  std::span<const crypto::Crl> revocation_lists;
  const Roots& roots;
};

// Under the name in its certificate, or the one that the report states.
const Result<Manifest>* find_manifest(const ManifestStore& manifests, const DeviceClaim& claim,
                                      std::string_view version) {
  const auto* found = manifests.find(claim.device.chip, version);
  return found != nullptr ? found : manifests.find(claim.chip_stated, version);
}

std::vector<Examined> examine_all(const Circumstances& where, DeviceKind kind,
                                  std::span<const DeviceEvidence> devices) {
  std::vector<Examined> all;
  for (const DeviceEvidence& device : devices) {
    References references;
    if (const auto claim = claim_of(device.report, device.chain)) {
      references.driver = find_manifest(where.manifests, *claim, claim->driver_version);
      references.vbios = find_manifest(where.manifests, *claim, claim->vbios_version);
    }
    const DeviceQuestion question{.report = device.report,
                                  .chain = device.chain,
                                  .nonce = where.nonce,
                                  .references = references,
                                  .revocation_lists = where.revocation_lists};
    all.push_back({std::string(device_kind_name(kind)) + " " + std::to_string(all.size()), kind,
                   examine_device(where.now, question, where.roots)});
  }
  return all;
}

Result<void> check_each(std::span<const Examined> devices) {
  for (const Examined& one : devices) {
    if (!one.examination.chain) return within(one.name, one.examination.chain.error());
    if (!one.examination.device || one.examination.device->kind != one.expected) {
      return refuse(Refusal::DeviceSetMismatch,
                    "The evidence of " + one.name + " is of another kind of device.");
    }
  }
  return {};
}

Result<void> check_distinct(std::span<const Examined> devices) {
  std::set<base::Bits256> seen;
  for (const Examined& one : devices) {
    if (!seen.insert(one.examination.device->id).second) {
      return refuse(Refusal::DeviceSetMismatch, "The device of " + one.name + " is shown twice.");
    }
  }
  return {};
}

Result<void> check_count(std::size_t gpus, const DeviceRequirements& requirements) {
  const std::size_t wanted = requirements.gpus.value_or(requirements.gpus_min);
  if (gpus < wanted || (requirements.gpus && gpus != wanted)) {
    return refuse(Refusal::DeviceSetMismatch, "The machine shows " + std::to_string(gpus) +
                                                  " GPUs instead of " + std::to_string(wanted) +
                                                  (requirements.gpus ? "." : " or more."));
  }
  return {};
}

Result<void> check_genuine(std::span<const Examined> gpus, std::span<const Examined> switches,
                           const DeviceRequirements& requirements) {
  TRY(check_each(gpus));
  TRY(check_each(switches));
  TRY(check_distinct(gpus));
  TRY(check_distinct(switches));
  return check_count(gpus.size(), requirements);
}

// Links in the clear end at switches that are attested too, and no others.
Result<void> check_switches(std::span<const Examined> gpus, std::span<const Examined> switches) {
  std::set<SwitchId> linked;
  for (const Examined& gpu : gpus) {
    for (const SwitchId& id : gpu.examination.report->switches()) linked.insert(id);
  }
  std::set<SwitchId> attested;
  for (const Examined& one : switches) {
    const auto ids = one.examination.report->switches();
    if (ids.size() == 1) attested.insert(ids[0]);
  }
  if (linked.empty() || linked != attested) {
    return refuse(Refusal::DeviceSetMismatch,
                  "The switches that the GPUs are linked to are not those that are shown.");
  }
  return {};
}

Result<void> check_modes(const DeviceSet& set, std::span<const Examined> gpus,
                         std::span<const Examined> switches) {
  if (set.confidential != ConfidentialMode::On) {
    return refuse(Refusal::ConfidentialModeOff, "The GPUs are not in confidential mode.");
  }
  if (set.developer != DeveloperMode::Off) {
    return refuse(Refusal::DeveloperModeOn, "The GPUs are in developer mode.");
  }
  std::set<FeatureMode> modes;
  for (const Examined& gpu : gpus) {
    if (!gpu.examination.report) {
      return refuse(Refusal::EvidenceMalformed, "The report of " + gpu.name + " can't be read.");
    }
    modes.insert(gpu.examination.report->feature_mode());
  }
  if (modes.size() != 1 || modes.contains(FeatureMode::Unknown)) {
    return refuse(Refusal::ConfidentialModeOff,
                  "The GPUs are not all in one mode that is known here.");
  }
  if (!modes.contains(FeatureMode::ProtectedPcie)) return {};
  for (const Examined& one : switches) {
    if (!one.examination.report) {
      return refuse(Refusal::EvidenceMalformed, "The report of " + one.name + " can't be read.");
    }
  }
  return check_switches(gpus, switches);
}

Values device_values(std::span<const Examined> devices) {
  Values values;
  for (const Examined& one : devices) {
    if (!one.examination.device || !one.examination.report) continue;
    const Report& report = *one.examination.report;
    values.emplace_back(one.name, one.examination.device->chip + ", driver '" +
                                      report.driver_version() + "', VBIOS '" +
                                      report.vbios_version() + "', id " +
                                      base::to_hex(one.examination.device->id));
  }
  return values;
}

// The first that is not in order; all passed only if each did.
Factor firmware_factor(std::span<const Examined> devices) {
  if (devices.empty()) {
    return not_checked(FactorId::GpuFirmware, Refusal::FactorNotChecked, "There is no device.");
  }
  const Examined* worst = nullptr;
  for (const Examined& one : devices) {
    const Outcome outcome = one.examination.firmware.outcome;
    if (outcome == Outcome::Passed) continue;
    if (worst == nullptr || (outcome == Outcome::Failed &&
                             worst->examination.firmware.outcome == Outcome::NotChecked)) {
      worst = &one;
    }
  }
  if (worst == nullptr) return passed(FactorId::GpuFirmware);
  Factor factor = worst->examination.firmware;
  factor.reason = worst->name + ": " + factor.reason;
  return factor;
}

}  // namespace

Result<void> ManifestStore::add(base::WallTime now, base::BytesView xml) {
  Manifest manifest = TRY(verify_manifest(now, xml, root_));
  std::string product = manifest.product;
  std::erase(product, '_');
  const std::pair key(std::move(product), manifest.version);
  const auto known = manifests_.find(key);
  if (known != manifests_.end() && known->second->not_before >= manifest.not_before) return {};
  manifests_.insert_or_assign(key, Result<Manifest>(std::move(manifest)));
  return {};
}

const Result<Manifest>* ManifestStore::find(std::string_view chip, std::string_view version) const {
  const auto found = manifests_.find({std::string(chip), std::string(version)});
  return found == manifests_.end() ? nullptr : &found->second;
}

std::vector<Factor> examine_device_set(base::WallTime now, const DeviceSet& set,
                                       const base::Bits256& expected_nonce,
                                       const ManifestStore& manifests,
                                       std::span<const crypto::Crl> revocation_lists,
                                       const Roots& roots, const DeviceRequirements& requirements) {
  const Circumstances where{now, expected_nonce, manifests, revocation_lists, roots};
  const auto gpus = examine_all(where, DeviceKind::Gpu, set.gpus);
  const auto switches = examine_all(where, DeviceKind::Switch, set.switches);
  std::vector<Examined> all = gpus;
  all.insert(all.end(), switches.begin(), switches.end());
  Values values = device_values(all);
  values.emplace_back("revocation",
                      revocation_lists.empty() ? "no lists were given" : "looked up in the lists");
  return {
      factor_of(FactorId::GpuChain, check_genuine(gpus, switches, requirements), std::move(values)),
      firmware_factor(all),
      factor_of(FactorId::GpuConfidentialMode, check_modes(set, gpus, switches))};
}

}  // namespace cocoon::attest::nvidia
