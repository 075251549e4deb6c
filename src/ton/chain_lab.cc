// Making the lab's chain, cell by cell, after TON's block.tlb.
#include "ton/chain_lab.h"

#include <algorithm>

#include "crypto/hash.h"
#include "tl/codec.h"
#include "ton/bits.h"
#include "ton/boc.h"
#include "ton/dictionary.h"
#include "ton/lite_ids.h"

namespace cocoon::ton {
namespace {

using namespace tl::lite;

constexpr std::int32_t kNetwork = -239;
constexpr std::uint64_t kWeight = 10;

CellRef empty_cell() { return CellBuilder().finish_fixed(); }

base::Bytes key_bytes(std::uint64_t value, unsigned bits) {
  base::Bytes key((bits + 7) / 8);
  write_bits(key, 0, value, bits);
  return key;
}

DictionaryEntry entry(base::Bytes key, const CellBuilder& value) {
  return {std::move(key), *CellSlice::open(value.finish_fixed())};
}

// Puts `extra` into the forks of a plain tree.
CellRef augment(const CellRef& root, unsigned longest, const CellBuilder& extra) {
  CellSlice node = *CellSlice::open(root);
  const DictionaryLabel label = *load_dictionary_label(node, longest);
  if (label.length == longest) return root;
  CellBuilder made;
  made.store_bits(root->data(), root->bit_count());
  for (const CellRef& ref : root->refs()) {
    made.store_ref(augment(ref, longest - label.length - 1, extra));
  }
  return made.store_slice(*CellSlice::open(extra.finish_fixed())).finish_fixed();
}

CellBuilder zero_bits(unsigned count) {
  CellBuilder builder;
  builder.store_bits(base::Bytes(128), count);
  return builder;
}

CellRef pruned(const Cell& cell) {
  CellBuilder builder;
  builder.store_uint(1, 8).store_uint(1, 8).store_bytes(cell.hash()).store_uint(cell.depth(), 16);
  const CellRef plain = builder.finish_fixed();
  return *Cell::make_exotic(plain->data(), plain->bit_count(), {});
}

CellRef state_update(const CellRef& before, const CellRef& after) {
  CellBuilder builder;
  builder.store_uint(4, 8).store_bytes(before->hash()).store_bytes(after->hash());
  builder.store_uint(before->depth(), 16).store_uint(after->depth(), 16);
  const CellRef plain = builder.finish_fixed();
  const std::array<CellRef, 2> refs = {pruned(*before), pruned(*after)};
  return *Cell::make_exotic(plain->data(), plain->bit_count(), refs);
}

void store_reference(CellBuilder& builder, const BlockId& id) {
  builder.store_uint(id.seqno * 1000ull, 64).store_uint(id.seqno, 32);
  builder.store_bytes(id.root_hash).store_bytes(id.file_hash);
}

void store_shard(CellBuilder& builder, const ShardId& shard) {
  builder.store_uint(0, 8).store_int(shard.workchain, 32).store_uint(0, 64);
}

CellRef description_cell(ComputePhase compute) {
  CellBuilder details;
  details.store_uint(0, 7).store_uint(0, 8).store_uint(0, 32);
  CellBuilder description;
  description.store_uint(0, 7);  // ordinary, credit first, no storage and no credit phase
  if (compute == ComputePhase::Skipped) {
    description.store_uint(0b010, 3);
  } else {
    description.store_uint(0b1100, 4).store_uint(0, 4).store_ref(details.finish_fixed());
    if (compute == ComputePhase::Failed) CHECK(false);
  }
  return description.store_uint(0, 4).finish_fixed();
}

const ShardId kMasterShard{kMasterchain, kWholeShard};
const ShardId kBaseShard{kBasechain, kWholeShard};

}  // namespace

CellRef whole_proof(const CellRef& root) {
  CellBuilder builder;
  builder.store_uint(3, 8).store_bytes(root->hash(0)).store_uint(root->depth(0), 16);
  const CellRef plain = builder.finish_fixed();
  return *Cell::make_exotic(plain->data(), plain->bit_count(), {&root, 1});
}

ChainLab::ChainLab(std::uint64_t seed) : random_(seed) {
  generations_.emplace_back();
  for (int i = 0; i < 4; ++i) {
    generations_.back().push_back(crypto::Ed25519PrivateKey::generate(random_));
  }
  const auto zero = [&](const ShardId& shard, const CellRef& state) {
    Made made;
    made.id = {shard, 0, state->hash(), crypto::sha256(state->hash())};
    made.state = state;
    made.is_key = true;
    return made;
  };
  shard_.push_back(zero(kBaseShard, state_cell(kBaseShard, 0, nullptr)));
  masterchain_.push_back(zero(kMasterShard, state_cell(kMasterShard, 0, masterchain_custom(0))));
  anchor_ = {masterchain_[0].id, masterchain_[0].id};
}

std::vector<Validator> ChainLab::validators(std::size_t generation) const {
  std::vector<Validator> list;
  for (const crypto::Ed25519PrivateKey& key : generations_[generation]) {
    list.push_back({key.public_key(), kWeight, {}});
  }
  return list;
}

CellRef ChainLab::config_cell() const {
  CellBuilder catchain;
  catchain.store_uint(0xc1, 8).store_uint(250, 32).store_uint(250, 32).store_uint(1000, 32);
  catchain.store_uint(7, 32);
  std::vector<DictionaryEntry> list;
  const std::vector<Validator> all = validators(generations_.size() - 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CellBuilder validator;
    validator.store_uint(0x53, 8).store_uint(0x8e81278a, 32).store_bytes(all[i].public_key);
    list.push_back(entry(key_bytes(i, 16), validator.store_uint(kWeight, 64)));
  }
  CellBuilder set;
  set.store_uint(0x12, 8).store_uint(0, 32).store_uint(UINT32_MAX, 32);
  set.store_uint(all.size(), 16).store_uint(all.size(), 16).store_uint(all.size() * kWeight, 64);
  set.store_maybe_ref(*build_dictionary(list, 16));
  return *build_dictionary(
      {entry(key_bytes(28, 32), CellBuilder().store_ref(catchain.finish_fixed())),
       entry(key_bytes(34, 32), CellBuilder().store_ref(set.finish_fixed()))},
      32);
}

CellRef ChainLab::account_cell(const Address& address, const Entry& account) const {
  CellBuilder builder;
  builder.store_bit(true).store_address(address);
  builder.store_uint(1, 3).store_uint(1, 8).store_uint(1, 3).store_uint(100, 8).store_uint(0, 3);
  builder.store_uint(now_, 32).store_bit(false);
  builder.store_uint(account.names.empty() ? 0 : account.names.back().lt + 1, 64);
  builder.store_coins(account.balance).store_bit(false);
  if (!account.state) return builder.store_uint(0, 2).finish_fixed();
  builder.store_bit(true);
  store_state_init(builder, *account.state);
  return builder.finish_fixed();
}

CellRef ChainLab::state_cell(const ShardId& shard, std::uint32_t seqno,
                             const CellRef& custom) const {
  std::vector<DictionaryEntry> accounts;
  for (const auto& [address, account] : accounts_) {
    if (address.workchain != shard.workchain) continue;
    CellBuilder value = zero_bits(10);
    value.store_ref(account_cell(address, account));
    const TransactionName last = account.names.empty() ? TransactionName{} : account.names.back();
    value.store_bytes(last.hash).store_uint(last.lt, 64);
    accounts.push_back(entry(base::to_bytes(address.hash), value));
  }
  CellBuilder accounts_cell;
  const CellRef root = *build_dictionary(accounts, 256);
  accounts_cell.store_maybe_ref(root ? augment(root, 256, zero_bits(10)) : root);
  accounts_cell.store_uint(0, 10);
  CellBuilder state;
  state.store_uint(0x9023afe2, 32).store_int(kNetwork, 32);
  store_shard(state, shard);
  state.store_uint(seqno, 32).store_uint(0, 32).store_uint(now_, 32).store_uint(lt_, 64);
  state.store_uint(0, 32).store_ref(empty_cell()).store_bit(false);
  state.store_ref(accounts_cell.finish_fixed()).store_ref(empty_cell());
  return state.store_maybe_ref(custom).finish_fixed();
}

CellRef ChainLab::shard_hashes() const {
  const Made& newest = shard_.back();
  CellBuilder leaf;
  leaf.store_bit(false).store_uint(0xb, 4).store_uint(newest.id.seqno, 32).store_uint(0, 32);
  leaf.store_uint(0, 64).store_uint(0, 64);
  leaf.store_bytes(newest.id.root_hash).store_bytes(newest.id.file_hash).store_uint(0, 8);
  leaf.store_uint(0, 32).store_uint(kWholeShard, 64).store_uint(0, 32).store_uint(now_, 32);
  leaf.store_uint(0, 1 + 5 + 5);
  const CellBuilder value = CellBuilder().store_ref(leaf.finish_fixed());
  return *build_dictionary({entry(key_bytes(0, 32), value)}, 32);
}

// All masterchain blocks there are so far are remembered.
CellRef ChainLab::masterchain_custom(std::uint32_t seqno) const {
  std::vector<DictionaryEntry> old;
  for (std::size_t i = 0; i < masterchain_.size(); ++i) {
    CellBuilder value = zero_bits(65);
    value.store_bit(masterchain_[i].is_key);
    store_reference(value, masterchain_[i].id);
    old.push_back(entry(key_bytes(i, 32), value));
  }
  CellBuilder details;
  details.store_uint(0, 16).store_uint(0, 64).store_bit(false);
  const CellRef root = *build_dictionary(old, 32);
  details.store_maybe_ref(root ? augment(root, 32, zero_bits(65)) : root);
  details.store_slice(*CellSlice::open(zero_bits(65).finish_fixed())).store_uint(0, 2);
  CellBuilder custom;
  custom.store_uint(0xcc26, 16).store_maybe_ref(seqno == 0 ? nullptr : shard_hashes());
  custom.store_uint(0, 64).store_uint(0, 64).store_uint(0, 64).store_uint(0, 64);
  custom.store_ref(config_cell()).store_ref(details.finish_fixed()).store_uint(0, 5);
  return custom.finish_fixed();
}

CellRef ChainLab::info_cell(const Made& previous, BlockKind kind) const {
  const bool key_block = kind == BlockKind::Key;
  const bool master = previous.id.shard.is_masterchain();
  const std::size_t generation = generations_.size() - 1;
  CellBuilder info;
  info.store_uint(0x9bc7a987, 32).store_uint(0, 32).store_bit(!master).store_uint(0, 5);
  info.store_bit(key_block).store_bit(false).store_uint(0, 8);
  info.store_uint(previous.id.seqno + 1, 32).store_uint(0, 32);
  store_shard(info, previous.id.shard);
  info.store_uint(now_, 32).store_uint(lt_, 64).store_uint(lt_ + 1, 64);
  const auto catchain = static_cast<std::uint32_t>(generation);
  info.store_uint(validator_list_hash(validators(generation), catchain), 32);
  info.store_uint(catchain, 32).store_uint(0, 32).store_uint(0, 32);
  if (!master) {
    CellBuilder reference;
    store_reference(reference, masterchain_.back().id);
    info.store_ref(reference.finish_fixed());
  }
  CellBuilder reference;
  store_reference(reference, previous.id);
  return info.store_ref(reference.finish_fixed()).finish_fixed();
}

CellRef ChainLab::masterchain_extra(BlockKind kind) const {
  const bool key_block = kind == BlockKind::Key;
  CellBuilder custom;
  custom.store_uint(0xcca5, 16).store_bit(key_block).store_maybe_ref(shard_hashes());
  custom.store_uint(0, 1 + 10).store_ref(empty_cell());
  if (key_block) {
    custom.store_bytes(base::Bits256{}).store_ref(config_cell());
  }
  return custom.finish_fixed();
}

ChainLab::Made ChainLab::make_on(const Made& previous, const CellRef& state, const CellRef& custom,
                                 BlockKind kind) {
  CellBuilder extra;
  extra.store_uint(0x4a33f6fd, 32).store_ref(empty_cell()).store_ref(empty_cell());
  extra.store_ref(zero_bits(6).finish_fixed());
  extra.store_bytes(base::Bits256{}).store_bytes(base::Bits256{}).store_maybe_ref(custom);
  CellBuilder block;
  block.store_uint(0x11ef55aa, 32).store_int(kNetwork, 32);
  block.store_ref(info_cell(previous, kind)).store_ref(empty_cell());
  block.store_ref(state_update(previous.state, state)).store_ref(extra.finish_fixed());
  Made made;
  made.block = block.finish_fixed();
  made.state = state;
  made.generation = generations_.size() - 1;
  made.is_key = kind == BlockKind::Key;
  made.id = {previous.id.shard, previous.id.seqno + 1, made.block->hash(),
             crypto::sha256(made.block->hash())};
  return made;
}

void ChainLab::make(BlockKind kind) {
  const bool key_block = kind == BlockKind::Key;
  now_ += block_seconds;
  lt_ += 1000;
  if (std::exchange(worked_, false) || !idle_basechain_stands) {
    shard_.push_back(make_on(shard_.back(),
                             state_cell(kBaseShard, shard_.back().id.seqno + 1, nullptr), nullptr,
                             BlockKind::Plain));
  }
  // The block is made by the old validators, and its configuration names the new ones.
  std::vector<crypto::Ed25519PrivateKey> next;
  for (int i = 0; key_block && i < 4; ++i) {
    next.push_back(crypto::Ed25519PrivateKey::generate(random_));
  }
  const CellRef info = info_cell(masterchain_.back(), kind);
  const std::size_t generation = generations_.size() - 1;
  if (key_block) generations_.push_back(std::move(next));
  const std::uint32_t seqno = masterchain_.back().id.seqno + 1;
  const CellRef state = state_cell(kMasterShard, seqno, masterchain_custom(seqno));
  Made made = make_on(masterchain_.back(), state, masterchain_extra(kind), kind);
  if (key_block) {
    CellBuilder block;
    block.store_uint(0x11ef55aa, 32).store_int(kNetwork, 32).store_ref(info);
    for (std::size_t i = 1; i < 4; ++i) block.store_ref(made.block->refs()[i]);
    made.block = block.finish_fixed();
    made.id.root_hash = made.block->hash();
    made.id.file_hash = crypto::sha256(made.block->hash());
  }
  made.generation = generation;
  made.shard = shard_.size() - 1;
  masterchain_.push_back(std::move(made));
}

void ChainLab::put_account(const Address& address, base::Nanoton balance,
                           const std::optional<FullStateInit>& state) {
  accounts_[address].balance = balance;
  accounts_[address].state = state;
}

void ChainLab::put_wallet(const Wallet& wallet, base::Nanoton balance) {
  put_account(wallet.address(), balance, wallet.state_init());
  accounts_[wallet.address()].wallet = wallet;
}

void ChainLab::add_transaction(const Address& address, const Message& message,
                               ComputePhase compute) {
  worked_ = true;
  Entry& account = accounts_[address];
  const TransactionName previous = account.names.empty() ? TransactionName{} : account.names.back();
  lt_ += 10;
  CellBuilder messages;
  messages.store_maybe_ref(*build_message(message)).store_bit(false);
  CellBuilder builder;
  builder.store_uint(0b0111, 4).store_bytes(address.hash).store_uint(lt_, 64);
  builder.store_bytes(previous.hash).store_uint(previous.lt, 64).store_uint(now_, 32);
  builder.store_uint(0, 15).store_uint(0b1010, 4).store_ref(messages.finish_fixed());
  builder.store_uint(0, 5).store_ref(empty_cell()).store_ref(description_cell(compute));
  account.transactions.push_back(builder.finish_fixed());
  account.names.push_back({lt_, account.transactions.back()->hash()});
}

base::Result<void> ChainLab::send_message(base::BytesView boc) {
  const base::Error refusal(LiteError::ServerRefused, "cannot apply external message");
  const CellRef cell = TRY(parse_single_root_boc(boc));
  const Message message = TRY(parse_message(cell));
  const auto found = accounts_.find(message.destination.account().value_or(Address{}));
  if (!takes_messages || found == accounts_.end() || !found->second.wallet) return refusal;
  Entry& account = found->second;
  // Layout of V4R2: signature, wallet id, expiry, seqno.
  CellSlice body = TRY(CellSlice::open(message.body));
  TRY(body.skip_bits(512 + 32));
  const std::uint32_t valid_until = TRY(body.load_u32());
  const std::uint32_t seqno = TRY(body.load_u32());
  if (valid_until <= now_ || seqno != account.seqno) return refusal;
  ++account.seqno;
  CellBuilder data;
  data.store_uint(account.seqno, 32).store_uint(kCommonWalletId, 32);
  data.store_bytes(account.wallet->public_key()).store_bit(false);
  account.state->data = data.finish_fixed();
  add_transaction(message.destination.account().value(), message, ComputePhase::Succeeded);
  return {};
}

base::Bytes ChainLab::masterchain_info() const {
  const Made& newest = masterchain_.back();
  return tl::encode_boxed(LiteServerMasterchainInfo{
      to_tl(newest.id),
      newest.state->hash(),
      {kMasterchain, masterchain_[0].id.root_hash, masterchain_[0].id.file_hash}});
}

// Forward from a key block over all key blocks between; backward in one step.
base::Bytes ChainLab::block_proof(const BlockId& from, const BlockId& to) const {
  std::deque<base::Bytes> bags;
  std::deque<base::Bits512> signatures;
  const auto bag = [&](const CellRef& root) {
    bags.push_back(serialize_boc(whole_proof(root)));
    return base::BytesView(bags.back());
  };
  LiteServerPartialBlockProof proof{true, to_tl(from), to_tl(to), {}};
  if (from.seqno > to.seqno) {
    const Made& source = masterchain_[from.seqno];
    const Made& target = masterchain_[to.seqno];
    proof.steps.push_back(LiteServerBlockLinkBack{
        target.is_key, to_tl(from), to_tl(to), target.block ? bag(target.block) : base::BytesView{},
        bag(source.block), bag(source.state)});
    return tl::encode_boxed(proof);
  }
  for (std::uint32_t at = from.seqno; at < to.seqno;) {
    std::uint32_t next = at + 1;
    while (next < to.seqno && !masterchain_[next].is_key) ++next;
    const Made& source = masterchain_[at];
    const Made& target = masterchain_[next];
    LiteServerSignatureSetOrdinary set;
    const auto catchain = static_cast<std::uint32_t>(target.generation);
    set.catchain_seqno = static_cast<std::int32_t>(catchain);
    set.validator_set_hash =
        static_cast<std::int32_t>(validator_list_hash(validators(target.generation), catchain));
    const base::Bytes message =
        tl::encode_boxed(TonBlockId{target.id.root_hash, target.id.file_hash});
    for (const crypto::Ed25519PrivateKey& key : generations_[target.generation]) {
      if (set.signatures.size() == 3) break;
      signatures.push_back(key.sign(message));
      set.signatures.push_back({validator_id(key.public_key()), signatures.back()});
    }
    proof.steps.push_back(LiteServerBlockLinkForward{
        target.is_key, to_tl(source.id), to_tl(target.id), bag(target.block),
        bag(source.block ? source.block : source.state), set});
    at = next;
  }
  return tl::encode_boxed(proof);
}

base::Bytes ChainLab::account_state(const BlockId& block, const Address& address) const {
  const Made& master = masterchain_.at(block.seqno);
  const Made& shard = address.workchain == kMasterchain ? master : shard_[master.shard];
  const auto two = [](const CellRef& a, const CellRef& b) {
    const std::array<CellRef, 2> roots = {whole_proof(a), whole_proof(b)};
    return serialize_boc(roots);
  };
  const base::Bytes shard_proof = two(master.block, master.state);
  const base::Bytes proof = two(shard.block, shard.state);
  const auto state = parse_shard_state(shard.state);
  const auto found = find_account(*state, address.hash);
  const base::Bytes bag = *found ? serialize_boc((*found)->account) : base::Bytes{};
  return tl::encode_boxed(LiteServerAccountState{
      to_tl(block), to_tl(shard.id),
      &shard == &master ? base::BytesView{} : base::BytesView(shard_proof), proof, bag});
}

base::Bytes ChainLab::transactions(const Address& address, const TransactionName& newest,
                                   std::uint32_t count) const {
  const Entry& account = accounts_.at(address);
  std::vector<CellRef> roots;
  for (std::size_t i = account.names.size(); i-- > 0 && roots.size() < count;) {
    if (roots.empty() && account.names[i] != newest) continue;
    roots.push_back(account.transactions[i]);
  }
  const base::Bytes bag = roots.empty() ? base::Bytes{} : serialize_boc(roots);
  return tl::encode_boxed(
      LiteServerTransactionList{std::vector<TonNodeBlockIdExt>(roots.size(), to_tl(last())), bag});
}

base::Bytes ChainLab::config(const BlockId& block) const {
  const Made& master = masterchain_.at(block.seqno);
  const base::Bytes header = serialize_boc(whole_proof(master.block));
  const base::Bytes state = serialize_boc(whole_proof(master.state));
  return tl::encode_boxed(LiteServerConfigInfo{0, to_tl(block), header, state});
}

}  // namespace cocoon::ton
