// Any bytes as a device's report: a refusal, or parts that add up to the whole.
#include "attest/nvidia/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const auto report = attest::nvidia::parse_report(base::BytesView(data, size));
  if (!report) return 0;
  if (report->signed_part.size() + report->signature.size() != size) __builtin_trap();
  (void)report->vbios_version();
  (void)report->driver_version();
  (void)report->feature_mode();
  (void)report->switches();
  return 0;
}
