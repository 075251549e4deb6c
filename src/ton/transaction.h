// Transactions (TL-B Transaction$0111, TransactionDescr): what an account received, sent, and
// whether its code ran. A transaction whose compute phase was skipped delivered its message all the
// same.
#pragma once

#include <optional>
#include <vector>

#include "ton/account.h"
#include "ton/message.h"

namespace cocoon::ton {

enum class ComputePhase : std::uint8_t {
  None,     // this kind of transaction has none
  Skipped,  // no state, bad state, no gas or suspended
  Failed,
  Succeeded,
};

struct TransactionDescription {
  enum class Kind : std::uint8_t { Ordinary, Storage, TickTock, Split, Merge };
  Kind kind = Kind::Ordinary;
  ComputePhase compute = ComputePhase::None;
  std::int32_t exit_code = 0;          // of a compute phase that ran
  std::optional<bool> action_success;  // if there was an action phase
  std::int32_t action_result_code = 0;
  bool aborted = false;
  bool destroyed = false;
};

struct Transaction {
  base::Bits256 hash{};     // of its cell
  base::Bits256 account{};  // the hash part of its address
  std::uint64_t lt = 0;
  base::Bits256 previous_hash{};  // of the account's transaction before; zero for the first
  std::uint64_t previous_lt = 0;
  std::uint32_t now = 0;  // Unix seconds
  AccountStatus before = AccountStatus::Nonexistent;
  AccountStatus after = AccountStatus::Nonexistent;
  std::optional<Message> in_message;
  base::Bits256 in_message_hash{};  // of its cell; zero without a message
  std::vector<Message> out_messages;
  CurrencyCollection total_fees;
  TransactionDescription description;
};

// Refuses more outgoing messages than the transaction counts, or more than 255 of them.
base::Result<Transaction> parse_transaction(const CellRef& cell);

}  // namespace cocoon::ton
