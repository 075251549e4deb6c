// Orders: what a machine wants its wallet to send.
//
// An order's id names what it is for: computed from the contract, the purpose and the state of
// things that it follows from. Whoever sends carries out each id once, so an order that is given
// again after a crash has no second effect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/nanoton.h"
#include "ton/network_contracts.h"
#include "ton/sender.h"

namespace cocoon::payment::chain {

struct ChainOrder {
  ton::SendOrder order;
  std::string purpose;  // for people and logs: "charge", "payout"
};

// The first eight bytes of a SHA-256 over purpose, contract and number; never 0.
std::uint64_t order_id(std::string_view purpose, const ton::Address& contract, std::uint64_t number,
                       std::uint32_t attempt);

// What a message carries for fees, in nanotons; contracts return what they don't use. A deposit or
// stake comes on top.
struct MessageValues {
  base::Nanoton deploy;        // a client or worker contract, most of it stays there for storage
  base::Nanoton deploy_proxy;  // likewise
  base::Nanoton request;       // to a client or worker contract
  base::Nanoton proxy;         // to a proxy contract
  base::Nanoton mark;          // to a proxy contract, which does not read it
};
// For our contracts: measured (contracts/gas.json, contracts/wrappers/values.ts).
inline constexpr MessageValues kMessageValues{base::Nanoton(110'000'000),
                                              base::Nanoton(510'000'000), base::Nanoton(80'000'000),
                                              base::Nanoton(30'000'000), base::Nanoton(1)};

// A message to a contract. `state`: deploys it where it does not exist yet; null if it does.
ton::Transfer transfer_to(const ton::Address& contract, base::Nanoton amount, ton::CellRef body,
                          const ton::StateInit* state);

}  // namespace cocoon::payment::chain
