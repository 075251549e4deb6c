// Reading names of shards and blocks.
#include "ton/block_id.h"

#include <array>
#include <bit>
#include <cstdio>

#include "ton/bits.h"

namespace cocoon::ton {

bool ShardId::contains(const Address& address) const {
  if (address.workchain != workchain || prefix == 0) return false;
  // The lowest 1 bit ends the prefix; everything above it must agree.
  const std::uint64_t end = prefix & (~prefix + 1);
  const std::uint64_t mask = ~(end | (end - 1));
  return ((address_prefix(address) ^ prefix) & mask) == 0;
}

std::uint64_t address_prefix(const Address& address) { return read_bits(address.hash, 0, 64); }

std::string to_string(const BlockId& id) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "(%d,%016llx,%u)", id.shard.workchain,
                static_cast<unsigned long long>(id.shard.prefix), id.seqno);
  return text.data();
}

base::Result<ShardId> load_shard_id(CellSlice& slice) {
  TRY(slice.expect_tag(0, 2));
  const auto length = static_cast<unsigned>(TRY(slice.load_uint(6)));
  ShardId shard;
  shard.workchain = static_cast<std::int32_t>(TRY(slice.load_int(32)));
  const std::uint64_t bits = TRY(slice.load_uint(64));
  if (length > kMaxShardPrefix || bits << length != 0) {
    return base::Error(TonError::ValueForm, "A shard's prefix is not as long as it says.");
  }
  shard.prefix = bits | std::uint64_t{1} << (63 - length);
  return shard;
}

base::Result<BlockReference> load_block_reference(CellSlice& slice) {
  BlockReference block;
  block.end_lt = TRY(slice.load_uint(64));
  block.seqno = TRY(slice.load_u32());
  block.root_hash = TRY(slice.load_bits256());
  block.file_hash = TRY(slice.load_bits256());
  return block;
}

base::Result<BlockId> load_block_id(CellSlice& slice) {
  BlockId id;
  id.shard = TRY(load_shard_id(slice));
  id.seqno = TRY(slice.load_u32());
  id.root_hash = TRY(slice.load_bits256());
  id.file_hash = TRY(slice.load_bits256());
  return id;
}

}  // namespace cocoon::ton
