// Any bytes as a revocation list: no crash; what is read, is bounded by what was given.
#include "crypto/crl.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const auto crl = crypto::Crl::parse_any({data, size});
  if (!crl) return 0;
  // Five bytes at least for each: a sequence and a serial in it.
  if (crl->size() * 5 > size) __builtin_trap();
  (void)crl->is_revoked({data, size < 20 ? size : 20});
  return 0;
}
