// Every recorded and changed report of tests/vectors/attestation/nvidia: fields and verdicts.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "attest/nvidia/device.h"
#include "attest/recorded.h"
#include "base/encoding.h"

namespace cocoon::attest::nvidia {
namespace {

using nlohmann::json;

base::Bits256 nonce_of(const json& vector) {
  return *base::bits256_from_hex(vector.at("nonce").get<std::string>());
}

const std::map<std::string, std::string> kDeviceReasons = {
    {"NONCE", "nonce_mismatch"},
    {"REPORT_SIGNATURE", "evidence_signature_invalid"},
    {"CHAIN", "certificate_chain_invalid"},
    {"RIM_SIGNATURE", "reference_values_invalid"},
    {"RIM_VERSION", "reference_values_not_matching"},
    {"MEASUREMENTS", "measurement_mismatch"},
    {"MALFORMED", "evidence_malformed"},
};

struct Examined {
  base::Bytes report, chain;
  std::optional<base::Result<Manifest>> driver, vbios;
  DeviceExamination examination;

  Examined(const json& vector, base::WallTime now)
      : report(file_of("nvidia", vector, "evidence")), chain(file_of("nvidia", vector, "chain")) {
    const Roots roots = pinned_roots();
    References references;
    if (const base::Bytes xml = file_of("nvidia", vector, "driver_rim"); !xml.empty()) {
      driver = verify_manifest(now, xml, roots.manifest);
      references.driver = &*driver;
    }
    if (const base::Bytes xml = file_of("nvidia", vector, "vbios_rim"); !xml.empty()) {
      vbios = verify_manifest(now, xml, roots.manifest);
      references.vbios = &*vbios;
    }
    examination = examine_device(now, {report, chain, nonce_of(vector), references, {}}, roots);
  }

  std::string reason() const {
    if (!examination.chain) return std::string(examination.chain.error().reason());
    if (examination.firmware.outcome == Outcome::Failed) {
      return std::string(reason_name(examination.firmware.refusal));
    }
    return "verified";
  }
};

void expect_fields(const json& expect, const Examined& examined) {
  const json& fields = expect.at("fields");
  ASSERT_TRUE(examined.examination.report.has_value());
  const Report& report = *examined.examination.report;
  EXPECT_EQ(json(report.driver_version()), fields.at("driver_version"));
  EXPECT_EQ(json(report.vbios_version()), fields.at("vbios_version"));
  EXPECT_EQ(json(report.text(OpaqueField::Project)), fields.at("project"));
  EXPECT_EQ(json(report.text(OpaqueField::ProjectSku)), fields.at("project_sku"));
  EXPECT_EQ(json(report.text(OpaqueField::ChipSku)), fields.at("chip_sku"));
  EXPECT_EQ(report.nvdec0_disabled(), fields.at("nvdec0") == "disabled");
  EXPECT_EQ(report.measurements.size(), fields.at("nblocks").get<std::size_t>());
  EXPECT_EQ(json(base::to_hex(report.request_nonce)), fields.at("request_nonce"));
  EXPECT_EQ(json(base::to_hex(report.response_nonce)), fields.at("response_nonce"));
  EXPECT_EQ(report.opaque.size(), fields.at("opaque_fields").size());
  if (!examined.examination.device) {  // only a chain says which device it is
    EXPECT_EQ(expect.at("reason"), "CHAIN");
    return;
  }
  std::string chip = examined.examination.device->chip;
  std::string name = fields.at("leaf_cn").get<std::string>();
  std::erase(name, '_');
  EXPECT_TRUE(name.starts_with("CN=" + chip)) << name;
}

void expect_manifests(const json& expect, const Examined& examined) {
  const std::optional<base::Result<Manifest>>* manifests[] = {&examined.driver, &examined.vbios};
  std::size_t active = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const json& holds = expect.at("rim_signatures").at(i);
    ASSERT_EQ(manifests[i]->has_value(), !holds.is_null());
    if (holds.is_null()) continue;
    const base::Result<Manifest>& manifest = **manifests[i];
    ASSERT_EQ(manifest.ok(), holds.get<bool>()) << (manifest ? "" : manifest.error().message());
    if (!manifest) return;
    active += manifest->golden.size();
    EXPECT_EQ(json(manifest->version), expect.at("rim_versions").at(i));
  }
  EXPECT_EQ(active, expect.at("rim_active").get<std::size_t>());
}

TEST(DeviceVectors, Verdicts) {
  std::size_t seen = 0;
  for (const json& vector : json::parse(recorded("nvidia/manifest.json"))) {
    for (const json& check : vector.at("checks")) {
      SCOPED_TRACE(vector.at("id").get<std::string>());
      const auto now = base::from_unix_seconds(check.at("time").get<std::int64_t>());
      const json& expect = check.at("expect");
      const Examined examined(vector, now);
      if (expect.at("result") == "verified") {
        EXPECT_EQ(examined.reason(), "verified");
        const bool both = examined.vbios && (examined.driver || vector.at("arch") == "LS10");
        EXPECT_EQ(examined.examination.firmware.outcome,
                  both ? Outcome::Passed : Outcome::NotChecked);
      } else {
        EXPECT_EQ(examined.reason(), kDeviceReasons.at(expect.at("reason").get<std::string>()));
      }
      if (expect.contains("fields")) expect_fields(expect, examined);
      if (expect.contains("rim_signatures")) expect_manifests(expect, examined);
      ++seen;
    }
  }
  EXPECT_GE(seen, 31u);
}

}  // namespace
}  // namespace cocoon::attest::nvidia
