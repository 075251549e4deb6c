// Checking answers against trusted blocks: headers, states, shards, accounts, configuration.
#include "ton/proofs.h"

#include "ton/boc.h"
#include "ton/merkle.h"

namespace cocoon::ton {
namespace {

base::Result<std::array<CellRef, 2>> two_roots(base::BytesView bag) {
  const std::vector<CellRef> roots = TRY(parse_boc(bag));
  if (roots.size() != 2) {
    return base::Error(ProofError::ProofForm, "A proof needs exactly two roots.");
  }
  return std::array<CellRef, 2>{roots[0], roots[1]};
}

base::Result<BlockId> claimed_shard_block(const BlockId& masterchain_block, const Address& address,
                                          const AccountAnswer& answer) {
  if (answer.shard_block == masterchain_block) return masterchain_block;
  const ShardDescription shard =
      TRY(check_shard_proof(answer.shard_proof, masterchain_block, address));
  if (shard.block != answer.shard_block) {
    return base::Error(ProofError::ShardMismatch,
                       "The answer is about another shard block than the newest.");
  }
  return shard.block;
}

// The account cell against what the state says.
base::Result<std::optional<Account>> match_account(const std::optional<ShardAccount>& proven,
                                                   const Address& address, base::BytesView bag) {
  if (!proven) {
    if (bag.empty()) return std::optional<Account>{};
    return base::Error(ProofError::AccountSurplus, "The account does not exist, says the proof.");
  }
  if (bag.empty()) {
    return base::Error(ProofError::AccountMissing, "The account exists, but its state is missing.");
  }
  const CellRef cell = TRY(parse_single_root_boc(bag));
  if (cell->kind() != CellKind::Ordinary || cell->hash() != proven->account->hash(0)) {
    return base::Error(ProofError::AccountMismatch, "The account's state is not the proven one.");
  }
  const std::optional<Account> account = TRY(parse_account(cell));
  if (account && account->address != address) {
    return base::Error(ProofError::AccountMismatch, "This is the state of another account.");
  }
  return account;
}

}  // namespace

base::Result<Block> check_header_proof(const CellRef& proof, const BlockId& id) {
  const CellRef root = TRY(open_proof_of(proof, id.root_hash));
  const Block block = TRY(parse_block(root));
  if (block.header.shard != id.shard || block.header.seqno != id.seqno) {
    return base::Error(ProofError::ProofBlock, "A block's header contradicts its name.");
  }
  return block;
}

base::Result<Block> check_header(base::BytesView header_proof, const BlockId& id) {
  const CellRef proof = TRY(parse_single_root_boc(header_proof));
  return check_header_proof(proof, id);
}

base::Result<ShardState> check_state_root(const CellRef& proof, const base::Bits256& state_hash) {
  const CellRef root = TRY(open_proof(proof));
  if (root->hash(0) != state_hash) {
    return base::Error(ProofError::ProofState, "The state is not the one after the block.");
  }
  return parse_shard_state(root);
}

base::Result<ShardState> check_state_proof(const CellRef& proof, const Block& block) {
  const StateUpdate update = TRY(parse_state_update(block.state_update));
  const ShardState state = TRY(check_state_root(proof, update.new_hash));
  if (state.shard != block.header.shard || state.seqno != block.header.seqno) {
    return base::Error(ProofError::ProofState, "The state contradicts its block.");
  }
  return state;
}

base::Result<ProvenState> check_block_and_state(base::BytesView proofs, const BlockId& id) {
  const std::array<CellRef, 2> roots = TRY(two_roots(proofs));
  ProvenState proven;
  proven.block = TRY(check_header_proof(roots[0], id));
  proven.state = TRY(check_state_proof(roots[1], proven.block));
  return proven;
}

base::Result<ShardDescription> check_shard_proof(base::BytesView proofs,
                                                 const BlockId& masterchain_block,
                                                 const Address& address) {
  if (!masterchain_block.shard.is_masterchain()) {
    return base::Error(ProofError::LinkMasterchain, "Only the masterchain knows shards.");
  }
  const ProvenState proven = TRY(check_block_and_state(proofs, masterchain_block));
  const MasterchainState state = TRY(parse_masterchain_state(proven.state.custom));
  const std::optional<ShardDescription> shard = TRY(find_shard(state.shard_hashes, address));
  if (!shard) return base::Error(ProofError::ShardUnknown, "There is no such workchain.");
  return *shard;
}

base::Result<ProvenAccount> check_account(const BlockId& masterchain_block, const Address& address,
                                          const AccountAnswer& answer) {
  if (!answer.shard_block.shard.contains(address)) {
    return base::Error(ProofError::ShardForeign, "The shard does not hold the address.");
  }
  ProvenAccount result;
  result.address = address;
  result.shard_block = TRY(claimed_shard_block(masterchain_block, address, answer));
  const ProvenState proven = TRY(check_block_and_state(answer.proof, result.shard_block));
  const std::optional<ShardAccount> entry = TRY(find_account(proven.state, address.hash));
  result.account = TRY(match_account(entry, address, answer.state));
  if (entry) {
    result.last_transaction_hash = entry->last_transaction_hash;
    result.last_transaction_lt = entry->last_transaction_lt;
  }
  result.gen_utime = proven.block.header.gen_utime;
  return result;
}

base::Result<CellRef> check_config(base::BytesView header_proof, base::BytesView state_proof,
                                   const BlockId& id) {
  const Block block = TRY(check_header(header_proof, id));
  const CellRef proof = TRY(parse_single_root_boc(state_proof));
  const ShardState state = TRY(check_state_proof(proof, block));
  const MasterchainState masterchain = TRY(parse_masterchain_state(state.custom));
  return masterchain.config;
}

base::Result<BlockId> check_shard_links(const BlockId& masterchain_block,
                                        const std::vector<ShardLink>& links) {
  if (links.empty() || links.size() > kMaxProofSteps) {
    return base::Error(ProofError::LinkOrder, "The links lead nowhere.");
  }
  const Block top = TRY(check_header(links[0].proof, masterchain_block));
  const MasterchainExtra extra = TRY(parse_masterchain_extra(top.extra));
  const std::optional<ShardDescription> first =
      TRY(find_exact_shard(extra.shard_hashes, links[0].block.shard));
  if (!first || first->block != links[0].block) {
    return base::Error(ProofError::ShardMismatch, "The masterchain knows no such shard block.");
  }
  for (std::size_t i = 1; i < links.size(); ++i) {
    const BlockId& from = links[i - 1].block;
    const BlockId& to = links[i].block;
    const Block block = TRY(check_header(links[i].proof, from));
    bool named = false;
    for (const BlockReference& previous : block.header.previous) {
      named = named || (previous.seqno == to.seqno && previous.root_hash == to.root_hash &&
                        previous.file_hash == to.file_hash);
    }
    if (!named || from.shard.workchain != to.shard.workchain) {
      return base::Error(ProofError::LinkOrder, "A link is not to the block before.");
    }
  }
  return links.back().block;
}

base::Result<CellRef> check_library(base::BytesView bag, const base::Bits256& hash) {
  const CellRef cell = TRY(parse_single_root_boc(bag));
  if (cell->hash() != hash) {
    return base::Error(ProofError::LibraryMismatch, "This is not the library asked for.");
  }
  return cell;
}

}  // namespace cocoon::ton
