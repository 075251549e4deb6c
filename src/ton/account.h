// Accounts as their shard's state holds them (TL-B Account, StorageInfo, AccountStorage).
#pragma once

#include <optional>

#include "ton/message.h"

namespace cocoon::ton {

enum class AccountStatus : std::uint8_t { Uninitialized, Frozen, Active, Nonexistent };

struct Account {
  Address address;
  AccountStatus status = AccountStatus::Uninitialized;
  CurrencyCollection balance;
  // End of the last transaction; above the lt of the transaction itself.
  std::uint64_t last_transaction_lt = 0;
  std::uint64_t used_cells = 0;
  std::uint64_t used_bits = 0;
  std::optional<base::Bits256> storage_hash;  // of the dictionary of used cells, in newer accounts
  std::uint32_t last_paid = 0;                // Unix seconds
  base::Nanoton due_payment;
  FullStateInit state;           // Active
  base::Bits256 frozen_state{};  // Frozen: the hash of its StateInit
};

// Nothing for the account that says of itself that it does not exist (account_none). Refuses
// exotic cells, and addresses that are not plain accounts.
base::Result<std::optional<Account>> parse_account(const CellRef& cell);

}  // namespace cocoon::ton
