// Epochs: sealing all accounts in an entry, and checking at start-up that the stored accounts are
// those that the newest seal and the entries after it make.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "crypto/hash.h"
#include "payment/ledger.h"

namespace cocoon::payment {
namespace {

using base::Error;
using base::Result;

// An account's numbers modulo 2^64: stored ones may be any, and what they come to is only compared.
struct Figures {
  std::uint64_t balance = 0;
  std::uint64_t metered_tokens = 0;
  std::uint64_t metered = 0;
  std::uint64_t settled_tokens = 0;
  std::uint64_t settled = 0;
};

std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::uint64_t number(base::Nanoton value) { return number(value.count()); }

Figures figures_of(const Account& account) {
  return {number(account.balance), number(account.metered.tokens.count),
          number(account.metered.amount), number(account.on_chain.tokens.count),
          number(account.on_chain.amount)};
}

base::Bits256 seal_of(const Account& account, const Figures& figures) {
  std::array<std::uint8_t, 40> bytes{};
  std::size_t size = 0;
  for (const std::uint64_t figure : {figures.balance, figures.metered_tokens, figures.metered,
                                     figures.settled_tokens, figures.settled})
    for (std::size_t i = 0; i < 8; ++i)
      bytes[size++] = static_cast<std::uint8_t>(figure >> (8 * i));
  const base::Bits256 party = party_reference(account.kind, account.party);
  return crypto::sha256({party, base::BytesView(bytes)});
}

base::Bits256 seal_of(const std::vector<base::Bits256>& accounts) {
  base::Bytes bytes;
  bytes.reserve(accounts.size() * sizeof(base::Bits256));
  for (const base::Bits256& seal : accounts) bytes.insert(bytes.end(), seal.begin(), seal.end());
  return crypto::sha256({base::as_bytes("cocoon accounts 1"), bytes});
}

// The accounts before the entries that it is given, the newest first.
class Past {
 public:
  explicit Past(const std::vector<Account>& accounts) : accounts_(accounts) {
    for (const Account& account : accounts) figures_.push_back(figures_of(account));
  }

  // False if the entry opened an account that is not the newest then.
  bool undo(const LedgerEntry& entry) {
    const std::uint64_t amount = number(entry.amount);
    const std::uint64_t part = number(entry.worker_part);
    switch (entry.kind) {
      case EntryKind::Opened:
        if (entry.account.index + 1 != figures_.size() || !is_clean(figures_.back())) return false;
        figures_.pop_back();
        return true;
      case EntryKind::Credited:
        at(entry.account).balance -= amount;
        at(kOutside).balance += amount;
        return true;
      case EntryKind::Withdrawn:
        at(entry.account).balance += amount;
        at(kOutside).balance -= amount;
        return true;
      case EntryKind::Charged:
        undo_charge(entry, amount, part);
        return true;
      case EntryKind::Settled:
        undo_settled(entry, amount, part);
        return true;
      case EntryKind::Refunded:
      case EntryKind::Epoch:
        return true;
    }
    return false;
  }

  base::Bits256 seal() const {
    std::vector<base::Bits256> seals;
    for (std::size_t i = 0; i < figures_.size(); ++i)
      seals.push_back(seal_of(accounts_[i], figures_[i]));
    return seal_of(seals);
  }
  // Whether the entry's accounts are all there still.
  bool has(const LedgerEntry& entry) const {
    return entry.account.index < figures_.size() && entry.worker.index < figures_.size();
  }

 private:
  static bool is_clean(const Figures& figures) {
    return (figures.balance | figures.metered_tokens | figures.metered | figures.settled_tokens |
            figures.settled) == 0;
  }
  Figures& at(AccountId id) { return figures_[id.index]; }

  void undo_charge(const LedgerEntry& entry, std::uint64_t amount, std::uint64_t part) {
    const auto unmeter = [&](AccountId id, std::uint64_t earned) {
      at(id).metered_tokens -= number(entry.tokens.total.count);
      at(id).metered -= earned;
    };
    at(entry.account).balance += amount;
    at(entry.worker).balance -= part;
    at(kCommission).balance -= amount - part;
    unmeter(entry.account, amount);
    unmeter(entry.worker, part);
    unmeter(kCommission, amount - part);
  }

