// Reading blocks. Field orders are those of TON's block.tlb.
#include "ton/block.h"

#include <algorithm>

#include "ton/bits.h"
#include "ton/currency.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kBlockTag = 0x11ef55aa;
constexpr std::uint64_t kInfoTag = 0x9bc7a987;
constexpr std::uint64_t kExtraTag = 0x4a33f6fd;
constexpr std::uint64_t kMasterchainExtraTag = 0xcca5;
constexpr unsigned kSoftwareVersionBits = 8 + 32 + 64;

base::Result<std::vector<BlockReference>> load_previous(CellSlice cell, bool after_merge) {
  std::vector<BlockReference> previous;
  if (!after_merge) {
    previous.push_back(TRY(load_block_reference(cell)));
    return previous;
  }
  for (int i = 0; i < 2; ++i) {
    CellSlice part = TRY(cell.open_ref());
    previous.push_back(TRY(load_block_reference(part)));
  }
  return previous;
}

base::Result<void> check_sequence(const BlockHeader& header) {
  std::uint32_t newest = 0;
  for (const BlockReference& block : header.previous) newest = std::max(newest, block.seqno);
  if (header.seqno != 0 && header.seqno - 1 == newest) return {};
  return base::Error(TonError::BlockForm, "A block does not follow those it names as previous.");
}

base::Result<void> load_references(CellSlice& info, BlockHeader& header) {
  if (!header.is_masterchain) {
    CellSlice master = TRY(info.open_ref());
    header.masterchain_reference = TRY(load_block_reference(master));
  }
  const CellSlice previous = TRY(info.open_ref());
  header.previous = TRY(load_previous(previous, header.after_merge));
  return check_sequence(header);
}

base::Result<BlockHeader> parse_info(CellSlice info) {
  TRY(info.expect_tag(kInfoTag, 32));
  BlockHeader header;
  const std::uint32_t version = TRY(info.load_u32());
  if (version != 0) return base::Error(TonError::BlockForm, "A block of an unknown version.");
  header.is_masterchain = !TRY(info.load_bit());
  header.after_merge = TRY(info.load_bit());
  TRY(info.load_bit());  // before_split
  header.after_split = TRY(info.load_bit());
  TRY(info.skip_bits(2));  // want_split, want_merge
  header.is_key_block = TRY(info.load_bit());
  TRY(info.load_bit());  // vert_seqno_incr
  const std::uint64_t flags = TRY(info.load_uint(8));
  header.seqno = TRY(info.load_u32());
  TRY(info.load_u32());  // vert_seqno
  header.shard = TRY(load_shard_id(info));
  header.gen_utime = TRY(info.load_u32());
  header.start_lt = TRY(info.load_uint(64));
  header.end_lt = TRY(info.load_uint(64));
  header.validator_list_hash_short = TRY(info.load_u32());
  header.catchain_seqno = TRY(info.load_u32());
  header.min_ref_mc_seqno = TRY(info.load_u32());
  header.prev_key_block_seqno = TRY(info.load_u32());
  if ((flags & 1) != 0) TRY(info.skip_bits(kSoftwareVersionBits));
  if (header.is_masterchain != (header.shard.workchain == kMasterchain)) {
    return base::Error(TonError::BlockForm, "A block contradicts itself about its workchain.");
  }
  TRY(load_references(info, header));
  return header;
}

}  // namespace

base::Result<Block> parse_block(const CellRef& root) {
  CellSlice slice = TRY(CellSlice::open(root));
  TRY(slice.expect_tag(kBlockTag, 32));
  Block block;
  const auto global_id = static_cast<std::int32_t>(TRY(slice.load_int(32)));
  const CellSlice info = TRY(slice.open_ref());
  block.header = TRY(parse_info(info));
  block.header.global_id = global_id;
  TRY(slice.load_ref());  // value flow
  block.state_update = TRY(slice.load_ref());
  block.extra = TRY(slice.load_ref());
  return block;
}

base::Result<StateUpdate> parse_state_update(const CellRef& cell) {
  if (!cell) return base::Error(TonError::CellMissing, "A block lacks its state update.");
  if (cell->kind() == CellKind::PrunedBranch) {
    return base::Error(TonError::CellPruned, "A block's state update is left out of a proof.");
  }
  if (cell->kind() != CellKind::MerkleUpdate) {
    return base::Error(TonError::BlockForm, "A block's state update is not a Merkle update.");
  }
  // 04, the hashes before and after, their depths.
  StateUpdate update;
  std::copy_n(cell->data().begin() + 1, 32, update.old_hash.begin());
  std::copy_n(cell->data().begin() + 33, 32, update.new_hash.begin());
  return update;
}

base::Result<MasterchainExtra> parse_masterchain_extra(const CellRef& block_extra) {
  CellSlice extra = TRY(CellSlice::open(block_extra));
  TRY(extra.expect_tag(kExtraTag, 32));
  for (int i = 0; i < 3; ++i) TRY(extra.load_ref());  // messages in, messages out, accounts
  TRY(extra.skip_bits(2 * 256));                      // random seed, creator
  const CellRef custom_cell = TRY(extra.load_maybe_ref());
  CellSlice custom = TRY(CellSlice::open(custom_cell));
  TRY(custom.expect_tag(kMasterchainExtraTag, 16));
  MasterchainExtra result;
  result.is_key_block = TRY(custom.load_bit());
  result.shard_hashes = TRY(custom.load_maybe_ref());
  if (!result.is_key_block) return result;
  TRY(custom.load_maybe_ref());  // shard fees, and their sum
  TRY(load_currency(custom));
  TRY(load_currency(custom));
  TRY(custom.load_ref());      // signatures of the block before, mint message
  TRY(custom.load_bits256());  // address of the configuration contract
  result.config = TRY(custom.load_ref());
  return result;
}

base::Result<CellRef> parse_account_blocks(const CellRef& block_extra) {
  CellSlice extra = TRY(CellSlice::open(block_extra));
  TRY(extra.expect_tag(kExtraTag, 32));
  TRY(extra.load_ref());
  TRY(extra.load_ref());
  CellSlice accounts = TRY(extra.open_ref());
  return accounts.load_maybe_ref();
}

}  // namespace cocoon::ton
