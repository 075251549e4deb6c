// Any bytes as a peer's certificate: no crash; whoever is admitted, is so under the key that the
// certificate holds.
#include "ratls/admit.h"
#include "ratls/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const base::Bytes der(data, data + size);
  const auto certificate = ratls::parse_certificate(der);
  const base::WallTime now = certificate ? certificate->not_before : base::WallTime{};
  const auto admission = ratls::admit(now, {&der, 1}, attest::any_policy(), {});
  if (admission && (!certificate || admission->public_key != certificate->public_key)) {
    __builtin_trap();
  }
  if (ratls::admit(now, {&der, 1}, attest::production_policy({}), {}).ok()) __builtin_trap();
  return 0;
}
