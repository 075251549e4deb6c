// Reads an ordinary cell field by field, most significant bit first. A failed read changes nothing.
#pragma once

#include "base/nanoton.h"
#include "ton/address.h"
#include "ton/cell.h"

namespace cocoon::ton {

class CellSlice {
 public:
  // Refuses an empty reference (cell_missing), pruned branches (cell_pruned) and other exotic cells
  // (cell_exotic): their bits are not what they stand for.
  static base::Result<CellSlice> open(const CellRef& cell);

  unsigned bits_left() const { return end_ - bit_; }
  unsigned refs_left() const { return static_cast<unsigned>(cell_->refs().size()) - ref_; }

  base::Result<std::uint64_t> load_uint(unsigned bits);  // at most 64
  base::Result<std::int64_t> load_int(unsigned bits);    // 1 to 64, two's complement
  base::Result<bool> load_bit();
  base::Result<std::uint32_t> load_u32();
  base::Result<base::Bytes> load_bytes(std::size_t count);
  base::Result<base::Bits256> load_bits256();
  base::Result<base::Bits512> load_bits512();
  // Amounts beyond int64 nanotons (9.2 * 10^9 TON, more than exist) and longer forms than needed
  // are refused.
  base::Result<base::Nanoton> load_coins();
  // VarUInteger with so many bits of length, shortest form; values beyond 64 bits are refused.
  base::Result<std::uint64_t> load_var_uint(unsigned length_bits);
  // addr_std without anycast only.
  base::Result<Address> load_address();
  base::Result<CellRef> load_ref();
  // Empty if the bit says that there is none.
  base::Result<CellRef> load_maybe_ref();
  // The next reference, opened.
  base::Result<CellSlice> open_ref();
  // What is left, as an ordinary cell of its own.
  base::Result<CellRef> rest_as_cell() const;
  // The constructor tag of a TL-B structure (value_form, if it is another).
  base::Result<void> expect_tag(std::uint64_t tag, unsigned bits);
  base::Result<void> skip_bits(unsigned bits);
  // Refuses leftover bits or references (cell_leftover).
  base::Result<void> expect_end() const;

 private:
  friend class CellBuilder;
  explicit CellSlice(CellRef cell) : cell_(std::move(cell)), end_(cell_->bit_count()) {}
  base::Result<void> need_bits(std::size_t bits) const;
  template <std::size_t N>
  base::Result<std::array<std::uint8_t, N>> load_array();
  void copy_to(std::span<std::uint8_t> out);

  CellRef cell_;
  unsigned bit_ = 0;
  unsigned end_ = 0;
  unsigned ref_ = 0;
};

}  // namespace cocoon::ton
