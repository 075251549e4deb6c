// Any text as the words of a wallet: refused, or the same key every time.
#include "base/check.h"
#include "ton/mnemonic.h"

using namespace cocoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view phrase = base::as_text({data, size});
  const auto key = ton::key_from_mnemonic(phrase);
  if (!key) return 0;
  const auto again = ton::key_from_mnemonic(phrase);
  CHECK(again);
  CHECK(again->public_key() == key->public_key());
  return 0;
}
