// CurrencyCollection: nanotons, and other currencies that we carry along without reading them.
#pragma once

#include "base/nanoton.h"
#include "ton/cell_builder.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {

struct CurrencyCollection {
  base::Nanoton coins;
  CellRef extra;  // root of HashmapE 32 (VarUInteger 32); empty where there are none
};

base::Result<CurrencyCollection> load_currency(CellSlice& slice);
void store_currency(CellBuilder& builder, const CurrencyCollection& value);

}  // namespace cocoon::ton
