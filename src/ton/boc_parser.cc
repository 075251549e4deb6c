// Parsing bags of cells, in three steps: header, bounds of every cell, cells from the last to the
// first.
#include <algorithm>
#include <array>
#include <bit>

#include "crypto/crc.h"
#include "ton/boc.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kMagicIndexed = 0x68ff65f3;
constexpr std::uint64_t kMagicIndexedChecked = 0xacc3a728;
constexpr std::size_t kMinCellBytes = 2;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kStoredHashBytes = 32;
constexpr std::size_t kStoredDepthBytes = 2;

base::Error error(TonError reason, const char* message) { return {reason, message}; }
base::Error truncated() { return error(TonError::BocTruncated, "A bag of cells ends too early."); }

// Big-endian numbers and byte runs, from front to back.
class ByteReader {
 public:
  explicit ByteReader(base::BytesView bytes) : bytes_(bytes) {}
  std::size_t left() const { return bytes_.size(); }
  base::Result<base::BytesView> take(std::size_t count) {
    if (count > bytes_.size()) return truncated();
    const base::BytesView taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  base::Result<std::uint64_t> number(std::size_t width) {
    const base::BytesView taken = TRY(take(width));
    std::uint64_t value = 0;
    for (const std::uint8_t byte : taken) value = value << 8 | byte;
    return value;
  }

 private:
  base::BytesView bytes_;
};

enum class RootList { Present, Absent };

struct Header {
  bool indexed = false;
  bool checked = false;
  bool cache_flags = false;
  RootList root_list = RootList::Present;
  std::size_t ref_bytes = 0;
  std::size_t offset_bytes = 0;
  std::size_t cells = 0;
  std::size_t roots = 0;
  std::size_t data_bytes = 0;
};

base::Result<Header> read_form(ByteReader& reader) {
  Header header;
  const std::uint64_t magic = TRY(reader.number(4));
  const std::uint64_t flags = TRY(reader.number(1));
  if (magic == kBocMagic) {
    header.indexed = (flags & 0x80) != 0;
    header.checked = (flags & 0x40) != 0;
    header.cache_flags = (flags & 0x20) != 0;
    header.ref_bytes = flags & 7;
    if ((flags & 0x18) != 0) return error(TonError::BocHeader, "Unknown flags in a bag of cells.");
  } else if (magic == kMagicIndexed || magic == kMagicIndexedChecked) {
    header.indexed = true;
    header.checked = magic == kMagicIndexedChecked;
    header.root_list = RootList::Absent;
    header.ref_bytes = flags;
  } else {
    return error(TonError::BocHeader, "This is not a bag of cells.");
  }
  header.offset_bytes = TRY(reader.number(1));
  const bool sizes_known = header.ref_bytes >= 1 && header.ref_bytes <= 4 &&
                           header.offset_bytes >= 1 && header.offset_bytes <= 8;
  if (!sizes_known || (header.cache_flags && !header.indexed)) {
    return error(TonError::BocHeader, "A bag of cells has an impossible header.");
  }
  return header;
}

base::Result<Header> read_header(ByteReader& reader, const BocLimits& limits) {
  Header header = TRY(read_form(reader));
  header.cells = TRY(reader.number(header.ref_bytes));
  header.roots = TRY(reader.number(header.ref_bytes));
  const std::uint64_t absent = TRY(reader.number(header.ref_bytes));
  header.data_bytes = TRY(reader.number(header.offset_bytes));
  if (header.cells > limits.max_cells || header.roots > limits.max_roots) {
    return error(TonError::BocTooBig, "A bag of cells has too many cells or roots.");
  }
  const bool one_root = header.root_list == RootList::Present || header.roots == 1;
  if (header.cells == 0 || header.roots == 0 || !one_root) {
    return error(TonError::BocHeader, "A bag of cells has an impossible number of cells or roots.");
  }
  if (absent != 0) return error(TonError::BocHeader, "A bag of cells leaves cells out.");
  if (header.data_bytes > reader.left()) return truncated();
  if (header.data_bytes < header.cells * kMinCellBytes) {
    return error(TonError::BocHeader, "A bag of cells is too short for its cells.");
  }
  return header;
}

base::Result<std::vector<std::size_t>> read_roots(ByteReader& reader, const Header& header) {
  if (header.root_list == RootList::Absent) return std::vector<std::size_t>{0};
  std::vector<std::size_t> roots;
  for (std::size_t i = 0; i < header.roots; ++i) {
    roots.push_back(TRY(reader.number(header.ref_bytes)));
    if (roots.back() >= header.cells) {
      return error(TonError::BocReference, "A root of a bag of cells does not exist.");
    }
  }
  return roots;
}

// One cell as written.
struct RawCell {
  bool exotic = false;
  unsigned level_mask = 0;
  base::BytesView stored_hashes;  // all hashes, then all depths; mostly empty
  base::BytesView data;
  unsigned bits = 0;
  std::array<std::size_t, kMaxCellRefs> refs{};
  unsigned ref_count = 0;
};

base::Result<RawCell> read_cell(ByteReader& reader, const Header& header, std::size_t index) {
  RawCell cell;
  const auto d1 = static_cast<unsigned>(TRY(reader.number(1)));
  const auto d2 = static_cast<unsigned>(TRY(reader.number(1)));
  cell.ref_count = d1 & 7;
  cell.exotic = (d1 & 8) != 0;
  cell.level_mask = d1 >> 5;
  if (cell.ref_count > kMaxCellRefs) {
    return error(TonError::BocCell, "A cell has more than 4 references, or is left out.");
  }
  if ((d1 & 16) != 0) {
    const auto hashes = static_cast<unsigned>(std::popcount(cell.level_mask)) + 1;
    cell.stored_hashes = TRY(reader.take(hashes * (kStoredHashBytes + kStoredDepthBytes)));
  }
  cell.data = TRY(reader.take((d2 + 1) / 2));
  cell.bits = d2 / 2 * 8;
  if (d2 % 2 != 0) {
    // The last byte ends with a 1 bit and zeros, which are not data. 0x80 would add a byte without
    // data.
    const std::uint8_t last = cell.data.back();
    if ((last & 0x7f) == 0) return error(TonError::BocCell, "A cell is padded wrongly.");
    cell.bits += 7 - static_cast<unsigned>(std::countr_zero(last));
  }
  for (unsigned i = 0; i < cell.ref_count; ++i) {
    cell.refs[i] = TRY(reader.number(header.ref_bytes));
    if (cell.refs[i] <= index || cell.refs[i] >= header.cells) {
      return error(TonError::BocReference, "A reference does not point forward.");
    }
  }
  return cell;
}

base::Result<std::vector<RawCell>> read_cells(base::BytesView data, const Header& header,
                                              base::BytesView index) {
  ByteReader reader(data);
  ByteReader index_reader(index);
  std::vector<RawCell> cells;
  cells.reserve(header.cells);
  std::vector<bool> cache_flags;
  for (std::size_t i = 0; i < header.cells; ++i) {
    cells.push_back(TRY(read_cell(reader, header, i)));
    if (!header.indexed) continue;
    std::uint64_t end = TRY(index_reader.number(header.offset_bytes));
    if (header.cache_flags) {
      cache_flags.push_back(end % 2 != 0);
      end /= 2;
    }
    if (end != data.size() - reader.left()) {
      return error(TonError::BocIndex, "The index of a bag of cells is wrong.");
    }
  }
  if (reader.left() != 0) return error(TonError::BocTrailing, "There are bytes behind the cells.");
  if (!header.cache_flags) return cells;

  std::vector<unsigned> references(header.cells);
  for (const RawCell& cell : cells) {
    for (unsigned i = 0; i < cell.ref_count; ++i) ++references[cell.refs[i]];
  }
  for (std::size_t i = 0; i < header.cells; ++i) {
    if (cache_flags[i] != (references[i] > 1)) {
      return error(TonError::BocIndex, "A cache flag in the index is wrong.");
    }
  }
  return cells;
}

bool stored_hashes_match(const RawCell& raw, const Cell& cell) {
  const std::size_t count = raw.stored_hashes.size() / (kStoredHashBytes + kStoredDepthBytes);
  std::size_t position = 0;
  for (unsigned level = 0; level <= Cell::kMaxLevel; ++level) {
    if (level != 0 && (cell.level_mask() >> (level - 1) & 1) == 0) continue;
    const base::BytesView hash =
        raw.stored_hashes.subspan(position * kStoredHashBytes, kStoredHashBytes);
    const base::BytesView depth = raw.stored_hashes.subspan(
        count * kStoredHashBytes + position * kStoredDepthBytes, kStoredDepthBytes);
    if (!std::equal(hash.begin(), hash.end(), cell.hash(level).begin())) return false;
    if ((unsigned{depth[0]} << 8 | depth[1]) != cell.depth(level)) return false;
    ++position;
  }
  return true;
}

base::Result<CellRef> make_cell(const RawCell& raw, const std::vector<CellRef>& cells) {
  std::array<CellRef, kMaxCellRefs> refs;
  for (unsigned i = 0; i < raw.ref_count; ++i) refs[i] = cells[raw.refs[i]];
  const std::span<const CellRef> used(refs.data(), raw.ref_count);
  const CellRef cell = TRY(raw.exotic ? Cell::make_exotic(raw.data, raw.bits, used)
                                      : Cell::make_ordinary(raw.data, raw.bits, used));
  if (cell->level_mask() != raw.level_mask) {
    return error(TonError::BocCell, "The level in a cell's descriptor is wrong.");
  }
  if (raw.stored_hashes.empty()) return cell;
  // For pruned branches implementations differ in which hashes they store; nobody needs them.
  if (cell->kind() == CellKind::PrunedBranch || !stored_hashes_match(raw, *cell)) {
    return error(TonError::BocCell, "A hash stored beside a cell is wrong.");
  }
  return cell;
}

// `bytes` ends with its checksum.
base::Result<void> check_checksum(base::BytesView bytes) {
  const base::BytesView content = bytes.first(bytes.size() - kChecksumBytes);
  const std::uint32_t checksum = crypto::crc32c(content);
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    if (bytes[content.size() + i] != (checksum >> (8 * i) & 0xff)) {
      return error(TonError::BocChecksum, "The checksum of a bag of cells is wrong.");
    }
  }
  return {};
}

}  // namespace

