// Chain, signature, firmware id, nonce; then measurements against manifests.
#include "attest/nvidia/device.h"

#include <algorithm>

#include "attest/nvidia/firmware_id.h"
#include "attest/nvidia/limits.h"
#include "attest/x509_refusal.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/certificate_chain.h"
#include "crypto/hash.h"

namespace cocoon::attest::nvidia {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using crypto::Certificate;

// Measured only while the first decoder works.
constexpr std::uint8_t kNvdec0Index = 35;

Result<std::vector<Certificate>> read_chain(BytesView pem) {
  if (pem.size() > kChainSizeMax) {
    return refuse(Refusal::EvidenceMalformed, "The device's certificates are larger than any.");
  }
  auto chain = crypto::parse_certificates_pem(pem);
  if (!chain) return chain_refusal(chain.error());
  if (chain->size() < 3) {
    return refuse(Refusal::CertificateChainInvalid,
                  "The device's chain is too short to lead from its firmware to a root.");
  }
  return std::move(*chain);
}

// "GH100 A01 GSP FMC LF" is of a GPU, "LS_10 A01 FSP FMC LF" of a switch.
Result<Device> read_device(std::span<const Certificate> chain) {
  const std::string name = crypto::common_name(chain[0].subject()).value_or("");
  std::string chip = name.substr(0, name.find(' '));
  std::erase(chip, '_');
  Device device{
      .kind = DeviceKind::Gpu, .chip = chip, .id = crypto::sha256(chain[1].public_key().bytes())};
  if (chip.starts_with("GH") || chip.starts_with("GB")) return device;
  if (chip.starts_with("LS")) {
    device.kind = DeviceKind::Switch;
    return device;
  }
  return refuse(Refusal::EvidenceUnsupported,
                "The certificate '" + name + "' is of no device that is known here.");
}

Result<void> check_certificates(base::WallTime now, std::span<const Certificate> chain,
                                const Roots& roots, std::span<const crypto::Crl> lists) {
  const BytesView understood[] = {kCompositeDeviceId, kDiceTcbInfo};
  const auto result = crypto::check_chain(now, chain, roots.device, understood);
  if (!result) return chain_refusal(result.error());
  if (chain[0].is_ca() || chain[0].public_key().kind() != crypto::KeyKind::EcP384) {
    return refuse(Refusal::CertificateChainInvalid,
                  "The device's certificate is not that of a key which signs reports.");
  }
  for (const crypto::Crl& list : lists) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      if (!std::ranges::equal(list.issuer(), chain[i].issuer())) continue;
      const auto check = crypto::check_crl(now, list, chain[i + 1]);
      if (!check) return list_refusal(check.error());
      if (list.is_revoked(chain[i].serial())) {
        return refuse(Refusal::CertificateRevoked,
                      "NVIDIA has withdrawn the certificate '" +
                          crypto::common_name(chain[i].subject()).value_or("") + "'.");
      }
    }
  }
  return {};
}

// Drivers before 550 don't state it in the report.
Result<void> check_firmware_id(const Report& report, const Certificate& leaf) {
  const auto stated = report.field(OpaqueField::Fwid);
  if (!stated) return {};
  const auto certified = firmware_id(leaf);
  if (certified && std::ranges::equal(*certified, *stated)) return {};
  return refuse(Refusal::SigningKeyMismatch,
                "The report names other firmware than the certificate of its key.");
}

Result<void> check_genuine(base::WallTime now, const DeviceQuestion& question, const Roots& roots,
                           const Report& report, const Result<std::vector<Certificate>>& chain,
                           const Result<Device>& device) {
  if (!chain) return chain.error();
  TRY(check_certificates(now, *chain, roots, question.revocation_lists));
  if (!device) return device.error();
  const Certificate& leaf = (*chain)[0];
  if (!leaf.public_key().verify_raw(report.signed_part, report.signature)) {
    return refuse(Refusal::SignatureInvalid, "The signature of the device's report doesn't hold.");
  }
  TRY(check_firmware_id(report, leaf));
  if (report.request_nonce != question.nonce) {
    return refuse(Refusal::NonceMismatch, "The device answered another question than ours.");
  }
  return {};
}

