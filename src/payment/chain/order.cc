// Names of orders, and their messages.
#include "payment/chain/order.h"

#include <array>
#include <utility>

#include "crypto/hash.h"

namespace cocoon::payment::chain {

std::uint64_t order_id(std::string_view purpose, const ton::Address& contract, std::uint64_t number,
                       std::uint32_t attempt) {
  std::array<std::uint8_t, 12> numbers{};
  for (std::size_t i = 0; i < 8; ++i) numbers[i] = static_cast<std::uint8_t>(number >> (8 * i));
  for (std::size_t i = 0; i < 4; ++i)
    numbers[8 + i] = static_cast<std::uint8_t>(attempt >> (8 * i));
  const base::Bits256 digest =
      crypto::sha256({base::as_bytes(purpose), contract.hash, base::BytesView(numbers)});
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < 8; ++i) id = id << 8 | digest[i];
  return id == 0 ? 1 : id;
}

ton::Transfer transfer_to(const ton::Address& contract, base::Nanoton amount, ton::CellRef body,
                          const ton::StateInit* state) {
  ton::Transfer transfer{
      .to = contract, .amount = amount, .body = std::move(body), .state_init = {}};
  if (state) {
    transfer.state_init.emplace();
    transfer.state_init->code = state->code;
    transfer.state_init->data = state->data;
  }
  return transfer;
}

}  // namespace cocoon::payment::chain