  void undo_settled(const LedgerEntry& entry, std::uint64_t amount, std::uint64_t part) {
    const auto unsettle = [&](AccountId id, std::uint64_t paid) {
      at(id).settled_tokens -= number(entry.tokens.total.count);
      at(id).settled -= paid;
    };
    if (accounts_[entry.account.index].kind == AccountKind::Client)
      return unsettle(entry.account, amount);
    at(entry.account).balance += part;
    at(kCommission).balance += amount - part;
    at(kOutside).balance -= amount;
    unsettle(entry.account, part);
    unsettle(kCommission, amount - part);
  }

  const std::vector<Account>& accounts_;
  std::vector<Figures> figures_;
};

Error stale(const std::string& what) {
  return {PaymentReason::BooksStale,
          what +
              ": a record was put back to an older state, or changed. Restore the newest backup "
              "of the ledger"};
}

}  // namespace

Epoch Ledger::begin_epoch(base::Now now, std::uint32_t at_least) {
  const std::uint32_t last = newest_epoch_.number;
  return write_epoch(now.wall, std::max(at_least, last == UINT32_MAX ? last : last + 1));
}

std::optional<base::Bits256> Ledger::epoch_digest(std::uint32_t number) const {
  const auto found = epochs_.find(number);
  return found == epochs_.end() ? std::nullopt : std::optional(found->second);
}

Epoch Ledger::write_epoch(base::WallTime at_time, std::uint32_t number_of_epoch) {
  for (const Account& account : accounts_) {
    const std::size_t place = account.id.index;
    if (place < sealed_.size() && account.sequence <= newest_epoch_.sequence) continue;
    sealed_.resize(std::max(sealed_.size(), place + 1));
    sealed_[place] = seal_of(account, figures_of(account));
  }
  LedgerEntry entry;
  entry.kind = EntryKind::Epoch;
  entry.at = at_time;
  entry.account = kOutside;
  entry.reference = seal_of(sealed_);
  entry.tokens.prompt.count = entry.tokens.total.count = number_of_epoch;
  // The seed is known to nobody; its hash may be.
  std::array<std::uint8_t, 8> seed{};
  for (std::size_t i = 0; i < 8; ++i) seed[i] = static_cast<std::uint8_t>(seed_ >> (8 * i));
  const base::Bits256 drawn =
      crypto::sha256({base::as_bytes("cocoon epoch 1"), base::BytesView(seed), digest_});
  for (std::size_t i = 0; i < 7; ++i)
    entry.excess.count = entry.excess.count << 8U | std::int64_t{drawn[i]};
  // Said first, or recording the entry would find an epoch to be due.
  newest_epoch_ = {number_of_epoch, sequence_ + 1, {}};
  record(entry);
  newest_epoch_.digest = epochs_[number_of_epoch] = digest_;
  return newest_epoch_;
}

std::string_view Ledger::take_epoch(const LedgerEntry& entry) {
  const auto number_of_epoch = static_cast<std::uint32_t>(entry.tokens.prompt.count);
  if (entry.account != kOutside) return "is an epoch of one account";
  if (number_of_epoch <= newest_epoch_.number) return "is an epoch out of order";
  newest_epoch_ = {number_of_epoch, entry.sequence, entry.digest};
  epochs_[number_of_epoch] = entry.digest;
  return "";
}

Result<void> Ledger::check_epoch(const std::vector<LedgerEntry>& entries) const {
  if (newest_epoch_.number == 0) return {};
  const std::string since = "epoch " + std::to_string(newest_epoch_.number);
  Past past(accounts_);
  std::uint64_t expected = sequence_;
  for (auto entry = entries.rbegin(); entry->sequence != newest_epoch_.sequence; ++entry) {
    if (entry->sequence != expected--)
      return Error(PaymentReason::BooksDamaged,
                   "the stored books can't be taken over: entries since " + since + " are missing");
    for (const AccountId id : {entry->account, entry->worker}) {
      if (id != kOutside && accounts_[id.index].sequence < entry->sequence)
        return stale("account " + std::to_string(id.index) + " (" + accounts_[id.index].party +
                     ") is older than entry " + std::to_string(entry->sequence));
    }
    if (!past.has(*entry) || !past.undo(*entry))
      return stale("entry " + std::to_string(entry->sequence) + " does not fit the accounts");
  }
  const auto epoch = std::ranges::find(entries, newest_epoch_.sequence, &LedgerEntry::sequence);
  if (expected != newest_epoch_.sequence || past.seal() != epoch->reference)
    return stale("the accounts are not those that " + since + " and the entries after it make");
  return {};
}

}  // namespace cocoon::payment
