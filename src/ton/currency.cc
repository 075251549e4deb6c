// Reading and writing currency collections.
#include "ton/currency.h"

namespace cocoon::ton {

base::Result<CurrencyCollection> load_currency(CellSlice& slice) {
  CurrencyCollection value;
  value.coins = TRY(slice.load_coins());
  value.extra = TRY(slice.load_maybe_ref());
  return value;
}

void store_currency(CellBuilder& builder, const CurrencyCollection& value) {
  builder.store_coins(value.coins).store_maybe_ref(value.extra);
}

}  // namespace cocoon::ton
