#include "sim/disk.h"

namespace cocoon::sim {

using std::chrono_literals::operator""ms;

Disk::Disk(Scheduler& scheduler, Dice dice, base::Duration most_delay)
    : scheduler_(scheduler), dice_(dice), most_delay_(most_delay) {}

void Disk::append(payment::LedgerBatch batch) {
  pending_.push_back(std::move(batch));
  begin();
}

void Disk::begin() {
  if (is_writing_ || pending_.empty()) return;
  is_writing_ = true;
  group_ = pending_.size();
  scheduler_.after(dice_.between(base::Duration(1ms), most_delay_) + stall_, life_,
                   [this] { finish(); });
}

void Disk::finish() {
  is_writing_ = false;
  if (health_ == Health::Failing) {
    if (on_failure) on_failure();
    scheduler_.after(250ms, life_, [this] { begin(); });
    return;
  }
  std::uint64_t sequence = 0;
  for (; group_ > 0; --group_) {
    sequence = pending_.front().last_sequence;
    keep(pending_.front());
    pending_.pop_front();
  }
  if (on_stored) on_stored(sequence);
  begin();
}

void Disk::set_health(Health health) { health_ = health; }

void Disk::crash() {
  life_ = new_life();
  is_writing_ = false;
  group_ = 0;
  on_stored = nullptr;
  on_failure = nullptr;
  // The group that was being written may be there or not; what is there is there in order.
  std::size_t kept = pending_.empty() ? 0 : dice_.below(pending_.size() + 1);
  if (health_ == Health::Failing) kept = 0;
  for (; kept > 0; --kept) {
    keep(pending_.front());
    pending_.pop_front();
  }
  pending_.clear();
}

void Disk::keep(const payment::LedgerBatch& batch) {
  for (const auto& account : batch.accounts) {
    accounts_[account.id] = account;
    by_party_[{account.kind, account.party}] = account.id;
  }
  for (const auto& entry : batch.entries) {
    entries_.push_back(entry);
    if (on_entry) on_entry(entry);
  }
}

payment::LedgerSnapshot Disk::contents() const {
  payment::LedgerSnapshot snapshot{.accounts = {}, .entries = entries_};
  for (const auto& [id, account] : accounts_) snapshot.accounts.push_back(account);
  return snapshot;
}

const payment::Account* Disk::account(payment::AccountKind kind, std::string_view party) const {
  const auto found = by_party_.find({kind, std::string(party)});
  return found == by_party_.end() ? nullptr : &accounts_.at(found->second);
}

}  // namespace cocoon::sim
