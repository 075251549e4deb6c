// Cells, the chain's only data structure: up to 1023 bits and 4 references to other cells,
// immutable and shared.
//
// A cell's representation hash names its whole tree. Exotic cells (pruned branches, library
// references, Merkle proofs and updates) are checked when they are made, and have a hash and a
// depth per level: inside a proof a cell is identified by hash(0), the hash it has in the unpruned
// tree. Refused: anything that breaks these rules.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ton/error.h"
#include "ton/limits.h"

namespace cocoon::ton {

class Cell;
// Empty where a layout says that there is no cell; otherwise a finished, checked cell.
using CellRef = std::shared_ptr<const Cell>;

enum class CellKind : std::uint8_t {
  Ordinary = 0,
  PrunedBranch = 1,
  Library = 2,
  MerkleProof = 3,
  MerkleUpdate = 4,
};

class Cell {
 public:
  // `bits` counts from the first bit of `data`; bits behind them are ignored. No reference may be
  // empty.
  static base::Result<CellRef> make_ordinary(base::BytesView data, unsigned bits,
                                             std::span<const CellRef> refs);
  // The kind is the first byte of the data.
  static base::Result<CellRef> make_exotic(base::BytesView data, unsigned bits,
                                           std::span<const CellRef> refs);

  CellKind kind() const { return kind_; }
  unsigned bit_count() const { return bits_; }
  // ceil(bit_count / 8) bytes; bits behind the last one are zero.
  base::BytesView data() const { return data_; }
  std::span<const CellRef> refs() const { return {refs_.data(), ref_count_}; }

  // Bit i is set if the hash at level i+1 differs from the one at level i.
  unsigned level_mask() const { return level_mask_; }
  unsigned level() const;
  // The representation hash, and the depth that belongs to it.
  const base::Bits256& hash() const { return hash(kMaxLevel); }
  unsigned depth() const { return depth(kMaxLevel); }
  // The same as seen from a level, 0..3; beyond level() nothing changes any more.
  const base::Bits256& hash(unsigned level) const { return at(level).hash; }
  unsigned depth(unsigned level) const { return at(level).depth; }

  // The two descriptor bytes, as hashed at the highest level and as written in bags.
  std::array<std::uint8_t, 2> descriptors() const { return descriptors(level_mask_); }
  // The data as hashed and written: if it does not fill its last byte, a 1 bit and zeros follow.
  base::Bytes padded_data() const;

  static constexpr unsigned kMaxLevel = 3;

  // Only the make functions have the key.
  class Key {
    friend class Cell;
    Key() = default;
  };
  Cell(Key, CellKind kind, base::BytesView data, unsigned bits, std::span<const CellRef> refs);

 private:
  struct LevelHash {
    base::Bits256 hash{};
    unsigned depth = 0;
  };
  static base::Result<CellRef> make(CellKind kind, base::BytesView data, unsigned bits,
                                    std::span<const CellRef> refs);
  base::Result<void> check_exotic() const;
  base::Result<void> check_pruned() const;
  base::Result<void> check_merkle(unsigned children) const;
  unsigned computed_level_mask() const;
  void compute_hashes();
  void append_stored_hashes();
  LevelHash hash_at(unsigned level) const;
  const LevelHash& at(unsigned level) const;
  std::array<std::uint8_t, 2> descriptors(unsigned mask) const;

  base::Bytes data_;
  std::array<CellRef, kMaxCellRefs> refs_;
  std::vector<LevelHash> hashes_;  // one per significant level, lowest first
  std::uint16_t bits_ = 0;
  std::uint8_t ref_count_ = 0;
  std::uint8_t level_mask_ = 0;
  CellKind kind_ = CellKind::Ordinary;
};

}  // namespace cocoon::ton
