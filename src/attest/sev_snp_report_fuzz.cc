// Any bytes as an SEV-SNP report: a refusal, or a report of exactly one length and known version.
#include "attest/sev_snp_report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const auto report = attest::parse_sev_snp_report(base::BytesView(data, size));
  if (!report) return 0;
  if (size != attest::kSevSnpReportSize) __builtin_trap();
  if (report->version < 2 || report->version > 5) __builtin_trap();
  return 0;
}
