// Any text: an address that is accepted has the same value after it is written and read again.
#include "base/check.h"
#include "ton/address.h"

using namespace cocoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto address = ton::parse_address(text);
  if (address) {
    const auto raw = ton::parse_raw_address(ton::to_raw_text(*address));
    CHECK(raw);
    CHECK(*raw == *address);
  }
  const auto friendly = ton::parse_friendly_address(text);
  if (friendly) {
    const std::string written =
        ton::to_friendly_text(friendly->address, friendly->bounce, friendly->network);
    const auto back = ton::parse_friendly_address(written);
    CHECK(back);
    CHECK(*back == *friendly);
  }
  return 0;
}
