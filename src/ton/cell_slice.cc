// Loading fields from a cell.
#include "ton/cell_slice.h"

#include "ton/bits.h"
#include "ton/cell_builder.h"

namespace cocoon::ton {

base::Result<CellSlice> CellSlice::open(const CellRef& cell) {
  if (!cell) return base::Error(TonError::CellMissing, "A needed cell is missing.");
  if (cell->kind() == CellKind::PrunedBranch) {
    return base::Error(TonError::CellPruned, "A needed cell is left out of a proof.");
  }
  if (cell->kind() != CellKind::Ordinary) {
    return base::Error(TonError::CellExotic, "An exotic cell stands where data is needed.");
  }
  return CellSlice(cell);
}

base::Result<void> CellSlice::need_bits(std::size_t bits) const {
  if (bits <= bits_left()) return {};
  return base::Error(TonError::CellUnderflow, "A cell ends before its last field.");
}

base::Result<std::uint64_t> CellSlice::load_uint(unsigned bits) {
  CHECK(bits <= 64);
  TRY(need_bits(bits));
  const std::uint64_t value = read_bits(cell_->data(), bit_, bits);
  bit_ += bits;
  return value;
}

base::Result<std::int64_t> CellSlice::load_int(unsigned bits) {
  CHECK(bits >= 1 && bits <= 64);
  const std::uint64_t value = TRY(load_uint(bits));
  // The sign bit moves to the top and is drawn back down.
  return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

base::Result<bool> CellSlice::load_bit() { return TRY(load_uint(1)) != 0; }

base::Result<std::uint32_t> CellSlice::load_u32() {
  return static_cast<std::uint32_t>(TRY(load_uint(32)));
}

void CellSlice::copy_to(std::span<std::uint8_t> out) {
  copy_bits(out, 0, cell_->data(), bit_, out.size() * 8);
  bit_ += static_cast<unsigned>(out.size() * 8);
}

base::Result<base::Bytes> CellSlice::load_bytes(std::size_t count) {
  if (count > kMaxCellBits / 8) count = kMaxCellBits;  // more than any cell has
  TRY(need_bits(count * 8));
  base::Bytes bytes(count);
  copy_to(bytes);
  return bytes;
}

template <std::size_t N>
base::Result<std::array<std::uint8_t, N>> CellSlice::load_array() {
  TRY(need_bits(N * 8));
  std::array<std::uint8_t, N> bytes{};
  copy_to(bytes);
  return bytes;
}

base::Result<base::Bits256> CellSlice::load_bits256() { return load_array<32>(); }
base::Result<base::Bits512> CellSlice::load_bits512() { return load_array<64>(); }

base::Result<base::Nanoton> CellSlice::load_coins() {
  CellSlice ahead = *this;
  const std::uint64_t value = TRY(ahead.load_var_uint(4));
  if (value > INT64_MAX) {
    return base::Error(TonError::ValueOutOfRange, "An amount of coins is impossibly large.");
  }
  *this = ahead;
  return base::Nanoton(static_cast<std::int64_t>(value));
}

base::Result<std::uint64_t> CellSlice::load_var_uint(unsigned length_bits) {
  CellSlice ahead = *this;
  const auto bytes = static_cast<unsigned>(TRY(ahead.load_uint(length_bits)));
  if (bytes > 8) return base::Error(TonError::ValueOutOfRange, "A number is impossibly large.");
  const std::uint64_t value = TRY(ahead.load_uint(bytes * 8));
  if (bytes != 0 && value >> (bytes * 8 - 8) == 0) {
    return base::Error(TonError::ValueForm, "A number is not in its shortest form.");
  }
  *this = ahead;
  return value;
}

base::Result<Address> CellSlice::load_address() {
  CellSlice ahead = *this;
  if (TRY(ahead.load_uint(3)) != 0b100) {
    return base::Error(TonError::ValueForm, "An address is not a plain standard address.");
  }
  Address address;
  address.workchain = static_cast<std::int8_t>(TRY(ahead.load_int(8)));
  address.hash = TRY(ahead.load_bits256());
  *this = ahead;
  return address;
}

base::Result<CellRef> CellSlice::load_ref() {
  if (refs_left() == 0) {
    return base::Error(TonError::CellUnderflow, "A cell lacks one of its references.");
  }
  return cell_->refs()[ref_++];
}

base::Result<CellRef> CellSlice::load_maybe_ref() {
  CellSlice ahead = *this;
  if (!TRY(ahead.load_bit())) {
    *this = ahead;
    return CellRef();
  }
  const CellRef cell = TRY(ahead.load_ref());
  *this = ahead;
  return cell;
}

base::Result<CellSlice> CellSlice::open_ref() {
  const CellRef cell = TRY(load_ref());
  return open(cell);
}

base::Result<CellRef> CellSlice::rest_as_cell() const {
  return CellBuilder().store_slice(*this).finish();
}

base::Result<void> CellSlice::expect_tag(std::uint64_t tag, unsigned bits) {
  CellSlice ahead = *this;
  if (TRY(ahead.load_uint(bits)) != tag) {
    return base::Error(TonError::ValueForm, "A structure does not begin with its tag.");
  }
  *this = ahead;
  return {};
}

base::Result<void> CellSlice::skip_bits(unsigned bits) {
  TRY(need_bits(bits));
  bit_ += bits;
  return {};
}

base::Result<void> CellSlice::expect_end() const {
  if (bits_left() == 0 && refs_left() == 0) return {};
  return base::Error(TonError::CellLeftover, "A cell has more fields than its layout.");
}

}  // namespace cocoon::ton