base::Result<std::vector<CellRef>> parse_boc(base::BytesView bytes, const BocLimits& limits) {
  if (bytes.size() > limits.max_bytes)
    return error(TonError::BocTooBig, "A bag of cells is too big.");
  ByteReader reader(bytes);
  const Header header = TRY(read_header(reader, limits));
  const std::vector<std::size_t> roots = TRY(read_roots(reader, header));
  const base::BytesView index =
      TRY(reader.take(header.indexed ? header.cells * header.offset_bytes : 0));
  const base::BytesView data = TRY(reader.take(header.data_bytes));
  TRY(reader.take(header.checked ? kChecksumBytes : 0));
  if (reader.left() != 0)
    return error(TonError::BocTrailing, "There are bytes behind a bag of cells.");
  if (header.checked) TRY(check_checksum(bytes));

  const std::vector<RawCell> raw = TRY(read_cells(data, header, index));
  std::vector<CellRef> cells(header.cells);
  for (std::size_t i = header.cells; i-- > 0;) cells[i] = TRY(make_cell(raw[i], cells));
  std::vector<CellRef> result;
  result.reserve(roots.size());
  for (const std::size_t root : roots) result.push_back(cells[root]);
  return result;
}

base::Result<CellRef> parse_single_root_boc(base::BytesView bytes, const BocLimits& limits) {
  const std::vector<CellRef> roots = TRY(parse_boc(bytes, limits));
  if (roots.size() != 1 || roots[0]->level() != 0) {
    return error(TonError::BocRoots, "A bag of cells needs exactly one root, of level 0.");
  }
  return roots[0];
}

}  // namespace cocoon::ton
