// Reading states. Field orders are those of TON's block.tlb.
#include "ton/shard_state.h"

#include "ton/dictionary.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kStateTag = 0x9023afe2;
constexpr std::uint64_t kMasterchainTag = 0xcc26;
constexpr std::uint64_t kShardTag = 0xb;
constexpr std::uint64_t kOldShardTag = 0xa;
constexpr unsigned kSplitDepthBits = 5;

base::Result<ShardDescription> load_description(CellSlice leaf, const ShardId& shard) {
  const std::uint64_t tag = TRY(leaf.load_uint(4));
  if (tag != kShardTag && tag != kOldShardTag) {
    return base::Error(TonError::ValueForm, "A shard's description is of an unknown kind.");
  }
  ShardDescription description;
  description.block.shard = shard;
  description.block.seqno = TRY(leaf.load_u32());
  description.registered_at = TRY(leaf.load_u32());
  description.start_lt = TRY(leaf.load_uint(64));
  description.end_lt = TRY(leaf.load_uint(64));
  description.block.root_hash = TRY(leaf.load_bits256());
  description.block.file_hash = TRY(leaf.load_bits256());
  TRY(leaf.skip_bits(5));  // before_split, before_merge, want_split, want_merge, nx_cc_updated
  const std::uint64_t flags = TRY(leaf.load_uint(3));
  if (flags != 0) return base::Error(TonError::ValueForm, "A shard's description has flags.");
  description.next_catchain_seqno = TRY(leaf.load_u32());
  TRY(leaf.skip_bits(64 + 32));  // next_validator_shard, min_ref_mc_seqno
  description.gen_utime = TRY(leaf.load_u32());
  return description;
}

// Walks the tree of a workchain's shards along the bits of `path`, to a leaf or to `max_depth`.
base::Result<std::optional<ShardDescription>> walk(const CellRef& shard_hashes,
                                                   std::int32_t workchain, std::uint64_t path,
                                                   unsigned max_depth) {
  using Found = std::optional<ShardDescription>;
  const auto key = static_cast<std::uint32_t>(workchain);
  std::optional<CellSlice> entry = TRY(find_in_dictionary(shard_hashes, key));
  if (!entry) return Found{};
  CellSlice node = TRY(entry->open_ref());
  for (unsigned depth = 0; depth <= kMaxShardPrefix; ++depth) {
    if (!TRY(node.load_bit())) {
      const std::uint64_t kept = depth == 0 ? 0 : path >> (64 - depth) << (64 - depth);
      const ShardId shard{workchain, kept | std::uint64_t{1} << (63 - depth)};
      return Found{TRY(load_description(node, shard))};
    }
    if (depth == max_depth) return Found{};  // split further than asked
    if ((path >> (63 - depth) & 1) != 0) TRY(node.load_ref());
    node = TRY(node.open_ref());
  }
  return base::Error(TonError::ValueForm, "A workchain is split into impossibly small shards.");
}

}  // namespace

base::Result<ShardState> parse_shard_state(const CellRef& root) {
  CellSlice slice = TRY(CellSlice::open(root));
  TRY(slice.expect_tag(kStateTag, 32));
  ShardState state;
  state.global_id = static_cast<std::int32_t>(TRY(slice.load_int(32)));
  state.shard = TRY(load_shard_id(slice));
  state.seqno = TRY(slice.load_u32());
  TRY(slice.load_u32());  // vert_seqno
  state.gen_utime = TRY(slice.load_u32());
  state.gen_lt = TRY(slice.load_uint(64));
  TRY(slice.load_u32());  // min_ref_mc_seqno
  TRY(slice.load_ref());  // out_msg_queue_info
  TRY(slice.load_bit());  // before_split
  state.accounts = TRY(slice.load_ref());
  TRY(slice.load_ref());  // loads, balance, libraries, master_ref
  state.custom = TRY(slice.load_maybe_ref());
  return state;
}

base::Result<std::optional<ShardAccount>> find_account(const ShardState& state,
                                                       const base::Bits256& hash) {
  CellSlice accounts = TRY(CellSlice::open(state.accounts));
  const CellRef root = TRY(accounts.load_maybe_ref());
  std::optional<CellSlice> entry =
      TRY(find_in_dictionary(root, 256, hash, DictionaryForm::Augmented));
  if (!entry) return std::optional<ShardAccount>{};
  TRY(entry->skip_bits(kSplitDepthBits));
  ShardAccount account;
  account.balance = TRY(load_currency(*entry));
  account.account = TRY(entry->load_ref());
  account.last_transaction_hash = TRY(entry->load_bits256());
  account.last_transaction_lt = TRY(entry->load_uint(64));
  TRY(entry->expect_end());
  return std::optional(account);
}

base::Result<MasterchainState> parse_masterchain_state(const CellRef& custom) {
  CellSlice slice = TRY(CellSlice::open(custom));
  TRY(slice.expect_tag(kMasterchainTag, 16));
  MasterchainState state;
  state.shard_hashes = TRY(slice.load_maybe_ref());
  TRY(slice.load_bits256());  // address of the configuration contract
  state.config = TRY(slice.load_ref());
  state.details = TRY(slice.load_ref());
  return state;
}

base::Result<std::optional<OldBlock>> find_old_block(const MasterchainState& state,
                                                     std::uint32_t seqno) {
  CellSlice details = TRY(CellSlice::open(state.details));
  TRY(details.skip_bits(16 + 32 + 32 + 1));  // flags, validator info
  const CellRef root = TRY(details.load_maybe_ref());
  std::optional<CellSlice> entry = TRY(find_in_dictionary(root, seqno, DictionaryForm::Augmented));
  if (!entry) return std::optional<OldBlock>{};
  TRY(entry->skip_bits(1 + 64));  // the extra: key, max_end_lt
  OldBlock old;
  old.is_key_block = TRY(entry->load_bit());
  old.block = TRY(load_block_reference(*entry));
  return std::optional(old);
}

base::Result<std::optional<ShardDescription>> find_shard(const CellRef& shard_hashes,
                                                         const Address& address) {
  return walk(shard_hashes, address.workchain, address_prefix(address), kMaxShardPrefix);
}

base::Result<std::optional<ShardDescription>> find_exact_shard(const CellRef& shard_hashes,
                                                               const ShardId& shard) {
  if (shard.prefix == 0) return std::optional<ShardDescription>{};
  const auto depth = 63 - static_cast<unsigned>(__builtin_ctzll(shard.prefix));
  const std::optional<ShardDescription> found =
      TRY(walk(shard_hashes, shard.workchain, shard.prefix, depth));
  if (!found || found->block.shard != shard) return std::optional<ShardDescription>{};
  return found;
}

}  // namespace cocoon::ton
