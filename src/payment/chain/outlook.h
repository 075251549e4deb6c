// When what an account owes is settled on the chain next, or what it waits for.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/nanoton.h"
#include "payment/account.h"
#include "payment/chain/accounts.h"

namespace cocoon::payment::chain {

// When messages are worth their fees.
struct SettlementRules {
  base::Nanoton charge_at{base::kNanotonsPerTon};
  base::Nanoton payout_at{10 * base::kNanotonsPerTon};
  base::Nanoton withdraw_at{10 * base::kNanotonsPerTon};
  // What may be used before the next epoch is marked on the chain.
  base::Nanoton mark_at{base::kNanotonsPerTon};
  // Goes on though the ledger does not know epochs up to this one: what they had is lost, and what
  // the chain has settled is right. 0: nothing is given up.
  std::uint32_t accept_loss = 0;
};

// Everything: however little it is.
enum class Settle { WhatIsWorthIt, Everything };

// A client's channel as the chain last showed it.
struct Channel {
  AccountId account;
  ton::Address contract;
  ContractState state = ContractState::Normal;
  base::Nanoton balance;
  base::Nanoton stake;
  base::Bits256 secret_hash{};
  bool has_voucher_key = false;
};

enum class Holdup : std::uint8_t {
  None,          // it is due
  UnderWay,      // an order is out, and its effect not seen yet
  NothingOwed,   // or not on this disk yet
  BelowAmount,   // Outlook::due_at is not reached
  EmptyChannel,  // the client can't pay a token before its next deposit
  NotCollected,  // a worker is paid from what clients were charged
  Vouchers,      // the client pays by vouchers, which are not collected
  NoChannel,     // no channel of this client was ever seen
  Closed,        // and its channel with it: what it still owes is lost
};
// "none", "under_way", ...
std::string_view holdup_name(Holdup holdup);

struct Outlook {
  Holdup holdup = Holdup::None;
  base::Nanoton due_at;  // settled once so much is owed
};

Outlook charge_outlook(const Channel& channel, const Account& client, const SettlementRules& rules,
                       base::Nanoton price_per_token, Settle settle);
// Whether clients' charges cover it is not asked.
Outlook payout_outlook(const Account& worker, const SettlementRules& rules, Settle settle);

}  // namespace cocoon::payment::chain
