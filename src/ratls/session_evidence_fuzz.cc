// Any bytes as a proof within a session: never more than a refusal.
#include "ratls/session_evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const base::BytesView bytes(data, size);
  const auto proof = ratls::parse_session_proof(bytes);
  if (proof && attest::encode_claims(proof->claims).size() != attest::kEnclaveClaimsSize) {
    __builtin_trap();
  }
  ratls::SessionVerifier verifier(base::WallTime{}, {});
  const auto admission =
      verifier.handle_proof(base::WallTime{}, bytes, attest::production_policy({}), {});
  if (admission) __builtin_trap();
  return 0;
}
