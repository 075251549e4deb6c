// Blocks, as far as proofs need them: header, what the block did to the state, and the
// masterchain's extra (TL-B Block#11ef55aa, BlockInfo#9bc7a987, McBlockExtra#cca5).
//
// Works on whole blocks and on proofs alike: what is pruned away and asked for is cell_pruned.
#pragma once

#include <optional>
#include <vector>

#include "ton/block_id.h"

namespace cocoon::ton {

struct BlockHeader {
  std::int32_t global_id = 0;  // of the network: -239 mainnet, -3 testnet
  ShardId shard;
  std::uint32_t seqno = 0;
  bool is_masterchain = false;
  bool is_key_block = false;  // carries the whole configuration
  bool after_merge = false;
  bool after_split = false;
  std::uint32_t gen_utime = 0;  // Unix seconds
  std::uint64_t start_lt = 0;
  std::uint64_t end_lt = 0;
  std::uint32_t validator_list_hash_short = 0;
  std::uint32_t catchain_seqno = 0;
  std::uint32_t min_ref_mc_seqno = 0;
  std::uint32_t prev_key_block_seqno = 0;
  // One block before, or two after a merge; the masterchain block that a shard block refers to.
  std::vector<BlockReference> previous;
  std::optional<BlockReference> masterchain_reference;
};

// The four parts of a block. The header is read; the others are cells as they are.
struct Block {
  BlockHeader header;
  CellRef state_update;
  CellRef extra;
};

// `root`: a block, or the pruned block inside a Merkle proof. Refuses versions other than 0, and a
// seqno that is not one more than that of the (later) previous block.
base::Result<Block> parse_block(const CellRef& root);

struct StateUpdate {
  base::Bits256 old_hash{};
  base::Bits256 new_hash{};
};
// Hashes of the state before and after. Refuses anything but a Merkle update (so also a pruned one:
// cell_pruned).
base::Result<StateUpdate> parse_state_update(const CellRef& cell);

struct MasterchainExtra {
  bool is_key_block = false;
  CellRef shard_hashes;  // root of HashmapE 32 ^(BinTree ShardDescr); may be empty
  CellRef config;        // root of Hashmap 32 ^Cell, in key blocks only
};
base::Result<MasterchainExtra> parse_masterchain_extra(const CellRef& block_extra);

// Root of the block's transactions by account: HashmapAug 256 AccountBlock CurrencyCollection.
// Empty if there are none.
base::Result<CellRef> parse_account_blocks(const CellRef& block_extra);

}  // namespace cocoon::ton
