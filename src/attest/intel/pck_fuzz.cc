// Any bytes as the SGX extension of a PCK certificate: no crash, no value outside its range.
#include "attest/intel/pck.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::attest::intel;
  const auto extension = parse_pck_extension({data, size});
  if (!extension) return 0;
  switch (extension->sgx_type) {
    case SgxType::Standard:
    case SgxType::Scalable:
    case SgxType::ScalableWithIntegrity:
      return 0;
  }
  __builtin_trap();
}
