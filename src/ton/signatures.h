// Signatures of validators under a block: ordinary ones, and those of the Simplex consensus
// (liteServer.SignatureSet; in cells BlockSignatures#11 and #12).
#pragma once

#include <optional>
#include <vector>

#include "ton/proof_error.h"
#include "ton/validators.h"

namespace cocoon::ton {

struct BlockSignature {
  base::Bits256 validator{};  // validator_id()
  base::Bytes signature;
};

// What Simplex validators sign instead of the block's hashes.
struct SimplexVote {
  base::Bits256 session_id{};
  std::uint32_t slot = 0;
  base::Bytes candidate;  // consensus.CandidateHashData, boxed, exactly as received
};

struct SignatureSet {
  std::uint32_t catchain_seqno = 0;
  std::uint32_t validator_list_hash = 0;
  std::vector<BlockSignature> signatures;
  std::optional<SimplexVote> simplex;  // nothing: an ordinary set
};

struct SignedWeight {
  std::uint64_t signed_weight = 0;
  std::uint64_t total_weight = 0;
};

// Whether more than two thirds of these validators, by weight, have signed the block. Every
// signature must be good: one that is wrong, of a stranger or given twice spoils the set, as it
// does for the chain's own nodes. `catchain_seqno` and `list_hash` are those of the block's header.
base::Result<SignedWeight> check_signatures(const BlockId& block,
                                            const std::vector<Validator>& validators,
                                            std::uint32_t catchain_seqno, std::uint32_t list_hash,
                                            const SignatureSet& set);

// A set as a full node keeps it in cells, which also says how much weight has signed.
struct StoredSignatures {
  SignatureSet set;
  std::uint64_t signed_weight = 0;
};
// BlockSignatures#11 or #12. Refuses a set that miscounts itself.
base::Result<StoredSignatures> parse_block_signatures(const CellRef& cell);

}  // namespace cocoon::ton
