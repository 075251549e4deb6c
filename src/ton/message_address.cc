// Reading and writing addresses of all forms.
#include "ton/message_address.h"

#include <algorithm>

#include "ton/bits.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kMaxAnycastDepth = 30;

base::Result<void> load_bits(CellSlice& slice, unsigned count, MessageAddress& address) {
  address.bit_count = count;
  address.bits.resize((count + 7) / 8);
  for (unsigned done = 0; done < count;) {
    const unsigned part = std::min(count - done, 64u);
    write_bits(address.bits, done, TRY(slice.load_uint(part)), part);
    done += part;
  }
  return {};
}

base::Result<void> load_anycast(CellSlice& slice, MessageAddress& address) {
  if (!TRY(slice.load_bit())) return {};
  const auto depth = static_cast<unsigned>(TRY(slice.load_uint(5)));
  if (depth == 0 || depth > kMaxAnycastDepth) {
    return base::Error(TonError::ValueForm, "An anycast prefix of an impossible length.");
  }
  address.anycast_depth = depth;
  address.anycast_prefix = static_cast<std::uint32_t>(TRY(slice.load_uint(depth)));
  return {};
}

}  // namespace

std::optional<Address> MessageAddress::account() const {
  const bool fits = workchain >= INT8_MIN && workchain <= INT8_MAX;
  if (kind != Kind::Standard || anycast_depth || !fits) return std::nullopt;
  Address address;
  address.workchain = static_cast<std::int8_t>(workchain);
  std::copy_n(bits.begin(), address.hash.size(), address.hash.begin());
  return address;
}

MessageAddress MessageAddress::from(const Address& address) {
  MessageAddress result;
  result.kind = Kind::Standard;
  result.workchain = address.workchain;
  result.bits = base::to_bytes(address.hash);
  result.bit_count = 256;
  return result;
}

base::Result<MessageAddress> load_message_address(CellSlice& slice) {
  CellSlice ahead = slice;
  MessageAddress address;
  address.kind = static_cast<MessageAddress::Kind>(TRY(ahead.load_uint(2)));
  switch (address.kind) {
    case MessageAddress::Kind::None:
      break;
    case MessageAddress::Kind::External: {
      const auto count = static_cast<unsigned>(TRY(ahead.load_uint(9)));
      TRY(load_bits(ahead, count, address));
      break;
    }
    case MessageAddress::Kind::Standard:
      TRY(load_anycast(ahead, address));
      address.workchain = static_cast<std::int32_t>(TRY(ahead.load_int(8)));
      TRY(load_bits(ahead, 256, address));
      break;
    case MessageAddress::Kind::Variable: {
      TRY(load_anycast(ahead, address));
      const auto count = static_cast<unsigned>(TRY(ahead.load_uint(9)));
      address.workchain = static_cast<std::int32_t>(TRY(ahead.load_int(32)));
      TRY(load_bits(ahead, count, address));
      break;
    }
  }
  slice = ahead;
  return address;
}

void store_message_address(CellBuilder& builder, const MessageAddress& address) {
  builder.store_uint(static_cast<std::uint64_t>(address.kind), 2);
  const bool is_account = address.kind == MessageAddress::Kind::Standard ||
                          address.kind == MessageAddress::Kind::Variable;
  if (is_account) {
    builder.store_bit(address.anycast_depth.has_value());
    if (address.anycast_depth) {
      builder.store_uint(*address.anycast_depth, 5);
      builder.store_uint(address.anycast_prefix, *address.anycast_depth);
    }
  }
  if (address.kind == MessageAddress::Kind::Standard) builder.store_int(address.workchain, 8);
  if (address.kind == MessageAddress::Kind::External ||
      address.kind == MessageAddress::Kind::Variable) {
    builder.store_uint(address.bit_count, 9);
  }
  if (address.kind == MessageAddress::Kind::Variable) builder.store_int(address.workchain, 32);
  builder.store_bits(address.bits, address.bit_count);
}

}  // namespace cocoon::ton
