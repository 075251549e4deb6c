// Making cells: checks by kind, level masks, hashes and depths per level.
#include "ton/cell.h"

#include <algorithm>
#include <bit>

#include "crypto/hash.h"
#include "ton/bits.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kHashBits = 256;
constexpr unsigned kDepthBits = 16;
constexpr unsigned kMaxLevelMask = 7;
constexpr std::uint8_t kExoticFlag = 8;

base::Error exotic_error(const char* message) { return {TonError::CellExoticForm, message}; }

base::Bits256 read_hash(base::BytesView data, std::size_t offset) {
  base::Bits256 hash;
  std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(offset), hash.size(), hash.begin());
  return hash;
}

}  // namespace

base::Result<CellRef> Cell::make_ordinary(base::BytesView data, unsigned bits,
                                          std::span<const CellRef> refs) {
  return make(CellKind::Ordinary, data, bits, refs);
}

base::Result<CellRef> Cell::make_exotic(base::BytesView data, unsigned bits,
                                        std::span<const CellRef> refs) {
  if (bits < 8 || data.empty()) return exotic_error("An exotic cell has no kind.");
  if (data[0] < 1 || data[0] > 4) return exotic_error("An exotic cell is of an unknown kind.");
  return make(static_cast<CellKind>(data[0]), data, bits, refs);
}

base::Result<CellRef> Cell::make(CellKind kind, base::BytesView data, unsigned bits,
                                 std::span<const CellRef> refs) {
  if (bits > kMaxCellBits || bits > data.size() * 8 || refs.size() > kMaxCellRefs) {
    return base::Error(TonError::CellOverflow, "A cell holds at most 1023 bits and 4 references.");
  }
  for (const CellRef& ref : refs) {
    if (!ref) return base::Error(TonError::CellMissing, "A cell refers to no cell.");
    for (unsigned level = 0; level <= kMaxLevel; ++level) {
      if (ref->depth(level) >= kMaxCellDepth) {
        return base::Error(TonError::CellTooDeep, "Cells are nested too deeply.");
      }
    }
  }
  const auto cell = std::make_shared<Cell>(Key{}, kind, data, bits, refs);
  TRY(cell->check_exotic());
  cell->level_mask_ = static_cast<std::uint8_t>(cell->computed_level_mask());
  cell->compute_hashes();
  return CellRef(cell);
}

Cell::Cell(Key, CellKind kind, base::BytesView data, unsigned bits, std::span<const CellRef> refs)
    : data_((bits + 7) / 8),
      bits_(static_cast<std::uint16_t>(bits)),
      ref_count_(static_cast<std::uint8_t>(refs.size())),
      kind_(kind) {
  copy_bits(data_, 0, data, 0, bits);
  std::copy(refs.begin(), refs.end(), refs_.begin());
}

unsigned Cell::level() const { return static_cast<unsigned>(std::bit_width(level_mask_)); }

base::Result<void> Cell::check_exotic() const {
  switch (kind_) {
    case CellKind::Ordinary:
      return {};
    case CellKind::PrunedBranch:
      return check_pruned();
    case CellKind::Library:
      if (bits_ != 8 + kHashBits || ref_count_ != 0) return exotic_error("A bad library cell.");
      return {};
    case CellKind::MerkleProof:
      return check_merkle(1);
    case CellKind::MerkleUpdate:
      return check_merkle(2);
  }
  CHECK(false);
}

// 01, mask, a hash for each level of the mask, a depth for each.
base::Result<void> Cell::check_pruned() const {
  if (bits_ < 16 || ref_count_ != 0) return exotic_error("A bad pruned branch.");
  const unsigned mask = data_[1];
  const auto count = static_cast<unsigned>(std::popcount(mask));
  if (mask == 0 || mask > kMaxLevelMask || bits_ != 16 + count * (kHashBits + kDepthBits)) {
    return exotic_error("A pruned branch whose level mask does not fit its size.");
  }
  for (unsigned i = 0; i < count; ++i) {
    if (read_bits(data_, 16 + count * kHashBits + i * kDepthBits, kDepthBits) > kMaxCellDepth) {
      return base::Error(TonError::CellTooDeep, "A pruned branch claims to be too deep.");
    }
  }
  return {};
}

