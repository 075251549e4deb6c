// Reading and writing Hashmap nodes. A label is one of three forms: short `0 unary bits`, long `10
// length bits`, same `11 bit length`; a length takes as many bits as the longest label possible at
// that point needs.
#include "ton/dictionary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "ton/bits.h"
#include "ton/cell_builder.h"

namespace cocoon::ton {
namespace {

base::Error dictionary_error(const char* message) { return {TonError::DictionaryForm, message}; }

unsigned length_bits(unsigned longest) { return static_cast<unsigned>(std::bit_width(longest)); }

// Appends a node's label to the first `position` bits of `key`; answers the new position.
base::Result<unsigned> load_label(CellSlice& node, base::Bytes& key, unsigned position,
                                  unsigned key_bits) {
  const unsigned longest = key_bits - position;
  unsigned length = 0;
  bool same = false;
  bool filler = false;
  if (!TRY(node.load_bit())) {
    while (length <= longest && TRY(node.load_bit())) ++length;
  } else {
    same = TRY(node.load_bit());
    if (same) filler = TRY(node.load_bit());
    length = static_cast<unsigned>(TRY(node.load_uint(length_bits(longest))));
  }
  if (length > longest)
    return dictionary_error("A dictionary label is longer than what is left of the key.");
  for (unsigned done = 0; done < length;) {
    const unsigned count = std::min(length - done, 64u);
    const std::uint64_t fill = filler ? UINT64_MAX : 0;
    const std::uint64_t bits = same ? fill : TRY(node.load_uint(count));
    write_bits(key, position + done, bits, count);
    done += count;
  }
  return position + length;
}

base::Result<void> check_fork(const CellSlice& node, DictionaryForm form) {
  const bool augmented = form == DictionaryForm::Augmented && node.refs_left() >= 2;
  if (augmented || (node.bits_left() == 0 && node.refs_left() == 2)) return {};
  return dictionary_error("A dictionary fork does not have exactly two branches.");
}

class Reader {
 public:
  Reader(unsigned key_bits, std::size_t max_entries, DictionaryForm form)
      : key_bits_(key_bits), max_entries_(max_entries), form_(form) {}

  // The depth of the recursion is bounded by the key length.
  base::Result<void> read(const CellRef& cell, base::Bytes key, unsigned position) {
    const CellSlice node = TRY(CellSlice::open(cell));
    return read(node, std::move(key), position);
  }
  base::Result<void> read(CellSlice node, base::Bytes key, unsigned position) {
    position = TRY(load_label(node, key, position, key_bits_));
    if (position == key_bits_) {
      if (entries_.size() == max_entries_) {
        return base::Error(TonError::DictionaryTooBig, "A dictionary has too many entries.");
      }
      entries_.push_back({std::move(key), node});
      return {};
    }
    TRY(check_fork(node, form_));
    const CellRef left = TRY(node.load_ref());
    const CellRef right = TRY(node.load_ref());
    TRY(read(left, key, position + 1));
    write_bits(key, position, 1, 1);
    return read(right, std::move(key), position + 1);
  }
  std::vector<DictionaryEntry> take() { return std::move(entries_); }

