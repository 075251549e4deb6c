// Writing a bag of cells: each distinct cell once, every parent before its children.
#include <algorithm>
#include <unordered_map>

#include "crypto/crc.h"
#include "ton/boc.h"

namespace cocoon::ton {
namespace {

constexpr std::uint8_t kChecksumFlag = 0x40;

void append_number(base::Bytes& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::size_t bytes_for(std::uint64_t value) {
  std::size_t width = 1;
  while (width < 8 && value >> (8 * width) != 0) ++width;
  return width;
}

// Cells in writing order.
class CellList {
 public:
  explicit CellList(std::span<const CellRef> roots) {
    for (std::size_t i = roots.size(); i-- > 0;) visit(*roots[i]);
    std::reverse(cells_.begin(), cells_.end());
  }
  const std::vector<const Cell*>& cells() const { return cells_; }
  std::size_t position(const Cell& cell) const {
    return cells_.size() - 1 - visited_.at(cell.hash());
  }

 private:
  // Children before parents and last child first: read backwards, a tree is in reading order. The
  // depth of cells bounds the recursion, and the set of visited cells makes shared ones cost
  // nothing.
  void visit(const Cell& cell) {
    if (visited_.contains(cell.hash())) return;
    for (std::size_t i = cell.refs().size(); i-- > 0;) visit(*cell.refs()[i]);
    visited_.emplace(cell.hash(), cells_.size());
    cells_.push_back(&cell);
  }

  std::vector<const Cell*> cells_;
  std::unordered_map<base::Bits256, std::size_t, base::Bits256Hash> visited_;
};

}  // namespace

base::Bytes serialize_boc(const CellRef& root, BocChecksum checksum) {
  return serialize_boc(std::span(&root, 1), checksum);
}

base::Bytes serialize_boc(std::span<const CellRef> roots, BocChecksum checksum) {
  CHECK(!roots.empty());
  for (const CellRef& root : roots) CHECK(root);
  const CellList list(roots);
  const std::size_t ref_bytes = bytes_for(std::max(list.cells().size(), roots.size()));
  base::Bytes data;
  for (const Cell* cell : list.cells()) {
    const std::array<std::uint8_t, 2> descriptors = cell->descriptors();
    const base::Bytes content = cell->padded_data();
    data.insert(data.end(), descriptors.begin(), descriptors.end());
    data.insert(data.end(), content.begin(), content.end());
    for (const CellRef& ref : cell->refs()) append_number(data, list.position(*ref), ref_bytes);
  }
  const std::size_t offset_bytes = bytes_for(data.size());

  base::Bytes out;
  out.reserve(data.size() + 32);
  append_number(out, kBocMagic, 4);
  const bool checked = checksum == BocChecksum::Crc32c;
  out.push_back(static_cast<std::uint8_t>(ref_bytes | (checked ? kChecksumFlag : 0u)));
  out.push_back(static_cast<std::uint8_t>(offset_bytes));
  append_number(out, list.cells().size(), ref_bytes);
  append_number(out, roots.size(), ref_bytes);
  append_number(out, 0, ref_bytes);  // absent cells
  append_number(out, data.size(), offset_bytes);
  for (const CellRef& root : roots) append_number(out, list.position(*root), ref_bytes);
  out.insert(out.end(), data.begin(), data.end());
  if (checked) {
    const std::uint32_t sum = crypto::crc32c(out);
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(sum >> (8 * i)));
  }
  return out;
}

}  // namespace cocoon::ton
