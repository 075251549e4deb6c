// Any bytes as a paravisor's report, and as evidence around it: never more than a refusal.
#include "attest/azure/vtpm.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  using namespace cocoon::attest::azure;
  const base::BytesView bytes(data, size);
  (void)parse_hcl_report(bytes).ok();
  VtpmEvidence evidence;
  evidence.hcl_report = base::to_bytes(bytes);
  if (read_vtpm(evidence)) __builtin_trap();  // nobody signed the empty quote
  return 0;
}
