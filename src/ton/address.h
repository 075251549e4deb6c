// Addresses of TON accounts (addr_std) and their two texts: raw "0:hex", and user-friendly, 48
// characters of base64 or base64url over tag, workchain, hash and CRC-16 (TEP-2). Any other text is
// refused.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "ton/error.h"

namespace cocoon::ton {

struct Address {
  std::int8_t workchain = 0;
  base::Bits256 hash{};
  friend auto operator<=>(const Address&, const Address&) = default;
};

struct AddressHash {
  std::size_t operator()(const Address& address) const { return base::Bits256Hash{}(address.hash); }
};

enum class Bounce { Bounceable, NonBounceable };
enum class AddressNetwork { Mainnet, Testnet };

struct FriendlyAddress {
  Address address;
  Bounce bounce = Bounce::NonBounceable;
  AddressNetwork network = AddressNetwork::Mainnet;
  friend bool operator==(const FriendlyAddress&, const FriendlyAddress&) = default;
};

// Either text. The flags of a user-friendly text are advice to wallets, and dropped here.
base::Result<Address> parse_address(std::string_view text);
base::Result<Address> parse_raw_address(std::string_view text);
base::Result<FriendlyAddress> parse_friendly_address(std::string_view text);

std::string to_raw_text(const Address& address);
// base64url; by default the form that peers exchange.
std::string to_friendly_text(const Address& address, Bounce bounce = Bounce::NonBounceable,
                             AddressNetwork network = AddressNetwork::Mainnet);

}  // namespace cocoon::ton
