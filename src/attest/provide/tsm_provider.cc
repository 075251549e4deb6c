// From the kernel's answer to evidence.
#include "attest/provide/tsm_provider.h"

#include <algorithm>

#include "attest/byte_fields.h"

namespace cocoon::attest::provide {
namespace {

constexpr std::size_t kReportDataOffset = 0x50;  // of an SEV-SNP report
constexpr std::size_t kTableEntrySize = 24;
// 63da758d-e664-4564-adc5-f4b93be8accd and a8074bc2-a25a-483e-aae6-39c045a0b8a1, as stored.
constexpr base::Bits128 kVcekGuid = {0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
                                     0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd};
constexpr base::Bits128 kVlekGuid = {0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e,
                                     0xaa, 0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1};

base::Error malformed(std::string_view what) {
  return {ProvideError::AnswerMalformed, std::string(what)};
}

}  // namespace

TsmProvider::TsmProvider(std::unique_ptr<TsmFiles> files, std::string root, std::string name,
                         base::Bytes vcek)
    : files_(std::move(files)),
      root_(std::move(root)),
      name_(std::move(name)),
      vcek_(std::move(vcek)) {}

base::Result<Evidence> TsmProvider::quote(base::WallTime, const base::Bits512& report_data) {
  TsmReport report = TRY(take_report(*files_, root_, name_, report_data));
  if (report.provider == "tdx_guest") return Evidence(TdxEvidence{std::move(report.report)});
  if (report.provider != "sev_guest") {
    return base::Error(ProvideError::UnknownProvider,
                       "The kernel's provider \"" + report.provider + "\" is not supported.");
  }
  SevSnpEvidence evidence;
  if (report.report.size() < kReportDataOffset + evidence.report_data.size()) {
    return malformed("The SEV-SNP report is too short.");
  }
  copy_from(report.report, kReportDataOffset, evidence.report_data);
  if (evidence.report_data != report_data) {
    return malformed("The SEV-SNP report is about other report data than was asked.");
  }
  evidence.report = std::move(report.report);
  evidence.vcek = report_key_certificate(report.certificates);
  if (evidence.vcek.empty()) evidence.vcek = vcek_;
  if (evidence.vcek.empty()) {
    return malformed("The host gives no certificate of the report key: configure it.");
  }
  return Evidence(std::move(evidence));
}

base::Bytes report_key_certificate(base::BytesView table) {
  for (std::size_t at = 0; at + kTableEntrySize <= table.size(); at += kTableEntrySize) {
    base::Bits128 guid;
    copy_from(table, at, guid);
    if (guid == base::Bits128{}) break;
    if (guid != kVcekGuid && guid != kVlekGuid) continue;
    const std::uint64_t offset = little_endian<std::uint32_t>(table, at + 16);
    const std::uint64_t length = little_endian<std::uint32_t>(table, at + 20);
    if (offset + length > table.size()) break;
    return base::to_bytes(
        table.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length)));
  }
  return {};
}

}  // namespace cocoon::attest::provide
