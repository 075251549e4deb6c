// Any bytes as a collateral file: never more than a refusal, and what is read can be kept.
#include "attest/collateral/bundle.h"
#include "attest/collateral/collateral_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  using namespace cocoon::attest::collateral;
  const base::BytesView bytes(data, size);
  (void)split_signed_object(bytes, "tcbInfo");
  (void)decode_chain_header(base::as_text(bytes));
  const auto items = parse_bundle(base::as_text(bytes));
  if (!items) return 0;
  CollateralSet set;
  for (const auto& [item, fetched] : *items) {
    if (!parse_item_name(to_text(item.name)).ok()) __builtin_trap();
    (void)set.add(fetched, item).ok();
  }
  (void)set.intel({});
  (void)set.due(base::WallTime{}, set.names());
  return 0;
}
