// Any bag of cells as a dictionary (the byte before it is the length of keys less one): refused, or
// every entry is found by its key, and the same entries come back when they are written again. The
// same bag as the params of our contracts.
#include <algorithm>

#include "base/check.h"
#include "ton/boc.h"
#include "ton/cell_builder.h"
#include "ton/contract_params.h"
#include "ton/dictionary.h"

using namespace cocoon;

namespace {

constexpr std::size_t kMostEntries = 1000;

base::Bits256 hash_of(const ton::CellSlice& value) {
  ton::CellBuilder cell;
  cell.store_slice(value);
  const auto built = cell.finish();
  CHECK(built);
  return (*built)->hash();
}

void try_as_dictionary(const ton::CellRef& root, unsigned key_bits, ton::DictionaryForm form) {
  const auto entries = ton::read_dictionary(root, key_bits, kMostEntries, form);
  if (!entries) return;
  for (const ton::DictionaryEntry& entry : *entries) {
    const auto found = ton::find_in_dictionary(root, key_bits, entry.key, form);
    CHECK(found && *found);
    CHECK(hash_of(**found) == hash_of(entry.value));
  }
  const auto written = ton::build_dictionary(*entries, key_bits);
  // Values of an augmented one may leave less room than a label needs, and so may strange labels.
  if (!written) return;
  const auto again = ton::read_dictionary(*written, key_bits, kMostEntries);
  CHECK(again);
  CHECK(std::equal(entries->begin(), entries->end(), again->begin(), again->end(),
                   [](const auto& a, const auto& b) {
                     return a.key == b.key && hash_of(a.value) == hash_of(b.value);
                   }));
}

void try_as_params(const ton::CellRef& root) {
  const auto params = ton::parse_contract_params(root);
  if (!params) return;
  const auto full = ton::build_contract_params(*params, ton::ParamsForm::Full);
  CHECK(full);
  const auto again = ton::parse_contract_params(*full);
  CHECK(again);
  const auto without = ton::build_contract_params(*again, ton::ParamsForm::WithoutCode);
  CHECK(without);
  CHECK(ton::parse_contract_params(*without));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto root = ton::parse_single_root_boc({data + 1, size - 1});
  if (!root) return 0;
  for (const auto form : {ton::DictionaryForm::Plain, ton::DictionaryForm::Augmented}) {
    try_as_dictionary(*root, data[0] + 1U, form);
  }
  try_as_params(*root);
  return 0;
}
