// Messages between accounts, and from and to the world outside (TL-B Message X, CommonMsgInfo), and
// the StateInit they may carry.
#pragma once

#include <optional>

#include "ton/currency.h"
#include "ton/message_address.h"

namespace cocoon::ton {

// All of a StateInit; network_contracts.h has the common short form.
struct FullStateInit {
  std::optional<unsigned> fixed_prefix_length;
  bool has_special = false;
  bool tick = false;
  bool tock = false;
  CellRef code;
  CellRef data;
  CellRef libraries;  // root of HashmapE 256 SimpleLib
};
base::Result<FullStateInit> load_state_init(CellSlice& slice);
void store_state_init(CellBuilder& builder, const FullStateInit& state);

struct Message {
  enum class Kind : std::uint8_t { Internal, ExternalIn, ExternalOut };
  Kind kind = Kind::Internal;
  MessageAddress source;
  MessageAddress destination;
  // Internal only.
  bool ihr_disabled = true;
  bool bounce = false;
  bool bounced = false;
  CurrencyCollection value;
  base::Nanoton ihr_fee;
  base::Nanoton forward_fee;
  // Internal and ExternalOut: set by the chain.
  std::uint64_t created_lt = 0;
  std::uint32_t created_at = 0;
  // ExternalIn only.
  base::Nanoton import_fee;
  std::optional<FullStateInit> state_init;
  // An ordinary cell of its own, whether the message held it inside or by reference. Never empty;
  // of an exotic body (a library, say) it is that cell.
  CellRef body;
};

base::Result<Message> parse_message(const CellRef& cell);
// State and body go into references where they do not fit, as other wallets do.
base::Result<CellRef> build_message(const Message& message);

// The hash by which a message from outside is found again in transactions, whatever form its body
// and StateInit had on the way (TEP-467): source none, no import fee, no StateInit, body by
// reference.
base::Result<base::Bits256> normalized_hash(const Message& message);

}  // namespace cocoon::ton
