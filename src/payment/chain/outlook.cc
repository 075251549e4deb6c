#include "payment/chain/outlook.h"

#include <algorithm>

#include "payment/chain/order.h"

namespace cocoon::payment::chain {

using base::Nanoton;

std::string_view holdup_name(Holdup holdup) {
  switch (holdup) {
    case Holdup::None:
      return "none";
    case Holdup::UnderWay:
      return "under_way";
    case Holdup::NothingOwed:
      return "nothing_owed";
    case Holdup::BelowAmount:
      return "below_amount";
    case Holdup::EmptyChannel:
      return "empty_channel";
    case Holdup::NotCollected:
      return "not_collected";
    case Holdup::Vouchers:
      return "vouchers";
    case Holdup::NoChannel:
      return "no_channel";
    case Holdup::Closed:
      return "closed";
  }
  CHECK(false);
}

Outlook charge_outlook(const Channel& channel, const Account& client, const SettlementRules& rules,
                       Nanoton price_per_token, Settle settle) {
  const Nanoton half_stake{channel.stake.count() / 2};
  const Nanoton due_at = std::min(rules.charge_at, std::max(half_stake, kMessageValues.request));
  const Nanoton owed = client.on_disk.amount - client.on_chain.amount;
  const auto held_by = [&](Holdup holdup) { return Outlook{holdup, due_at}; };
  if (owed == Nanoton{}) return held_by(Holdup::NothingOwed);
  if (channel.state == ContractState::Closed) return held_by(Holdup::Closed);
  if (channel.has_voucher_key) return held_by(Holdup::Vouchers);
  // What the channel can't pay now is collected after the next deposit.
  if (channel.balance < price_per_token) return held_by(Holdup::EmptyChannel);
  const bool is_due =
      settle == Settle::Everything || channel.state == ContractState::Closing || owed >= due_at;
  return held_by(is_due ? Holdup::None : Holdup::BelowAmount);
}

Outlook payout_outlook(const Account& worker, const SettlementRules& rules, Settle settle) {
  const Nanoton owed = worker.on_disk.amount - worker.on_chain.amount;
  if (worker.on_disk.tokens == worker.on_chain.tokens)
    return {Holdup::NothingOwed, rules.payout_at};
  const bool is_due = settle == Settle::Everything || owed >= rules.payout_at;
  return {is_due ? Holdup::None : Holdup::BelowAmount, rules.payout_at};
}

}  // namespace cocoon::payment::chain
