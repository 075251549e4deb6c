// Names are put together from what the device signs, so that no letter of them may be odd.
#include "attest/nvidia/manifest_service.h"

#include <algorithm>

#include "attest/nvidia/device.h"
#include "attest/nvidia/json.h"
#include "attest/nvidia/limits.h"
#include "attest/nvidia/xml_text.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest::nvidia {
namespace {

bool is_plain(std::string_view part) {
  return !part.empty() && std::ranges::all_of(part, [](char letter) {
    return is_xml_letter(letter) || is_xml_digit(letter) || letter == '.';
  });
}

}  // namespace

std::vector<std::string> manifest_ids(base::BytesView report_bytes, base::BytesView chain) {
  const auto report = parse_report(report_bytes);
  const auto claim = claim_of(report_bytes, chain);
  if (!report || !claim || claim->device.kind != DeviceKind::Gpu) return {};
  const std::string& chip = claim->chip_stated.empty() ? claim->device.chip : claim->chip_stated;
  const std::string project = report->text(OpaqueField::Project);
  const std::string project_sku = report->text(OpaqueField::ProjectSku);
  const std::string chip_sku = report->text(OpaqueField::ChipSku);
  std::string vbios = claim->vbios_version;
  std::erase(vbios, '.');
  for (const std::string& part :
       {chip, project, project_sku, chip_sku, vbios, claim->driver_version}) {
    if (!is_plain(part)) return {};
  }
  // Under the older prefix newer chips have manifests of other products.
  const std::string prefix = chip.starts_with("GH") ? "NV_GPU_DRIVER_" : "NV_GPU_CC_DRIVER_";
  return {prefix + chip + "_" + claim->driver_version,
          "NV_GPU_VBIOS_" + project + "_" + project_sku + "_" + chip_sku + "_" + vbios};
}

std::optional<base::Bytes> manifest_of_answer(base::BytesView text) {
  const auto answer = parse_strict_json(text, 2 * kManifestSizeMax);
  if (!answer) return std::nullopt;
  const auto encoded = text_member(*answer, "rim");
  const auto hash = text_member(*answer, "sha256");
  auto document = encoded ? base::from_base64(*encoded) : std::nullopt;
  if (!document || !hash || base::from_hex(*hash) != base::to_bytes(crypto::sha256(*document))) {
    return std::nullopt;
  }
  return document;
}

}  // namespace cocoon::attest::nvidia
