// Names from and to the lite-server protocol.
#include "ton/lite_ids.h"

namespace cocoon::ton {
namespace {

std::vector<BlockSignature> signatures(const std::vector<tl::lite::LiteServerSignature>& list) {
  std::vector<BlockSignature> result;
  result.reserve(list.size());
  for (const tl::lite::LiteServerSignature& signature : list) {
    result.push_back({signature.node_id_short, base::to_bytes(signature.signature)});
  }
  return result;
}

}  // namespace

BlockId from_tl(const tl::lite::TonNodeBlockIdExt& id) {
  return {{id.workchain, static_cast<std::uint64_t>(id.shard)},
          static_cast<std::uint32_t>(id.seqno),
          id.root_hash,
          id.file_hash};
}

tl::lite::TonNodeBlockIdExt to_tl(const BlockId& id) {
  return {id.shard.workchain, static_cast<std::int64_t>(id.shard.prefix),
          static_cast<std::int32_t>(id.seqno), id.root_hash, id.file_hash};
}

SignatureSet from_tl(const tl::lite::AnyLiteServerSignatureSet& set) {
  SignatureSet result;
  if (const auto* plain = std::get_if<tl::lite::LiteServerSignatureSetOrdinary>(&set)) {
    result.catchain_seqno = static_cast<std::uint32_t>(plain->catchain_seqno);
    result.validator_list_hash = static_cast<std::uint32_t>(plain->validator_set_hash);
    result.signatures = signatures(plain->signatures);
    return result;
  }
  const auto& simplex = std::get<tl::lite::LiteServerSignatureSetSimplex>(set);
  result.catchain_seqno = static_cast<std::uint32_t>(simplex.cc_seqno);
  result.validator_list_hash = static_cast<std::uint32_t>(simplex.validator_set_hash);
  result.signatures = signatures(simplex.signatures);
  result.simplex = SimplexVote{simplex.session_id, static_cast<std::uint32_t>(simplex.slot),
                               base::to_bytes(simplex.candidate)};
  return result;
}

tl::lite::LiteServerAccountId to_tl(const Address& address) {
  return {address.workchain, address.hash};
}

}  // namespace cocoon::ton