 private:
  unsigned key_bits_;
  std::size_t max_entries_;
  DictionaryForm form_;
  std::vector<DictionaryEntry> entries_;
};

using Entries = std::span<const DictionaryEntry>;

bool key_bit(const DictionaryEntry& entry, unsigned position) {
  return read_bits(entry.key, position, 1) != 0;
}

// Of the three forms the shortest; of equally short ones the first.
void store_label(CellBuilder& node, const base::Bytes& key, unsigned position, unsigned length,
                 unsigned longest) {
  bool same = true;
  for (unsigned i = 1; i < length; ++i) {
    same = same && read_bits(key, position + i, 1) == read_bits(key, position, 1);
  }
  const unsigned short_size = 2 * length + 2;
  const unsigned long_size = 2 + length_bits(longest) + length;
  const unsigned same_size = same && length > 0 ? 3 + length_bits(longest) : UINT32_MAX;
  if (short_size <= std::min(long_size, same_size)) {
    node.store_bit(false);
    for (unsigned i = 0; i < length; ++i) node.store_bit(true);
    node.store_bit(false);
  } else if (long_size <= same_size) {
    node.store_uint(0b10, 2).store_uint(length, length_bits(longest));
  } else {
    node.store_uint(0b11, 2).store_uint(read_bits(key, position, 1), 1);
    node.store_uint(length, length_bits(longest));
    return;
  }
  for (unsigned i = 0; i < length; ++i) node.store_uint(read_bits(key, position + i, 1), 1);
}

// `entries` is not empty, and all its keys agree in the first `position` bits.
base::Result<CellRef> build_node(Entries entries, unsigned position, unsigned key_bits) {
  unsigned fork = position;
  const DictionaryEntry& first = entries.front();
  while (fork < key_bits && key_bit(first, fork) == key_bit(entries.back(), fork)) ++fork;
  CellBuilder node;
  store_label(node, first.key, position, fork - position, key_bits - position);
  if (fork == key_bits) {
    CHECK(entries.size() == 1);
    return node.store_slice(first.value).finish();
  }
  const auto middle =
      std::partition_point(entries.begin(), entries.end(),
                           [fork](const DictionaryEntry& e) { return !key_bit(e, fork); });
  const auto left_size = static_cast<std::size_t>(middle - entries.begin());
  const CellRef left = TRY(build_node(entries.first(left_size), fork + 1, key_bits));
  const CellRef right = TRY(build_node(entries.subspan(left_size), fork + 1, key_bits));
  return node.store_ref(left).store_ref(right).finish();
}

}  // namespace

base::Result<std::vector<DictionaryEntry>> read_dictionary(const CellRef& root, unsigned key_bits,
                                                           std::size_t max_entries,
                                                           DictionaryForm form) {
  if (!root) return std::vector<DictionaryEntry>{};
  Reader reader(key_bits, max_entries, form);
  TRY(reader.read(root, base::Bytes((key_bits + 7) / 8), 0));
  return reader.take();
}

base::Result<std::vector<DictionaryEntry>> read_inline_dictionary(const CellSlice& root,
                                                                  unsigned key_bits,
                                                                  std::size_t max_entries,
                                                                  DictionaryForm form) {
  Reader reader(key_bits, max_entries, form);
  TRY(reader.read(root, base::Bytes((key_bits + 7) / 8), 0));
  return reader.take();
}

base::Result<DictionaryLabel> load_dictionary_label(CellSlice& node, unsigned longest) {
  DictionaryLabel label{base::Bytes((longest + 7) / 8), 0};
  label.length = TRY(load_label(node, label.bits, 0, longest));
  return label;
}

base::Result<std::optional<CellSlice>> find_in_dictionary(const CellRef& root, std::uint32_t key,
                                                          DictionaryForm form) {
  std::array<std::uint8_t, 4> bytes{};
  write_bits(bytes, 0, key, 32);
  return find_in_dictionary(root, 32, bytes, form);
}

base::Result<std::optional<CellSlice>> find_in_dictionary(const CellRef& root, unsigned key_bits,
                                                          base::BytesView key,
                                                          DictionaryForm form) {
  if (!root) return std::optional<CellSlice>{};
  const CellSlice node = TRY(CellSlice::open(root));
  return find_in_inline_dictionary(node, key_bits, key, form);
}

base::Result<std::optional<CellSlice>> find_in_inline_dictionary(CellSlice node, unsigned key_bits,
                                                                 base::BytesView key,
                                                                 DictionaryForm form) {
  CHECK(key.size() == (key_bits + 7) / 8);
  using Found = std::optional<CellSlice>;
  unsigned position = 0;
  for (;;) {
    base::Bytes label(key.size());
    const unsigned end = TRY(load_label(node, label, position, key_bits));
    for (unsigned i = position; i < end; ++i) {
      if (read_bits(label, i, 1) != read_bits(key, i, 1)) return Found{};
    }
    if (end == key_bits) return Found{node};
    TRY(check_fork(node, form));
    if (read_bits(key, end, 1) != 0) TRY(node.load_ref());
    node = TRY(node.open_ref());
    position = end + 1;
  }
}

base::Result<CellRef> build_dictionary(const std::vector<DictionaryEntry>& entries,
                                       unsigned key_bits) {
  if (entries.empty()) return CellRef();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i].key.size() == (key_bits + 7) / 8);
    CHECK(i == 0 || entries[i - 1].key < entries[i].key);
  }
  return build_node(entries, 0, key_bits);
}

}  // namespace cocoon::ton
