// The names of entry kinds, and the bytes that the chain of digests covers.
#include "payment/entry.h"

#include <array>
#include <concepts>
#include <cstddef>

#include "crypto/hash.h"

namespace cocoon::payment {
namespace {

// The fields of an entry in a fixed layout, little-endian (docs/money.md, "The chain of digests").
class EntryBytes {
 public:
  template <std::integral T>
  void put(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes_[size_++] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
  void put(const base::Bits256& value) {
    for (const std::uint8_t byte : value) bytes_[size_++] = byte;
  }
  base::BytesView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 160> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

std::string_view entry_kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::Opened:
      return "opened";
    case EntryKind::Credited:
      return "credited";
    case EntryKind::Charged:
      return "charged";
    case EntryKind::Refunded:
      return "refunded";
    case EntryKind::Withdrawn:
      return "withdrawn";
    case EntryKind::Settled:
      return "settled";
    case EntryKind::Epoch:
      return "epoch";
  }
  return "unknown";
}

std::optional<EntryKind> parse_entry_kind(std::string_view name) {
  for (const EntryKind kind :
       {EntryKind::Opened, EntryKind::Credited, EntryKind::Charged, EntryKind::Refunded,
        EntryKind::Withdrawn, EntryKind::Settled, EntryKind::Epoch})
    if (entry_kind_name(kind) == name) return kind;
  return std::nullopt;
}

base::Bits256 first_digest() { return crypto::sha256(base::as_bytes("cocoon ledger 1")); }

base::Bits256 entry_digest(const base::Bits256& before, const LedgerEntry& entry) {
  EntryBytes out;
  out.put(before);
  out.put(entry.sequence);
  out.put(static_cast<std::uint8_t>(entry.kind));
  out.put(std::int64_t{entry.at.time_since_epoch().count()});
  out.put(entry.account.index);
  out.put(entry.worker.index);
  out.put(entry.reference);
  out.put(entry.tokens.prompt.count);
  out.put(entry.tokens.cached.count);
  out.put(entry.tokens.completion.count);
  out.put(entry.tokens.reasoning.count);
  out.put(entry.excess.count);
  out.put(entry.amount.count());
  out.put(entry.worker_part.count());
  return crypto::sha256(out.view());
}

base::Bits256 party_reference(AccountKind kind, std::string_view party) {
  const std::array<std::uint8_t, 1> zero{};
  return crypto::sha256(
      {base::as_bytes(account_kind_name(kind)), base::BytesView(zero), base::as_bytes(party)});
}

base::Bits256 opening_credit_id(std::string_view party) {
  return crypto::sha256({base::as_bytes("cocoon opening credit 1"), base::as_bytes(party)});
}

}  // namespace cocoon::payment