// 03 or 04, a hash for each child, a depth for each: those that the children have at level 0.
base::Result<void> Cell::check_merkle(unsigned children) const {
  if (ref_count_ != children || bits_ != 8 + children * (kHashBits + kDepthBits)) {
    return exotic_error("A Merkle cell of a wrong size.");
  }
  for (unsigned i = 0; i < children; ++i) {
    const std::uint64_t depth =
        read_bits(data_, 8 + children * kHashBits + i * kDepthBits, kDepthBits);
    if (read_hash(data_, 1 + i * 32) != refs_[i]->hash(0) || depth != refs_[i]->depth(0)) {
      return exotic_error("A Merkle cell that does not name its child.");
    }
  }
  return {};
}

unsigned Cell::computed_level_mask() const {
  if (kind_ == CellKind::PrunedBranch) return data_[1];
  unsigned mask = 0;
  for (const CellRef& ref : refs()) mask |= ref->level_mask();
  const bool merkle = kind_ == CellKind::MerkleProof || kind_ == CellKind::MerkleUpdate;
  return merkle ? mask >> 1 : mask;
}

void Cell::compute_hashes() {
  if (kind_ == CellKind::PrunedBranch) {
    append_stored_hashes();
    const base::Bytes data = padded_data();
    hashes_.push_back({crypto::sha256({descriptors(), data}), 0});
    return;
  }
  for (unsigned level = 0; level <= kMaxLevel; ++level) {
    const bool significant = level == 0 || (level_mask_ >> (level - 1) & 1) != 0;
    if (significant) hashes_.push_back(hash_at(level));
  }
}

void Cell::append_stored_hashes() {
  const auto count = static_cast<unsigned>(std::popcount(unsigned{level_mask_}));
  for (unsigned i = 0; i < count; ++i) {
    const std::uint64_t depth = read_bits(data_, 16 + count * kHashBits + i * kDepthBits, 16);
    hashes_.push_back({read_hash(data_, 2 + i * 32), static_cast<unsigned>(depth)});
  }
}

// Hash of descriptors, data, the children's depths and hashes. Above the lowest level, the hash of
// the level below stands for the data. Children of Merkle cells are seen one level higher.
Cell::LevelHash Cell::hash_at(unsigned level) const {
  const bool merkle = kind_ == CellKind::MerkleProof || kind_ == CellKind::MerkleUpdate;
  const unsigned child_level = std::min(merkle ? level + 1 : level, kMaxLevel);
  const unsigned mask = level_mask_ & ((1u << level) - 1);
  base::Bytes tail;
  tail.reserve(std::size_t{ref_count_} * (2 + 32));
  LevelHash result;
  for (const CellRef& ref : refs()) {
    const unsigned depth = ref->depth(child_level);
    tail.push_back(static_cast<std::uint8_t>(depth >> 8));
    tail.push_back(static_cast<std::uint8_t>(depth & 0xff));
    result.depth = std::max(result.depth, depth + 1);
  }
  for (const CellRef& ref : refs()) {
    const base::Bits256& hash = ref->hash(child_level);
    tail.insert(tail.end(), hash.begin(), hash.end());
  }
  const base::Bytes head = hashes_.empty() ? padded_data() : base::to_bytes(hashes_.back().hash);
  result.hash = crypto::sha256({descriptors(mask), head, tail});
  return result;
}

const Cell::LevelHash& Cell::at(unsigned level) const {
  const unsigned mask = level_mask_ & ((1u << std::min(level, kMaxLevel)) - 1);
  return hashes_[static_cast<std::size_t>(std::popcount(mask))];
}

std::array<std::uint8_t, 2> Cell::descriptors(unsigned mask) const {
  const unsigned exotic = kind_ == CellKind::Ordinary ? 0 : kExoticFlag;
  return {static_cast<std::uint8_t>(ref_count_ + exotic + 32 * mask),
          static_cast<std::uint8_t>(bits_ / 8 + (bits_ + 7) / 8)};
}

base::Bytes Cell::padded_data() const {
  base::Bytes padded = data_;
  if (bits_ % 8 != 0) write_bits(padded, bits_, 1, 1);
  return padded;
}

}  // namespace cocoon::ton
