// Any bytes as a set of devices: a refusal, or the one encoding of that set.
#include <algorithm>

#include "attest/nvidia/device_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  using namespace cocoon::attest::nvidia;
  const base::BytesView bytes(data, size);
  const auto set = parse_device_set(bytes);
  if (set && !std::ranges::equal(encode(*set), bytes)) __builtin_trap();
  return 0;
}
