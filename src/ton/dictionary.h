// Dictionaries (TL-B HashmapE n X) of fixed key length: read all, look one up, write.
//
// Hostile trees cost at most entries times key length: shared subtrees can't make them explode.
// Whoever meets a pruned branch is refused (cell_pruned): what is behind it is unknown, which is
// not "absent".
#pragma once

#include <optional>
#include <vector>

#include "ton/cell.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {

// Augmented (HashmapAug n X Y): every node carries an extra Y, in a fork behind its two branches,
// in a leaf before the value, so that an entry's slice is Y followed by X.
enum class DictionaryForm { Plain, Augmented };

struct DictionaryEntry {
  base::Bytes key;  // key_bits, from the first bit; the last byte is filled with zeros
  CellSlice value;
};

// Entries in the order of their keys. `root` may be empty. Refuses more than `max_entries`.
base::Result<std::vector<DictionaryEntry>> read_dictionary(
    const CellRef& root, unsigned key_bits, std::size_t max_entries,
    DictionaryForm form = DictionaryForm::Plain);
// The same where the root node is not a cell of its own but the rest of a slice (Hashmap n X).
base::Result<std::vector<DictionaryEntry>> read_inline_dictionary(
    const CellSlice& root, unsigned key_bits, std::size_t max_entries,
    DictionaryForm form = DictionaryForm::Plain);
// Nothing if the key is absent.
base::Result<std::optional<CellSlice>> find_in_dictionary(
    const CellRef& root, unsigned key_bits, base::BytesView key,
    DictionaryForm form = DictionaryForm::Plain);
base::Result<std::optional<CellSlice>> find_in_inline_dictionary(
    CellSlice root, unsigned key_bits, base::BytesView key,
    DictionaryForm form = DictionaryForm::Plain);
base::Result<std::optional<CellSlice>> find_in_dictionary(
    const CellRef& root, std::uint32_t key, DictionaryForm form = DictionaryForm::Plain);

// A node's label (HmLabel): its bits and their number, at most `longest`.
struct DictionaryLabel {
  base::Bytes bits;
  unsigned length = 0;
};
base::Result<DictionaryLabel> load_dictionary_label(CellSlice& node, unsigned longest);
// The one canonical tree for these entries: sorted by key, no key twice (CHECKed). Empty for no
// entries.
base::Result<CellRef> build_dictionary(const std::vector<DictionaryEntry>& entries,
                                       unsigned key_bits);

}  // namespace cocoon::ton
