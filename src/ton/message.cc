// Reading and writing messages.
#include "ton/message.h"

namespace cocoon::ton {
namespace {

base::Result<std::optional<FullStateInit>> load_maybe_init(CellSlice& slice) {
  using Init = std::optional<FullStateInit>;
  if (!TRY(slice.load_bit())) return Init{};
  if (!TRY(slice.load_bit())) return Init{TRY(load_state_init(slice))};
  CellSlice cell = TRY(slice.open_ref());
  const FullStateInit init = TRY(load_state_init(cell));
  TRY(cell.expect_end());
  return Init{init};
}

base::Result<CellRef> load_body(CellSlice& slice) {
  if (!TRY(slice.load_bit())) return slice.rest_as_cell();
  const CellRef body = TRY(slice.load_ref());
  TRY(slice.expect_end());
  return body;
}

base::Result<void> load_internal(CellSlice& slice, Message& message) {
  message.kind = Message::Kind::Internal;
  message.ihr_disabled = TRY(slice.load_bit());
  message.bounce = TRY(slice.load_bit());
  message.bounced = TRY(slice.load_bit());
  message.source = TRY(load_message_address(slice));
  message.destination = TRY(load_message_address(slice));
  message.value = TRY(load_currency(slice));
  message.ihr_fee = TRY(slice.load_coins());
  message.forward_fee = TRY(slice.load_coins());
  message.created_lt = TRY(slice.load_uint(64));
  message.created_at = TRY(slice.load_u32());
  return {};
}

base::Result<void> load_header(CellSlice& slice, Message& message) {
  if (!TRY(slice.load_bit())) return load_internal(slice, message);
  const bool outgoing = TRY(slice.load_bit());
  message.kind = outgoing ? Message::Kind::ExternalOut : Message::Kind::ExternalIn;
  message.source = TRY(load_message_address(slice));
  message.destination = TRY(load_message_address(slice));
  if (outgoing) {
    message.created_lt = TRY(slice.load_uint(64));
    message.created_at = TRY(slice.load_u32());
  } else {
    message.import_fee = TRY(slice.load_coins());
  }
  return {};
}

void store_header(CellBuilder& builder, const Message& message) {
  switch (message.kind) {
    case Message::Kind::Internal:
      builder.store_bit(false).store_bit(message.ihr_disabled).store_bit(message.bounce);
      builder.store_bit(message.bounced);
      break;
    case Message::Kind::ExternalIn:
      builder.store_uint(0b10, 2);
      break;
    case Message::Kind::ExternalOut:
      builder.store_uint(0b11, 2);
      break;
  }
  store_message_address(builder, message.source);
  store_message_address(builder, message.destination);
  if (message.kind == Message::Kind::ExternalIn) {
    builder.store_coins(message.import_fee);
    return;
  }
  if (message.kind == Message::Kind::Internal) {
    store_currency(builder, message.value);
    builder.store_coins(message.ihr_fee).store_coins(message.forward_fee);
  }
  builder.store_uint(message.created_lt, 64).store_uint(message.created_at, 32);
}

}  // namespace

base::Result<FullStateInit> load_state_init(CellSlice& slice) {
  FullStateInit state;
  if (TRY(slice.load_bit())) {
    state.fixed_prefix_length = static_cast<unsigned>(TRY(slice.load_uint(5)));
  }
  state.has_special = TRY(slice.load_bit());
  if (state.has_special) {
    state.tick = TRY(slice.load_bit());
    state.tock = TRY(slice.load_bit());
  }
  state.code = TRY(slice.load_maybe_ref());
  state.data = TRY(slice.load_maybe_ref());
  state.libraries = TRY(slice.load_maybe_ref());
  return state;
}

void store_state_init(CellBuilder& builder, const FullStateInit& state) {
  builder.store_bit(state.fixed_prefix_length.has_value());
  if (state.fixed_prefix_length) builder.store_uint(*state.fixed_prefix_length, 5);
  builder.store_bit(state.has_special);
  if (state.has_special) builder.store_bit(state.tick).store_bit(state.tock);
  builder.store_maybe_ref(state.code).store_maybe_ref(state.data);
  builder.store_maybe_ref(state.libraries);
}

base::Result<Message> parse_message(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  Message message;
  TRY(load_header(slice, message));
  message.state_init = TRY(load_maybe_init(slice));
  message.body = TRY(load_body(slice));
  return message;
}

base::Result<CellRef> build_message(const Message& message) {
  CellBuilder builder;
  store_header(builder, message);
  builder.store_bit(message.state_init.has_value());
  if (message.state_init) {
    CellBuilder init;
    store_state_init(init, *message.state_init);
    const CellRef init_cell = TRY(init.finish());
    builder.store_bit(true).store_ref(init_cell);
  }
  if (!message.body) return base::Error(TonError::CellMissing, "A message needs a body.");
  const bool fits = message.body->kind() == CellKind::Ordinary &&
                    builder.bit_count() + 1 + message.body->bit_count() <= kMaxCellBits &&
                    builder.ref_count() + message.body->refs().size() <= kMaxCellRefs;
  if (!fits) return builder.store_bit(true).store_ref(message.body).finish();
  const CellSlice body = TRY(CellSlice::open(message.body));
  return builder.store_bit(false).store_slice(body).finish();
}

base::Result<base::Bits256> normalized_hash(const Message& message) {
  if (message.kind != Message::Kind::ExternalIn) {
    return base::Error(TonError::MessageForm, "Only messages from outside have a normalized hash.");
  }
  CellBuilder builder;
  builder.store_uint(0b10, 2).store_uint(0, 2);
  store_message_address(builder, message.destination);
  builder.store_coins(base::Nanoton()).store_bit(false).store_bit(true).store_ref(message.body);
  const CellRef cell = TRY(builder.finish());
  return cell->hash();
}

}  // namespace cocoon::ton
