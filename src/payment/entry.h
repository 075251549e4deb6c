// LedgerEntry: one line of the books. Fixed in size, numbered without gaps, and chained by a
// digest, so that whoever knows the newest digest can tell whether any earlier line was changed,
// dropped or put back.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/nanoton.h"
#include "base/time.h"
#include "payment/account.h"
#include "payment/pricing.h"

namespace cocoon::payment {

// Withdrawn and Settled happened on the chain: coins went back to a client; what was metered was
// paid. Epoch moves nothing: it seals all accounts as they are after the entry before it.
enum class EntryKind { Opened, Credited, Charged, Refunded, Withdrawn, Settled, Epoch };

// "opened", "credited", "charged", "refunded", "withdrawn", "settled", "epoch": as stored and
// shown.
std::string_view entry_kind_name(EntryKind kind);
std::optional<EntryKind> parse_entry_kind(std::string_view name);

// Happened outside, once.
constexpr bool is_from_outside(EntryKind kind) {
  return kind == EntryKind::Credited || kind == EntryKind::Withdrawn || kind == EntryKind::Settled;
}
// Kept for ever: so that nothing from outside is booked twice, and every epoch that the chain names
// is known again.
constexpr bool is_permanent(EntryKind kind) {
  return is_from_outside(kind) || kind == EntryKind::Epoch;
}

struct LedgerEntry {
  std::uint64_t sequence = 0;  // from 1, without gaps
  EntryKind kind = EntryKind::Opened;
  base::WallTime at;
  AccountId account;  // the client; for Opened the new account; for Settled client or worker; for
                      // Epoch kOutside
  AccountId worker;   // Charged only, otherwise kOutside
  // Request id or deposit id; hash of the chain's transaction; for Opened party_reference(); for
  // Epoch the digest of all accounts.
  base::Bits256 reference{};
  AdjustedTokens tokens;    // Charged: what is billed. Settled: all in `prompt`, for the chain
                            // does not know their kinds. Epoch: its number, in `prompt`
  base::TokenCount excess;  // Charged: reported above the reservation, and billed to nobody. Epoch:
                            // drawn at random, so that two copies of the same books differ
  // Credited, Withdrawn: how much. Charged: what the client pays. Settled: what was charged on the
  // chain, or for a worker what left for it and the commission.
  base::Nanoton amount;
  // Charged, and Settled of a worker: the worker's part; the rest is the proxy's commission.
  base::Nanoton worker_part;
  base::Bits256 digest{};  // entry_digest() of the entry before and of this one
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

// The digest before the first entry.
base::Bits256 first_digest();
// SHA-256 over the digest before and the entry's fields (all but `digest`), in the order and widths
// of docs/money.md.
base::Bits256 entry_digest(const base::Bits256& before, const LedgerEntry& entry);
// What an Opened entry refers to: SHA-256 over the kind's name, a zero byte and the party.
base::Bits256 party_reference(AccountKind kind, std::string_view party);
// The deposit id of the credit that a new client is given; the same at every start, so that it is
// given once.
base::Bits256 opening_credit_id(std::string_view party);

}  // namespace cocoon::payment
