// Following links between masterchain blocks.
#include "ton/block_proof.h"

#include "tl/codec.h"
#include "ton/boc.h"
#include "ton/lite_ids.h"
#include "ton/merkle.h"

namespace cocoon::ton {
namespace {

using Forward = tl::lite::LiteServerBlockLinkForward;
using Backward = tl::lite::LiteServerBlockLinkBack;

constexpr std::uint64_t kBlockProofTag = 0xc3;

base::Result<NetworkValidators> zero_state_validators(const CellRef& proof, const BlockId& id) {
  const ShardState state = TRY(check_state_root(proof, id.root_hash));
  if (state.shard != id.shard || state.seqno != 0) {
    return base::Error(ProofError::ProofBlock, "This is not a zero state.");
  }
  const MasterchainState masterchain = TRY(parse_masterchain_state(state.custom));
  return parse_network_validators(masterchain.config);
}

base::Result<void> check_ends(const BlockId& from, const BlockId& to) {
  if (!from.shard.is_masterchain() || !to.shard.is_masterchain()) {
    return base::Error(ProofError::LinkMasterchain, "A link leaves the masterchain.");
  }
  if (from.seqno == to.seqno) {
    return base::Error(ProofError::LinkDirection, "A link leads nowhere.");
  }
  return {};
}

base::Result<void> check_key_flag(bool claimed, bool actual) {
  if (claimed == actual) return {};
  return base::Error(ProofError::LinkKeyFlag, "A link errs about its end being a key block.");
}

// Those in charge of a block, as its own header names them.
base::Result<std::vector<Validator>> validators_of(const NetworkValidators& network,
                                                   const BlockHeader& header) {
  std::vector<Validator> validators =
      select_validators(network, header.shard, header.catchain_seqno);
  if (validator_list_hash(validators, header.catchain_seqno) != header.validator_list_hash_short) {
    return base::Error(ProofError::ValidatorSet,
                       "The block was made by other validators than the configuration names.");
  }
  return validators;
}

base::Result<BlockHeader> follow(const Forward& link, ProvenPath& path) {
  const BlockId from = from_tl(link.from);
  const BlockId to = from_tl(link.to);
  if (from.seqno >= to.seqno) {
    return base::Error(ProofError::LinkDirection, "A forward link leads backward.");
  }
  const NetworkValidators network = TRY(check_key_block(link.config_proof, from));
  const Block block = TRY(check_header(link.dest_proof, to));
  TRY(check_key_flag(link.to_key_block, block.header.is_key_block));
  const std::vector<Validator> validators = TRY(validators_of(network, block.header));
  const SignatureSet signatures = from_tl(link.signatures);
  const SignedWeight weight =
      TRY(check_signatures(to, validators, block.header.catchain_seqno,
                           block.header.validator_list_hash_short, signatures));
  path.signatures.push_back(weight);
  return block.header;
}

base::Result<BlockHeader> follow(const Backward& link, ProvenPath&) {
  const BlockId from = from_tl(link.from);
  const BlockId to = from_tl(link.to);
  if (from.seqno <= to.seqno) {
    return base::Error(ProofError::LinkDirection, "A backward link leads forward.");
  }
  const Block source = TRY(check_header(link.proof, from));
  const CellRef state_proof = TRY(parse_single_root_boc(link.state_proof));
  const ShardState state = TRY(check_state_proof(state_proof, source));
  const MasterchainState masterchain = TRY(parse_masterchain_state(state.custom));
  const std::optional<OldBlock> old = TRY(find_old_block(masterchain, to.seqno));
  const bool known = old && old->block.seqno == to.seqno && old->block.root_hash == to.root_hash &&
                     old->block.file_hash == to.file_hash;
  if (!known) {
    return base::Error(ProofError::LinkOldBlock, "The state remembers another block there.");
  }
  // The zero state has no header; whether it counts as a key block, servers don't agree.
  if (to.seqno == 0) return BlockHeader{};
  const Block block = TRY(check_header(link.dest_proof, to));
  TRY(check_key_flag(link.to_key_block, block.header.is_key_block));
  return block.header;
}

base::Result<void> check_path_ends(const tl::lite::LiteServerPartialBlockProof& proof,
                                   const BlockId& trusted, const std::optional<BlockId>& target) {
  const BlockId to = from_tl(proof.to);
  const bool reached = !target || to == *target || !proof.complete;
  if (from_tl(proof.from) != trusted || !reached) {
    return base::Error(ProofError::LinkOrder, "The path does not lead where it should.");
  }
  if (!trusted.shard.is_masterchain() || !to.shard.is_masterchain()) {
    return base::Error(ProofError::LinkMasterchain, "The path leaves the masterchain.");
  }
  if (proof.steps.size() > kMaxProofSteps || (proof.steps.empty() && to != trusted)) {
    return base::Error(ProofError::LinkOrder, "The path has too many or too few steps.");
  }
  return {};
}

}  // namespace

base::Result<NetworkValidators> check_key_block(base::BytesView config_proof,
                                                const BlockId& key_block) {
  const CellRef proof = TRY(parse_single_root_boc(config_proof));
  if (key_block.seqno == 0) return zero_state_validators(proof, key_block);
  const Block block = TRY(check_header_proof(proof, key_block));
  if (!block.header.is_key_block) {
    return base::Error(ProofError::LinkSource, "A path forward must start at a key block.");
  }
  const MasterchainExtra extra = TRY(parse_masterchain_extra(block.extra));
  return parse_network_validators(extra.config);
}

base::Result<ProvenPath> check_block_proof(base::BytesView answer, const BlockId& trusted,
                                           const std::optional<BlockId>& target) {
  const auto proof = TRY(tl::decode_boxed<tl::lite::LiteServerPartialBlockProof>(answer));
  TRY(check_path_ends(proof, trusted, target));
  ProvenPath path;
  path.end = trusted;
  path.complete = proof.complete;
  path.key_block = trusted;
  for (const tl::lite::AnyLiteServerBlockLink& step : proof.steps) {
    const BlockId from = std::visit([](const auto& link) { return from_tl(link.from); }, step);
    const BlockId to = std::visit([](const auto& link) { return from_tl(link.to); }, step);
    if (from != path.end) {
      return base::Error(ProofError::LinkOrder, "A link does not start where the last one ended.");
    }
    TRY(check_ends(from, to));
    const BlockHeader header =
        TRY(std::visit([&](const auto& link) { return follow(link, path); }, step));
    path.end = to;
    path.gen_utime = header.gen_utime;
    if (header.is_key_block || to.seqno == 0) path.key_block = to;
  }
  if (path.end != from_tl(proof.to)) {
    return base::Error(ProofError::LinkOrder, "The last link does not end where the path should.");
  }
  return path;
}

base::Result<StoredBlockProof> parse_block_proof(base::BytesView bag) {
  const CellRef root = TRY(parse_single_root_boc(bag));
  CellSlice slice = TRY(CellSlice::open(root));
  TRY(slice.expect_tag(kBlockProofTag, 8));
  StoredBlockProof stored;
  stored.id = TRY(load_block_id(slice));
  const CellRef proof = TRY(slice.load_ref());
  stored.block = TRY(check_header_proof(proof, stored.id));
  const CellRef signatures = TRY(slice.load_maybe_ref());
  if (signatures) stored.signatures = TRY(parse_block_signatures(signatures));
  TRY(slice.expect_end());
  return stored;
}

base::Result<SignedBlock> check_stored_block_proof(base::BytesView bag,
                                                   const BlockId& trusted_key_block,
                                                   base::BytesView config_proof) {
  const NetworkValidators network = TRY(check_key_block(config_proof, trusted_key_block));
  const StoredBlockProof stored = TRY(parse_block_proof(bag));
  TRY(check_ends(trusted_key_block, stored.id));
  if (trusted_key_block.seqno > stored.id.seqno) {
    return base::Error(ProofError::LinkDirection, "A path forward leads backward.");
  }
  if (!stored.signatures) {
    return base::Error(ProofError::SignatureWeight, "Nobody signed the block.");
  }
  const std::vector<Validator> validators = TRY(validators_of(network, stored.block.header));
  SignedBlock result;
  result.id = stored.id;
  result.header = stored.block.header;
  result.weight =
      TRY(check_signatures(stored.id, validators, stored.block.header.catchain_seqno,
                           stored.block.header.validator_list_hash_short, stored.signatures->set));
  if (result.weight.signed_weight != stored.signatures->signed_weight) {
    return base::Error(ProofError::SignatureCount, "The signatures' weight is miscounted.");
  }
  result.signature_count = stored.signatures->set.signatures.size();
  result.validator_count = validators.size();
  return result;
}

}  // namespace cocoon::ton
