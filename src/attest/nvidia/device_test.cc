// One device: every part of its report changed in turn, lengths that lie, other devices' chains.
#include "attest/nvidia/device.h"

#include <gmock/gmock.h>

#include "attest/nvidia/limits.h"
#include "attest/recorded.h"
#include "base/encoding.h"

namespace cocoon::attest::nvidia {
namespace {

struct DeviceCase {
  base::Bytes report = recorded("nvidia/h100-545-full.bin");
  base::Bytes chain = recorded("nvidia/h100-545-full-chain.pem");
  base::Bits256 nonce = parse_report(recorded("nvidia/h100-545-full.bin"))->request_nonce;
  base::WallTime now = base::from_unix_seconds(1719215673);
  base::Bytes driver_xml = recorded("nvidia/h100-545-full-driver.xml");
  base::Bytes vbios_xml = recorded("nvidia/h100-545-full-vbios.xml");

  DeviceExamination examine() const {
    const Roots roots = pinned_roots();
    const auto driver = verify_manifest(now, driver_xml, roots.manifest);
    const auto vbios = verify_manifest(now, vbios_xml, roots.manifest);
    DeviceExamination examination =
        examine_device(now, {report, chain, nonce, {&driver, &vbios}, {}}, roots);
    examination.report.reset();  // has views into our bytes, which may go
    return examination;
  }
  std::string reason() const {
    const DeviceExamination examination = examine();
    if (!examination.chain) return std::string(examination.chain.error().reason());
    if (examination.firmware.outcome == Outcome::Passed) return "verified";
    return std::string(reason_name(examination.firmware.refusal));
  }
};

TEST(Devices, Genuine) {
  const DeviceCase made;
  EXPECT_EQ(made.reason(), "verified");
  const auto device = made.examine().device;
  ASSERT_TRUE(device.has_value());
  EXPECT_EQ(device->kind, DeviceKind::Gpu);
  EXPECT_EQ(device->chip, "GH100");
}

TEST(Devices, EveryByteOfTheReportCounts) {
  for (std::size_t i = 0; i < DeviceCase().report.size(); i += 41) {
    DeviceCase made;
    made.report[i] ^= 0x10;
    EXPECT_FALSE(made.examine().chain.ok()) << i;
  }
}

TEST(Devices, OtherQuestionOtherDevice) {
  DeviceCase nonce;
  nonce.nonce[0] ^= 1;
  EXPECT_EQ(nonce.reason(), "nonce_mismatch");
  DeviceCase chain;
  chain.chain = recorded("nvidia/h100-535-vbios-chain.pem");
  EXPECT_EQ(chain.reason(), "evidence_signature_invalid");
  DeviceCase none;
  none.chain = {};
  EXPECT_EQ(none.reason(), "certificate_chain_invalid");
  DeviceCase huge;
  huge.chain.resize(kChainSizeMax + 1);
  EXPECT_EQ(huge.reason(), "evidence_malformed");
}

TEST(Devices, RootOfAnotherPurpose) {
  const DeviceCase made;
  const Roots pinned = pinned_roots();
  const Roots swapped{pinned.manifest, pinned.device};
  const auto examination =
      examine_device(made.now, {made.report, made.chain, made.nonce, {}, {}}, swapped);
  EXPECT_EQ(examination.chain.error().reason(), "root_not_allowed");
}

TEST(Devices, ManifestsOfOthers) {
  DeviceCase swapped;  // each in the place of the other
  std::swap(swapped.driver_xml, swapped.vbios_xml);
  EXPECT_EQ(swapped.reason(), "reference_values_not_matching");
  DeviceCase switches;
  switches.vbios_xml = recorded("nvidia/ls10-full-vbios.xml");
  switches.now = base::from_unix_seconds(1801000000);        // 2027: that one's signer is valid
  EXPECT_EQ(switches.reason(), "reference_values_invalid");  // and the driver's no longer
  DeviceCase unsigned_one;
  unsigned_one.driver_xml = recorded("nvidia/m-rim-nosig-driver.xml");
  EXPECT_EQ(unsigned_one.reason(), "reference_values_invalid");
}

TEST(Devices, ManifestTooOldLater) {
  const DeviceCase made;
  const Roots roots = pinned_roots();
  const auto driver = verify_manifest(made.now, made.driver_xml, roots.manifest);
  const auto vbios = verify_manifest(made.now, made.vbios_xml, roots.manifest);
  const auto later = base::from_unix_seconds(1788000000);
  const auto examination =
      examine_device(later, {made.report, made.chain, made.nonce, {&driver, &vbios}, {}}, roots);
  EXPECT_TRUE(examination.chain.ok());
  EXPECT_EQ(examination.firmware.refusal, Refusal::CertificateNotValidNow);
}

TEST(Devices, WithoutManifestsFirmwareIsUnknown) {
  const DeviceCase made;
  const auto examination =
      examine_device(made.now, {made.report, made.chain, made.nonce, {}, {}}, pinned_roots());
  EXPECT_TRUE(examination.chain.ok());
  EXPECT_EQ(examination.firmware.outcome, Outcome::NotChecked);
}

std::string parse_reason(const base::Bytes& bytes) {
  const auto report = parse_report(bytes);
  return report ? "parsed" : std::string(report.error().reason());
}

TEST(DeviceReports, EveryLengthIsTooShort) {
  const base::Bytes bytes = DeviceCase().report;
  for (std::size_t size = 0; size < bytes.size(); size += 3) {
    EXPECT_NE(parse_reason({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}),
              "parsed")
        << size;
  }
}

TEST(DeviceReports, LengthsThatLie) {
  const base::Bytes genuine = DeviceCase().report;
  const std::size_t opaque = 37 + 8 + 3520 + 32;  // where its length is
  struct Change {
    std::size_t offset;
    std::uint8_t value;
    std::string_view reason;
  };
  const Change changes[] = {
      {0, 0x12, "device_report_unsupported"},     // SPDM 1.2
      {1, 0xE1, "device_report_unsupported"},     // another request
      {2, 0x00, "device_report_malformed"},       // without signature
      {3, 0x01, "device_report_malformed"},       // one measurement only
      {38, 0x7F, "device_report_unsupported"},    // an SPDM error
      {41, 63, "device_report_malformed"},        // one block less than there is
      {41, 65, "device_report_truncated"},        // one more
      {42, 0xC1, "device_report_malformed"},      // record length
      {44, 0xFF, "device_report_truncated"},      // its third byte
      {45, 0, "device_report_malformed"},         // block 0
      {45, 2, "device_report_malformed"},         // block 2 twice
      {46, 2, "device_report_malformed"},         // not DMTF's specification
      {47, 50, "device_report_malformed"},        // block length
      {48, 0xFF, "device_report_truncated"},      // its second byte
      {50, 32, "device_report_malformed"},        // digest length
      {opaque, 0xFF, "device_report_truncated"},  // opaque length, low byte
      {opaque + 1, 0xFF, "device_report_truncated"},
      {opaque + 4, 0xFF, "device_report_malformed"},  // length of the first field
  };
  for (const Change& change : changes) {
    base::Bytes bytes = genuine;
    bytes[change.offset] = change.value;
    EXPECT_EQ(parse_reason(bytes), change.reason) << change.offset;
  }
  base::Bytes longer = genuine;
  longer.push_back(0);
  EXPECT_EQ(parse_reason(longer), "device_report_malformed");
  EXPECT_EQ(parse_reason(base::Bytes(kReportSizeMax + 1)), "device_report_oversized");
}

TEST(DeviceReports, Modes) {
  const auto mode = [](const std::string& name) {
    const base::Bytes bytes = recorded("nvidia/" + name + ".bin");
    return feature_mode_name(parse_report(bytes)->feature_mode());
  };
  EXPECT_EQ(mode("h100-545-full"), "unstated");
  EXPECT_EQ(mode("ppcie8-gpu0"), "protected_pcie");
  EXPECT_EQ(mode("sdk-invalid-signature"), "protected_pcie");  // by its older field
  base::Bytes bytes = recorded("nvidia/ppcie8-gpu0.bin");
  const std::size_t flag = bytes.size() - kSignatureSize - 2;  // the last field
  for (const auto& [value, name] : {std::pair{0, "single"}, {1, "multi_gpu"}, {3, "unknown"}}) {
    bytes[flag] = static_cast<std::uint8_t>(value);
    EXPECT_EQ(feature_mode_name(parse_report(bytes)->feature_mode()), name);
  }
}

}  // namespace
}  // namespace cocoon::attest::nvidia
