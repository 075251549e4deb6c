// Writes a cell field by field, most significant bit first. A field that does not fit spoils the
// builder: finish() then says so, and nothing was written past a limit.
#pragma once

#include <array>
#include <optional>

#include "base/nanoton.h"
#include "ton/address.h"
#include "ton/cell.h"

namespace cocoon::ton {

class CellSlice;

class CellBuilder {
 public:
  // The lowest `bits` (at most 64) of a value that must fit in them.
  CellBuilder& store_uint(std::uint64_t value, unsigned bits);
  // Two's complement.
  CellBuilder& store_int(std::int64_t value, unsigned bits);
  CellBuilder& store_bit(bool bit) { return store_uint(bit ? 1 : 0, 1); }
  CellBuilder& store_bytes(base::BytesView bytes);
  // The first `bits` of `data`.
  CellBuilder& store_bits(base::BytesView data, unsigned bits);
  // VarUInteger 16: 4-bit length in bytes, then the bytes; shortest form. Refuses negative amounts.
  CellBuilder& store_coins(base::Nanoton amount);
  // addr_std without anycast: 267 bits.
  CellBuilder& store_address(const Address& address);
  CellBuilder& store_ref(const CellRef& cell);
  // One bit says whether there is a cell; then the reference.
  CellBuilder& store_maybe_ref(const CellRef& cell);
  // What the slice has left.
  CellBuilder& store_slice(const CellSlice& slice);

  unsigned bit_count() const { return bits_; }
  unsigned ref_count() const { return ref_count_; }
  // An ordinary cell of what was stored.
  base::Result<CellRef> finish() const;
  // The same for layouts that fit whatever outsiders put in their fields: a failure ends the
  // process.
  CellRef finish_fixed() const;

 private:
  bool reserve(std::size_t bits);

  std::array<std::uint8_t, 128> data_{};
  std::array<CellRef, kMaxCellRefs> refs_;
  unsigned bits_ = 0;
  unsigned ref_count_ = 0;
  std::optional<TonError> error_;
};

}  // namespace cocoon::ton
