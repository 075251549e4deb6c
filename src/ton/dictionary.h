// Dictionaries (TL-B HashmapE n X) of fixed key length: read all, look one up, write.
//
// Hostile trees cost at most entries times key length: shared subtrees can't make them explode.
// Trees with pruned branches are refused here (cell_exotic): what is behind such a branch is
// unknown, which is not "absent".
#pragma once

#include <optional>
#include <vector>

#include "ton/cell.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {

struct DictionaryEntry {
  base::Bytes key;  // key_bits, from the first bit; the last byte is filled with zeros
  CellSlice value;
};

// Entries in the order of their keys. `root` may be empty. Refuses more than `max_entries`.
base::Result<std::vector<DictionaryEntry>> read_dictionary(const CellRef& root, unsigned key_bits,
                                                           std::size_t max_entries);
// Nothing if the key is absent.
base::Result<std::optional<CellSlice>> find_in_dictionary(const CellRef& root, unsigned key_bits,
                                                          base::BytesView key);
// The one canonical tree for these entries: sorted by key, no key twice (CHECKed). Empty for no
// entries.
base::Result<CellRef> build_dictionary(const std::vector<DictionaryEntry>& entries,
                                       unsigned key_bits);

}  // namespace cocoon::ton
