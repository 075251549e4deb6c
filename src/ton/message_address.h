// Every form an address takes inside messages (TL-B MsgAddress): none, external, standard and
// variable, the last two possibly with an anycast prefix. Accounts we deal with have standard
// addresses without anycast; the others must be read past, and told apart.
#pragma once

#include <optional>

#include "ton/cell_builder.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {

struct MessageAddress {
  enum class Kind : std::uint8_t { None, External, Standard, Variable };
  Kind kind = Kind::None;
  std::int32_t workchain = 0;             // Standard, Variable
  base::Bytes bits;                       // all but None; filled up with zero bits
  unsigned bit_count = 0;                 // 256 for Standard
  std::optional<unsigned> anycast_depth;  // Standard, Variable: length of the rewritten prefix
  std::uint32_t anycast_prefix = 0;

  // The plain account address, if it is one: Standard without anycast.
  std::optional<Address> account() const;
  static MessageAddress from(const Address& address);
  friend bool operator==(const MessageAddress&, const MessageAddress&) = default;
};

base::Result<MessageAddress> load_message_address(CellSlice& slice);
void store_message_address(CellBuilder& builder, const MessageAddress& address);

}  // namespace cocoon::ton
