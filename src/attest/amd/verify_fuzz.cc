// A report and a key's certificate of any bytes, one behind the other: never more than a refusal,
// unless they are the genuine ones.
#include <algorithm>

#include "attest/amd/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  using namespace cocoon::attest;
  static const amd::Roots roots = amd::pinned_roots();
  const base::BytesView bytes(data, size);
  const std::size_t cut = std::min(kSevSnpReportSize, size);
  const base::WallTime now = base::from_unix_seconds(1748736000);
  const amd::Examination examination = amd::examine_report(
      now, {bytes.first(cut), bytes.subspan(cut), {}, {}}, roots, amd::production_requirements());
  if (examination.findings.factors.empty()) __builtin_trap();
  for (const Factor& factor : examination.findings.factors) {
    if (factor.outcome == Outcome::Failed && factor.reason.empty()) __builtin_trap();
  }
  return 0;
}
