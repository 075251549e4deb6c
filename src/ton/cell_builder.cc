// Storing fields into a cell under construction.
#include "ton/cell_builder.h"

#include <bit>

#include "ton/bits.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {

bool CellBuilder::reserve(std::size_t bits) {
  if (error_) return false;
  if (bits > kMaxCellBits - bits_) error_ = TonError::CellOverflow;
  return !error_;
}

CellBuilder& CellBuilder::store_uint(std::uint64_t value, unsigned bits) {
  CHECK(bits <= 64);
  if (static_cast<unsigned>(std::bit_width(value)) > bits && !error_) {
    error_ = TonError::CellOverflow;
  }
  if (!reserve(bits)) return *this;
  write_bits(data_, bits_, value, bits);
  bits_ += bits;
  return *this;
}

CellBuilder& CellBuilder::store_int(std::int64_t value, unsigned bits) {
  CHECK(bits >= 1 && bits <= 64);
  // Shifted to the top and drawn back down, a value that fits is unchanged.
  const std::uint64_t top = static_cast<std::uint64_t>(value) << (64 - bits);
  if (static_cast<std::int64_t>(top) >> (64 - bits) != value && !error_) {
    error_ = TonError::CellOverflow;
  }
  return store_uint(top >> (64 - bits), bits);
}

CellBuilder& CellBuilder::store_bytes(base::BytesView bytes) {
  if (!reserve(bytes.size() * 8)) return *this;
  return store_bits(bytes, static_cast<unsigned>(bytes.size() * 8));
}

CellBuilder& CellBuilder::store_bits(base::BytesView data, unsigned bits) {
  CHECK(bits <= data.size() * 8);
  if (!reserve(bits)) return *this;
  copy_bits(data_, bits_, data, 0, bits);
  bits_ += bits;
  return *this;
}

CellBuilder& CellBuilder::store_coins(base::Nanoton amount) {
  if (amount.count() < 0) {
    if (!error_) error_ = TonError::ValueOutOfRange;
    return *this;
  }
  const auto value = static_cast<std::uint64_t>(amount.count());
  const unsigned bytes = (static_cast<unsigned>(std::bit_width(value)) + 7) / 8;
  return store_uint(bytes, 4).store_uint(value, bytes * 8);
}

CellBuilder& CellBuilder::store_address(const Address& address) {
  return store_uint(0b100, 3).store_int(address.workchain, 8).store_bytes(address.hash);
}

CellBuilder& CellBuilder::store_ref(const CellRef& cell) {
  if (error_) return *this;
  if (!cell) {
    error_ = TonError::CellMissing;
  } else if (ref_count_ == kMaxCellRefs) {
    error_ = TonError::CellOverflow;
  } else {
    refs_[ref_count_++] = cell;
  }
  return *this;
}

CellBuilder& CellBuilder::store_maybe_ref(const CellRef& cell) {
  store_bit(cell != nullptr);
  return cell ? store_ref(cell) : *this;
}

CellBuilder& CellBuilder::store_slice(const CellSlice& slice) {
  if (!reserve(slice.bits_left())) return *this;
  copy_bits(data_, bits_, slice.cell_->data(), slice.bit_, slice.bits_left());
  bits_ += slice.bits_left();
  for (const CellRef& ref : slice.cell_->refs().subspan(slice.ref_)) store_ref(ref);
  return *this;
}

base::Result<CellRef> CellBuilder::finish() const {
  if (error_) return base::Error(*error_, "A cell can't hold what was to be stored in it.");
  return Cell::make_ordinary(data_, bits_, {refs_.data(), ref_count_});
}

CellRef CellBuilder::finish_fixed() const {
  base::Result<CellRef> cell = finish();
  CHECK(cell);
  return *std::move(cell);
}

}  // namespace cocoon::ton
