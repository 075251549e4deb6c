// Bags of cells: trees of cells as bytes (TL-B serialized_boc and the two older indexed forms).
//
// The parser takes every header form, and refuses: sizes beyond the limits before it allocates,
// references that do not point strictly forward (so there are no cycles), descriptors or level
// masks that do not fit the cell, an index, cache flags or checksum that does not match, trailing
// bytes, absent cells. Time and memory are linear in the input.
#pragma once

#include <vector>

#include "ton/cell.h"

namespace cocoon::ton {

// What every bag of cells begins with (serialized_boc of TON's boc.tlb).
inline constexpr std::uint32_t kBocMagic = 0xb5ee9c72;

struct BocLimits {
  std::size_t max_bytes = kMaxBocBytes;
  std::size_t max_cells = kMaxBocCells;
  std::size_t max_roots = kMaxBocRoots;
};

// All roots, in order.
base::Result<std::vector<CellRef>> parse_boc(base::BytesView bytes, const BocLimits& limits = {});
// Exactly one root, of level 0.
base::Result<CellRef> parse_single_root_boc(base::BytesView bytes, const BocLimits& limits = {});

enum class BocChecksum { None, Crc32c };
// One root, magic b5ee9c72, no index, smallest sizes. Equal cells are written once.
base::Bytes serialize_boc(const CellRef& root, BocChecksum checksum = BocChecksum::None);
// Several roots, at least one.
base::Bytes serialize_boc(std::span<const CellRef> roots, BocChecksum checksum = BocChecksum::None);

}  // namespace cocoon::ton
