// Accounts of a proxy's books: who they belong to, what is owed, how much of it is safe on disk and
// on chain.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/nanoton.h"
#include "base/tokens.h"

namespace cocoon::payment {

// The place of an account in its ledger: dense, given once, the same after a restart.
struct AccountId {
  std::uint32_t index = 0;
  friend constexpr auto operator<=>(AccountId, AccountId) = default;
};

// Every ledger has these two, and any number of client and worker accounts.
inline constexpr AccountId kOutside{0};
inline constexpr AccountId kCommission{1};

enum class AccountKind { Outside, Commission, Client, Worker };

// "outside", "commission", "client", "worker": as stored and shown.
std::string_view account_kind_name(AccountKind kind);
std::optional<AccountKind> parse_account_kind(std::string_view name);

// Usage and its price since the account was opened. Both numbers only grow.
struct Metered {
  base::TokenCount tokens;
  base::Nanoton amount;
  friend constexpr bool operator==(const Metered&, const Metered&) = default;
};

struct Account {
  AccountId id;
  AccountKind kind = AccountKind::Client;
  std::string
      party;  // the owner's address as text, or a 32-byte id in hexadecimal; empty for our own two
  // What the proxy owes the party: a client's credit left, a worker's or the proxy's earnings. The
  // outside account is where credit comes from, so its balance is the negative of all others
  // together.
  // What is withdrawn on the chain may leave a client owing what is not settled yet, never more.
  base::Nanoton balance;
  Metered metered;             // a client was charged this, a worker or the proxy earned it
  Metered on_disk;             // the part of `metered` that survives a crash; never above it
  Metered on_chain;            // the part that is settled; never above `on_disk`
  std::uint64_t sequence = 0;  // of the last entry that changed it; 0 when none did

  // Held for running requests; not stored, because no request outlives its process.
  base::Nanoton reserved;
  base::TokenCount reserved_tokens;
  std::uint32_t open_requests = 0;

  base::Nanoton available() const { return balance - reserved; }
  base::Nanoton unsettled() const { return metered.amount - on_chain.amount; }
};

}  // namespace cocoon::payment
