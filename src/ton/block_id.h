// Names of shards and blocks (tonNode.blockIdExt; TL-B ShardIdent, ExtBlkRef, BlockIdExt).
//
// A shard is a workchain and a prefix of account addresses, written as 64 bits: the prefix, a 1
// bit, zeros. root_hash names a block's content; file_hash names its exact bytes, and no Merkle
// proof can show it: only signatures and other blocks' references bind it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "ton/address.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {

inline constexpr std::int32_t kMasterchain = -1;
inline constexpr std::int32_t kBasechain = 0;
// The shard that is the whole workchain.
inline constexpr std::uint64_t kWholeShard = std::uint64_t{1} << 63;
// A shard's prefix has at most 60 bits.
inline constexpr unsigned kMaxShardPrefix = 60;

struct ShardId {
  std::int32_t workchain = kMasterchain;
  std::uint64_t prefix = kWholeShard;
  friend auto operator<=>(const ShardId&, const ShardId&) = default;

  bool is_masterchain() const { return workchain == kMasterchain && prefix == kWholeShard; }
  bool contains(const Address& address) const;
};

// What a block says about another one, where its shard is known.
struct BlockReference {
  std::uint64_t end_lt = 0;
  std::uint32_t seqno = 0;
  base::Bits256 root_hash{};
  base::Bits256 file_hash{};
  friend bool operator==(const BlockReference&, const BlockReference&) = default;
};

struct BlockId {
  ShardId shard;
  std::uint32_t seqno = 0;
  base::Bits256 root_hash{};
  base::Bits256 file_hash{};
  friend auto operator<=>(const BlockId&, const BlockId&) = default;
};

// "(-1,8000000000000000,12345)", as explorers write it.
std::string to_string(const BlockId& id);
// The first 64 bits of an account's hash, which decide its shard.
std::uint64_t address_prefix(const Address& address);

// shard_ident$00: refuses prefixes of more than 60 bits or with bits behind their length.
base::Result<ShardId> load_shard_id(CellSlice& slice);
base::Result<BlockReference> load_block_reference(CellSlice& slice);
base::Result<BlockId> load_block_id(CellSlice& slice);

}  // namespace cocoon::ton
