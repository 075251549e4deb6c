// Any bytes as a simulated quote: no crash, and no signature that holds without the key.
#include "attest/simulated/policy.h"
#include "attest/simulated/quote.h"
#include "attest/simulated/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::attest;
  const cocoon::base::BytesView bytes(data, size);
  (void)simulated::parse_quote(bytes).ok();
  const simulated::QuoteVerifier verifier({});
  const EvidenceVerifier* verifiers[] = {&verifier};
  const Evidence evidence = SimulatedEvidence{cocoon::base::to_bytes(bytes)};
  const Verdict verdict =
      judge(cocoon::base::WallTime{}, evidence, {}, simulated::development_policy(), verifiers);
  if (verdict.accepted()) __builtin_trap();
  return 0;
}
