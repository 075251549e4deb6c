// Any bytes as a proof within a session: never more than a refusal; what is read is written back.
#include <algorithm>

#include "ratls/session_evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const base::BytesView bytes(data, size);
  const auto proof = ratls::parse_session_proof(bytes);
  if (!proof) return 0;
  const auto again = ratls::encode_session_proof(*proof);
  if (!again || !std::ranges::equal(*again, bytes)) __builtin_trap();
  const auto admission =
      ratls::judge_session(base::WallTime{}, {*proof, {}}, attest::production_policy({}), {});
  if (admission) __builtin_trap();
  return 0;
}
