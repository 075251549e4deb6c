// Fuzz target: any bytes as a settlement's memory. What is taken comes back the same.
#include "base/check.h"
#include "payment/chain/settlement_memory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::payment::chain;
  const auto memory = decode_settlement_memory({data, size});
  if (!memory) return 0;
  const auto again = decode_settlement_memory(encode(*memory));
  CHECK(again && encode(*again) == encode(*memory));
  return 0;
}
