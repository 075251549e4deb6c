// States of shards, and what the masterchain's state says about the network (TL-B
// ShardStateUnsplit#9023afe2, McStateExtra#cc26).
//
// Works on whole states and on proofs alike: what is pruned away and asked for is cell_pruned.
#pragma once

#include <optional>

#include "ton/block_id.h"
#include "ton/currency.h"

namespace cocoon::ton {

struct ShardState {
  std::int32_t global_id = 0;
  ShardId shard;
  std::uint32_t seqno = 0;
  std::uint32_t gen_utime = 0;
  std::uint64_t gen_lt = 0;
  CellRef accounts;  // the cell of HashmapAugE 256 ShardAccount DepthBalanceInfo
  CellRef custom;    // McStateExtra; empty but in the masterchain
};
base::Result<ShardState> parse_shard_state(const CellRef& root);

// An account as its shard's state names it.
struct ShardAccount {
  CellRef account;  // the Account cell; in proofs mostly pruned, to be compared by hash(0)
  CurrencyCollection balance;  // as the state adds it up, beside the account
  base::Bits256 last_transaction_hash{};
  std::uint64_t last_transaction_lt = 0;
};
// Nothing if there is no such account.
base::Result<std::optional<ShardAccount>> find_account(const ShardState& state,
                                                       const base::Bits256& hash);

struct MasterchainState {
  CellRef shard_hashes;  // root of HashmapE 32 ^(BinTree ShardDescr); may be empty
  CellRef config;        // root of Hashmap 32 ^Cell
  CellRef details;       // validators, previous blocks
};
// `custom` of a masterchain state.
base::Result<MasterchainState> parse_masterchain_state(const CellRef& custom);

// A masterchain block before this state, as the state remembers it.
struct OldBlock {
  bool is_key_block = false;
  BlockReference block;
};
// Nothing if the state remembers no block of this seqno.
base::Result<std::optional<OldBlock>> find_old_block(const MasterchainState& state,
                                                     std::uint32_t seqno);

// The newest block of a shard, as a masterchain block knows it (ShardDescr).
struct ShardDescription {
  BlockId block;
  std::uint32_t registered_at = 0;  // masterchain seqno
  std::uint64_t start_lt = 0;
  std::uint64_t end_lt = 0;
  std::uint32_t next_catchain_seqno = 0;
  std::uint32_t gen_utime = 0;
};
// The shard that holds `address`. Nothing if there is no such workchain.
base::Result<std::optional<ShardDescription>> find_shard(const CellRef& shard_hashes,
                                                         const Address& address);
// Exactly this shard; nothing if it does not exist (any more).
base::Result<std::optional<ShardDescription>> find_exact_shard(const CellRef& shard_hashes,
                                                               const ShardId& shard);

}  // namespace cocoon::ton
