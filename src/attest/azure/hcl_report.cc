// Fixed offsets up to the claims, whose length is compared with what is there.
#include "attest/azure/hcl_report.h"

#include <algorithm>

#include "attest/byte_fields.h"
#include "base/check.h"

namespace cocoon::attest::azure {
namespace {

constexpr std::string_view kMagic = "HCLA";
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kHardwareSize = 1184;
constexpr std::size_t kTdReportSize = 1024;
constexpr std::size_t kRuntimeHeaderSize = 20;
constexpr std::uint32_t kSevSnpReport = 2;
constexpr std::uint32_t kTdxReport = 4;
constexpr std::uint32_t kSha256 = 1;
// Of the report data within each kind of report.
constexpr std::size_t kSevSnpReportData = 0x50;
constexpr std::size_t kTdxReportData = 128;

base::Error refuse(HclError error, std::string_view sentence) {
  return {error, std::string(sentence)};
}

}  // namespace

std::string_view reason_name(HclError error) {
  switch (error) {
    case HclError::Truncated:
      return "hcl_report_truncated";
    case HclError::Oversized:
      return "hcl_report_oversized";
    case HclError::Malformed:
      return "hcl_report_malformed";
    case HclError::Unsupported:
      return "hcl_report_unsupported";
  }
  CHECK(false);
}

std::string_view hcl_kind_name(HclKind kind) {
  switch (kind) {
    case HclKind::SevSnp:
      return "SNP";
    case HclKind::Tdx:
      return "TDX";
  }
  CHECK(false);
}

base::Result<HclReport> parse_hcl_report(base::BytesView bytes) {
  if (bytes.size() > kHclSizeMax) {
    return refuse(HclError::Oversized, "The paravisor's report is larger than any can be.");
  }
  constexpr std::size_t kFixed = kHeaderSize + kHardwareSize + kRuntimeHeaderSize;
  if (bytes.size() < kFixed) {
    return refuse(HclError::Truncated, "The paravisor's report ends too early.");
  }
  if (!base::as_text(bytes).starts_with(kMagic)) {
    return refuse(HclError::Malformed, "The paravisor's report doesn't begin with HCLA.");
  }
  const base::BytesView runtime = bytes.subspan(kHeaderSize + kHardwareSize);
  const auto kind = little_endian<std::uint32_t>(runtime, 8);
  const auto hash = little_endian<std::uint32_t>(runtime, 12);
  if ((kind != kSevSnpReport && kind != kTdxReport) || hash != kSha256) {
    return refuse(HclError::Unsupported,
                  "The paravisor's report is not of SEV-SNP or TDX with SHA-256.");
  }
  const std::size_t claims_size = little_endian<std::uint32_t>(runtime, 16);
  const base::BytesView rest = runtime.subspan(kRuntimeHeaderSize);
  if (claims_size > rest.size()) {
    return refuse(HclError::Truncated, "The paravisor's claims end too early.");
  }
  if (little_endian<std::uint32_t>(runtime, 0) != claims_size + kRuntimeHeaderSize ||
      !std::ranges::all_of(rest.subspan(claims_size), [](auto byte) { return byte == 0; })) {
    return refuse(HclError::Malformed, "The lengths of the paravisor's report don't add up.");
  }
  const base::BytesView hardware = bytes.subspan(kHeaderSize, kHardwareSize);
  HclReport report;
  report.kind = kind == kSevSnpReport ? HclKind::SevSnp : HclKind::Tdx;
  report.hardware_report =
      report.kind == HclKind::SevSnp ? hardware : hardware.first(kTdReportSize);
  copy_from(hardware, report.kind == HclKind::SevSnp ? kSevSnpReportData : kTdxReportData,
            report.report_data);
  report.runtime_claims = rest.first(claims_size);
  return report;
}

}  // namespace cocoon::attest::azure
