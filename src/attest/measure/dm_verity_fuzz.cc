// Any bytes as a hash device: never more than a refusal.
#include "attest/measure/dm_verity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::attest::measure;
  const cocoon::base::BytesView bytes(data, size);
  const cocoon::base::Bytes file(8192, 7);
  if (check_verity(file, bytes, cocoon::base::Bytes(32)).ok()) __builtin_trap();
  (void)parse_verity_superblock(bytes).ok();
  return 0;
}
