// Proofs that lead from a trusted masterchain block to another one (liteServer.partialBlockProof),
// and the form in which full nodes keep a block's proof (TL-B BlockProof#c3).
//
// Forward, a link starts at a key block, whose configuration names the validators, and ends at a
// block that more than two thirds of them signed. Backward, a block's state remembers those before
// it. Whoever follows links from a block that it trusts can trust where they end.
#pragma once

#include <optional>

#include "ton/proofs.h"
#include "ton/signatures.h"

namespace cocoon::ton {

struct ProvenPath {
  // Where the path ends: a trusted block from now on.
  BlockId end;
  // The server says that this is what was asked for, or the newest block it has.
  bool complete = false;
  // The newest key block on the path, to start from the next time. The trusted block itself, if
  // there is no other.
  BlockId key_block;
  std::uint32_t gen_utime = 0;           // of `end`, Unix seconds; 0 if the path has no steps
  std::vector<SignedWeight> signatures;  // of each forward link
};

// `answer`: a boxed partialBlockProof. `trusted`: a key block or the zero state to go forward from;
// any trusted block to go backward from. `target`: what was asked for; nothing if that was "the
// newest". Refuses answers that lead elsewhere, though an incomplete one may end before its target.
base::Result<ProvenPath> check_block_proof(base::BytesView answer, const BlockId& trusted,
                                           const std::optional<BlockId>& target);

// A block that a key block's validators signed.
struct SignedBlock {
  BlockId id;
  BlockHeader header;
  SignedWeight weight;
  std::size_t signature_count = 0;
  std::size_t validator_count = 0;
};
// `config_proof`: of the trusted key block, or of the zero state, with parameters 28 and 34
// visible.
base::Result<NetworkValidators> check_key_block(base::BytesView config_proof,
                                                const BlockId& key_block);

// BlockProof#c3: a block's name, the proof of its header, and its signatures, if it has any. Of
// itself it proves nothing but that the header has that root hash.
struct StoredBlockProof {
  BlockId id;
  Block block;
  std::optional<StoredSignatures> signatures;
};
base::Result<StoredBlockProof> parse_block_proof(base::BytesView bag);
base::Result<SignedBlock> check_stored_block_proof(base::BytesView bag,
                                                   const BlockId& trusted_key_block,
                                                   base::BytesView config_proof);

}  // namespace cocoon::ton
