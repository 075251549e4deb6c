// What a proxy has learnt from its contract's transactions, so that it need not read all of them
// again after a restart.
#pragma once

#include <map>

#include "base/bytes.h"
#include "payment/chain/outlook.h"
#include "payment/chain/record.h"
#include "ton/proofs.h"

namespace cocoon::payment::chain {

struct SettlementMemory {
  ton::Address contract;        // the proxy's: another one has another history
  ton::TransactionName cursor;  // everything up to this transaction is in here
  // By owner. Their `account` is the ledger's, and not kept.
  std::map<ton::Address, Channel> channels;
  std::map<ton::Address, ton::Address> worker_contracts;  // by owner; those that stand
  std::uint32_t marked = 0;  // the newest of the ledger's epochs that the chain knows
  std::uint32_t lost = 0;    // the newest that only the chain knows; 0: none
  Records records;
};

// Written together with the ledger's entries, or after them: a ledger that does not know what the
// memory has passed would miss it for ever.
base::Bytes encode(const SettlementMemory& memory);
// Refuses what encode() has not written (memory_damaged).
base::Result<SettlementMemory> decode_settlement_memory(base::BytesView bytes);

}  // namespace cocoon::payment::chain
