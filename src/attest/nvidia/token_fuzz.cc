// Any bytes as the service's answer, and as its keys: never more than a refusal.
#include "attest/nvidia/token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  using namespace cocoon::attest::nvidia;
  const base::BytesView bytes(data, size);
  (void)parse_token_keys(bytes).ok();
  const auto examination =
      examine_tokens(base::from_unix_seconds(1894665660),
                     TokenQuestion{bytes, {}, kServiceIssuer, {}}, TokenKeys{});
  if (examination.check) __builtin_trap();
  return 0;
}
