// Any bytes as certificates in DER or PEM, and as a chain: no crash, and no way to a key that
// signed none of it.
#include "crypto/certificate.h"

#include "crypto/certificate_chain.h"

namespace {

// A key whose owner nobody is: twice the generator of P-256.
constexpr std::uint8_t kNobody[] = {
    0x7c, 0xf2, 0x7b, 0x18, 0x8d, 0x03, 0x4f, 0x7e, 0x8a, 0x52, 0x38, 0x03, 0x04, 0xb5, 0x1a, 0xc3,
    0xc0, 0x89, 0x69, 0xe2, 0x77, 0xf2, 0x1b, 0x35, 0xa6, 0x0b, 0x48, 0xfc, 0x47, 0x66, 0x99, 0x78,
    0x07, 0x77, 0x55, 0x10, 0xdb, 0x8e, 0xd0, 0x40, 0x29, 0x3d, 0x9a, 0xc6, 0x9f, 0x74, 0x30, 0xdb,
    0xba, 0x7d, 0xad, 0xe6, 0x3c, 0xe9, 0x82, 0x29, 0x9e, 0x04, 0xb7, 0x9d, 0x22, 0x78, 0x73, 0xd1};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  static const auto nobody = crypto::PublicKey::from_point(crypto::KeyKind::EcP256, kNobody);
  const base::BytesView bytes(data, size);
  const auto one = crypto::Certificate::parse_any(bytes);
  if (one) (void)crypto::common_name(one->subject());
  const auto chain = crypto::parse_certificates_pem(bytes);
  if (!chain) return 0;
  const base::WallTime now = chain->front().not_before();
  if (crypto::check_chain(now, *chain, *nobody).ok()) __builtin_trap();
  (void)crypto::check_chain(now, *chain, chain->back().public_key()).ok();
  return 0;
}