bool same_text(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string without_underscore(std::string text) {
  std::erase(text, '_');
  return text;
}

struct Wanted {
  std::string_view part;  // "driver" or "VBIOS"
  std::string version;
};

Result<void> check_manifest(base::WallTime now, const Result<Manifest>& manifest,
                            const Wanted& wanted, const Report& report, const Device& device) {
  if (!manifest) {
    return refuse(Refusal::ReferenceValuesInvalid,
                  "The manifest of the " + std::string(wanted.part) +
                      " doesn't hold: " + manifest.error().message() + " (" +
                      std::string(manifest.error().reason()) + ")");
  }
  if (!manifest->valid_at(now)) {
    return refuse(
        Refusal::CertificateNotValidNow,
        "The signer of the manifest of the " + std::string(wanted.part) + " is not valid now.");
  }
  const std::string product = without_underscore(manifest->product);
  if (!same_text(manifest->version, wanted.version) ||
      (!same_text(product, device.chip) &&
       !same_text(product, report.text(OpaqueField::ChipInfo)))) {
    return refuse(Refusal::ReferenceValuesNotMatching,
                  "The manifest of the " + std::string(wanted.part) + " is of " + product + " " +
                      manifest->version + ", and the device runs " + device.chip + " " +
                      wanted.version + ".");
  }
  return {};
}

// One of the golden values has to be what the device measured.
Result<void> compare(const Report& report, const Manifest& manifest) {
  for (const auto& [index, values] : manifest.golden) {
    if (index == kNvdec0Index && report.nvdec0_disabled()) continue;
    const auto measured = report.measurements.find(static_cast<std::uint8_t>(index + 1));
    if (measured == report.measurements.end() ||
        std::ranges::find(values, measured->second) == values.end()) {
      return refuse(Refusal::MeasurementMismatch, "Measurement " + std::to_string(index) +
                                                      " is not what " + manifest.version +
                                                      " measures.");
    }
  }
  return {};
}

Result<void> check_firmware(base::WallTime now, const References& references, const Report& report,
                            const Device& device) {
  const Wanted driver{"driver", report.driver_version()};
  const Wanted vbios{"VBIOS", report.vbios_version()};
  if (references.driver) {
    TRY(check_manifest(now, *references.driver, driver, report, device));
  }
  if (references.vbios) TRY(check_manifest(now, *references.vbios, vbios, report, device));
  if (references.driver && references.vbios) {
    for (const auto& [index, values] : (*references.driver)->golden) {
      if ((*references.vbios)->golden.contains(index)) {
        return refuse(Refusal::ReferenceValuesInvalid,
                      "Both manifests have a value for measurement " + std::to_string(index) + ".");
      }
    }
  }
  if (references.driver) TRY(compare(report, **references.driver));
  if (references.vbios) TRY(compare(report, **references.vbios));
  return {};
}

Factor firmware_factor(base::WallTime now, const References& references, const Report& report,
                       const Device& device) {
  Values values = {{"chip", device.chip},
                   {"driver", report.driver_version()},
                   {"vbios", report.vbios_version()}};
  const Result<void> check = check_firmware(now, references, report, device);
  if (!check) return factor_of(FactorId::GpuFirmware, check, std::move(values));
  const bool driver_known = references.driver || device.kind == DeviceKind::Switch;
  if (!driver_known || !references.vbios) {
    const std::string part =
        driver_known ? "VBIOS " + report.vbios_version() : "driver " + report.driver_version();
    return not_checked(FactorId::GpuFirmware, Refusal::FactorNotChecked,
                       "There is no manifest of the " + part + " of " + device.chip + ".",
                       std::move(values));
  }
  return passed(FactorId::GpuFirmware, std::move(values));
}

Refusal refusal_of(const Error& report_error) {
  return report_error.is(ReportError::Unsupported) ? Refusal::EvidenceUnsupported
                                                   : Refusal::EvidenceMalformed;
}

}  // namespace

std::string_view device_kind_name(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::Gpu:
      return "gpu";
    case DeviceKind::Switch:
      return "switch";
  }
  CHECK(false);
}

DeviceExamination examine_device(base::WallTime now, const DeviceQuestion& question,
                                 const Roots& roots) {
  DeviceExamination examination;
  examination.firmware = not_checked(FactorId::GpuFirmware, Refusal::FactorNotChecked,
                                     "The device's report can't be read.");
  const Result<Report> report = parse_report(question.report);
  if (!report) {
    examination.chain =
        refuse(refusal_of(report.error()),
               report.error().message() + " (" + std::string(report.error().reason()) + ")");
    return examination;
  }
  examination.report = *report;
  const auto chain = read_chain(question.chain);
  const Result<Device> device = chain ? read_device(*chain) : Result<Device>(chain.error());
  examination.chain = check_genuine(now, question, roots, *report, chain, device);
  if (!device) return examination;
  examination.device = *device;
  examination.firmware = firmware_factor(now, question.references, *report, *device);
  return examination;
}

std::optional<DeviceClaim> claim_of(BytesView report_bytes, BytesView chain_pem) {
  const Result<Report> report = parse_report(report_bytes);
  const auto chain = read_chain(chain_pem);
  if (!report || !chain) return std::nullopt;
  const Result<Device> device = read_device(*chain);
  if (!device) return std::nullopt;
  return DeviceClaim{*device, report->text(OpaqueField::ChipInfo),
                     device->kind == DeviceKind::Gpu ? report->driver_version() : std::string(),
                     report->vbios_version()};
}

}  // namespace cocoon::attest::nvidia
