// One length check, then fixed offsets.
#include "attest/sev_snp_report.h"

#include "attest/byte_fields.h"
#include "base/check.h"

namespace cocoon::attest {
namespace {

void read_keys_and_texts(base::BytesView bytes, SevSnpReport& report) {
  copy_from(bytes, 0x010, report.family_id);
  copy_from(bytes, 0x020, report.image_id);
  copy_from(bytes, 0x050, report.report_data);
  copy_from(bytes, 0x090, report.measurements.measurement);
  copy_from(bytes, 0x0C0, report.host_data);
  copy_from(bytes, 0x0E0, report.id_key_digest);
  copy_from(bytes, 0x110, report.author_key_digest);
  copy_from(bytes, 0x140, report.report_id);
  copy_from(bytes, 0x160, report.report_id_of_migration_agent);
  copy_from(bytes, 0x1A0, report.chip_id);
  copy_from(bytes, 0x2A0, report.signature_r);
  copy_from(bytes, 0x2E8, report.signature_s);
}

void read_firmware(base::BytesView bytes, SevSnpReport& report) {
  copy_from(bytes, 0x038, report.current_tcb);
  copy_from(bytes, 0x180, report.reported_tcb);
  copy_from(bytes, 0x1E0, report.committed_tcb);
  copy_from(bytes, 0x1F0, report.launch_tcb);
  report.current_firmware = {bytes[0x1E8], bytes[0x1E9], bytes[0x1EA]};
  report.committed_firmware = {bytes[0x1EC], bytes[0x1ED], bytes[0x1EE]};
}

void read_newer_fields(base::BytesView bytes, SevSnpReport& report) {
  if (report.version >= 3) {
    report.cpu_family = bytes[0x188];
    report.cpu_model = bytes[0x189];
    report.cpu_stepping = bytes[0x18A];
  }
  if (report.version >= 5) {
    report.launch_mitigations = little_endian<std::uint64_t>(bytes, 0x1F8);
    report.current_mitigations = little_endian<std::uint64_t>(bytes, 0x200);
  }
}

}  // namespace

std::string_view reason_name(SevSnpReportError error) {
  switch (error) {
    case SevSnpReportError::Truncated:
      return "sev_snp_report_truncated";
    case SevSnpReportError::TrailingBytes:
      return "sev_snp_report_trailing_bytes";
    case SevSnpReportError::UnsupportedVersion:
      return "sev_snp_report_version_unsupported";
  }
  CHECK(false);
}

base::Result<SevSnpReport> parse_sev_snp_report(base::BytesView bytes) {
  if (bytes.size() < kSevSnpReportSize) {
    return base::Error(SevSnpReportError::Truncated,
                       "The SEV-SNP report is shorter than 1184 bytes.");
  }
  if (bytes.size() > kSevSnpReportSize) {
    return base::Error(SevSnpReportError::TrailingBytes,
                       "The SEV-SNP report is longer than 1184 bytes.");
  }
  SevSnpReport report;
  report.version = little_endian<std::uint32_t>(bytes, 0x000);
  if (report.version < 2 || report.version > 5) {
    return base::Error(
        SevSnpReportError::UnsupportedVersion,
        "SEV-SNP reports of version " + std::to_string(report.version) + " are not supported.");
  }
  report.guest_svn = little_endian<std::uint32_t>(bytes, 0x004);
  report.policy.bits = little_endian<std::uint64_t>(bytes, 0x008);
  report.vmpl = little_endian<std::uint32_t>(bytes, 0x030);
  report.signature_algorithm = little_endian<std::uint32_t>(bytes, 0x034);
  report.platform.bits = little_endian<std::uint64_t>(bytes, 0x040);
  const auto flags = little_endian<std::uint32_t>(bytes, 0x048);
  report.author_key_present = (flags & 1) != 0;
  report.chip_key_masked = (flags & 2) != 0;
  report.signing_key = static_cast<std::uint8_t>(flags >> 2 & 7);
  read_keys_and_texts(bytes, report);
  read_firmware(bytes, report);
  read_newer_fields(bytes, report);
  return report;
}

}  // namespace cocoon::attest
