// What the chain settled, for displays: one line per transaction that moved coins.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "base/nanoton.h"
#include "base/tokens.h"
#include "ton/address.h"

namespace cocoon::payment::chain {

enum class RecordKind { Deposit, Charge, Refund, Payout, Commission };
// "deposit", "charge", "refund", "payout", "commission".
std::string_view record_kind_name(RecordKind kind);

struct Record {
  RecordKind kind = RecordKind::Deposit;
  ton::Address party{};         // the owner of the client or worker contract; of the proxy
  base::TokenCount tokens{};    // Charge, Payout: how many were settled
  base::Nanoton amount{};       // what moved
  base::Nanoton worker_part{};  // Payout: went to the worker's owner; the rest became commission
  base::Bits256 transaction{};
  std::uint64_t lt = 0;
  std::uint32_t at = 0;  // Unix seconds
};

inline constexpr std::size_t kRecordsKept = 256;
// The newest last.
using Records = std::deque<Record>;

}  // namespace cocoon::payment::chain
