// Any bytes as a TDX quote: never more than a refusal.
#include "attest/quote.h"
#include "attest/verdict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const base::BytesView bytes(data, size);
  (void)attest::parse_quote(bytes).ok();
  const attest::Evidence evidence = attest::TdxEvidence{base::to_bytes(bytes)};
  const attest::Verdict verdict =
      attest::judge(base::WallTime{}, evidence, {}, attest::production_policy({}), {});
  if (verdict.accepted()) __builtin_trap();
  return 0;
}
