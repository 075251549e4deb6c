// CurrencyCollection: nanotons, and other currencies, which are carried along as they are and read
// where somebody asks for them. Reading is total: who cannot read an amount can still pass it on.
#pragma once

#include <span>
#include <string>
#include <vector>

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

// An amount of a currency beside the nanoton, in that currency's smallest unit: big-endian, above
// zero and below 2^248, as the chain demands.
struct ExtraCurrency {
  std::uint32_t id = 0;
  base::Bits256 amount{};

  friend bool operator==(const ExtraCurrency&, const ExtraCurrency&) = default;
};

// `root` of a collection's `extra`, in the order of their ids. Refuses more than
// kMaxExtraCurrencies (dictionary_too_big), amounts of zero or with leading zeros (value_form),
// leftovers, and what a proof leaves out (cell_pruned).
base::Result<std::vector<ExtraCurrency>> read_extra_currencies(const CellRef& root);
// Refuses amounts outside of the chain's bounds (value_out_of_range), an id twice or out of order
// (dictionary_form), and too many. Empty for none.
base::Result<CellRef> build_extra_currencies(std::span<const ExtraCurrency> currencies);

// "5 of currency 7, 12 of currency 100" for people; empty for none; "unreadable (REASON)".
std::string extra_text(const CellRef& root);
// A big-endian number in decimal digits.
std::string decimal_text(const base::Bits256& number);

}  // namespace cocoon::ton
