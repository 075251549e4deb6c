// Checking validators' signatures.
#include "ton/signatures.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "tl/codec.h"
#include "tl/lite/types.h"
#include "ton/bits.h"
#include "ton/dictionary.h"
#include "ton/limits.h"
#include "ton/lite_ids.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kOrdinaryTag = 0x11;
constexpr std::uint64_t kSimplexTag = 0x12;
constexpr std::uint64_t kEd25519SignatureTag = 0x5;
// What Simplex validators sign, as nodes keep it in cells: at most what they can write there.
constexpr std::size_t kMaxCandidateBytes = 1024;
constexpr std::size_t kMaxCandidateCells = 16;

using ValidatorsById = std::unordered_map<base::Bits256, const Validator*, base::Bits256Hash>;

// The block that a Simplex candidate stands for.
base::Result<BlockId> candidate_block(base::BytesView candidate) {
  const auto parsed = tl::decode_boxed<tl::lite::AnyConsensusCandidateHashData>(candidate);
  if (!parsed) {
    return base::Error(ProofError::SignatureCandidate, "What was signed is not understood.");
  }
  return std::visit([](const auto& data) { return from_tl(data.block); }, *parsed);
}

// The bytes that every signature is over.
base::Result<base::Bytes> signed_bytes(const BlockId& block, const SignatureSet& set) {
  if (!set.simplex) {
    return tl::encode_boxed(tl::lite::TonBlockId{block.root_hash, block.file_hash});
  }
  const BlockId candidate = TRY(candidate_block(set.simplex->candidate));
  if (candidate != block) {
    return base::Error(ProofError::SignatureCandidate, "The signatures are for another block.");
  }
  const tl::lite::ConsensusCandidateId id{static_cast<std::int32_t>(set.simplex->slot),
                                          crypto::sha256(set.simplex->candidate)};
  const base::Bytes vote = tl::encode_boxed(
      tl::lite::ConsensusSimplexFinalizeVote{tl::lite::AnyConsensusCandidateId(id)});
  return tl::encode_boxed(tl::lite::ConsensusDataToSign{set.simplex->session_id, vote});
}

// The signed weight is more than twice the missing one; without products, which might overflow.
bool more_than_two_thirds(const SignedWeight& weight) {
  const std::uint64_t missing = weight.total_weight - weight.signed_weight;
  return missing <= weight.signed_weight && missing < weight.signed_weight - missing;
}

// Every signer is a validator, and signed once.
base::Result<std::uint64_t> weigh(const ValidatorsById& validators, const SignatureSet& set) {
  std::unordered_set<base::Bits256, base::Bits256Hash> seen;
  std::uint64_t weight = 0;
  for (const BlockSignature& signature : set.signatures) {
    const auto found = validators.find(signature.validator);
    if (found == validators.end()) {
      return base::Error(ProofError::SignerUnknown, "A stranger signed the block.");
    }
    if (!seen.insert(signature.validator).second) {
      return base::Error(ProofError::SignerTwice, "A validator's signature is counted twice.");
    }
    weight += found->second->weight;
  }
  return weight;
}

base::Result<void> verify(const ValidatorsById& validators, const SignatureSet& set,
                          base::BytesView message) {
  for (const BlockSignature& signature : set.signatures) {
    base::Bits512 bytes{};
    if (signature.signature.size() == bytes.size()) {
      std::copy(signature.signature.begin(), signature.signature.end(), bytes.begin());
      const Validator& validator = *validators.at(signature.validator);
      if (crypto::ed25519_verify(validator.public_key, message, bytes)) continue;
    }
    return base::Error(ProofError::SignatureWrong, "A validator's signature is wrong.");
  }
  return {};
}

// What a chain of cells holds, one after the other. A node writes whole bytes into each, but may
// read others: only the sum must be whole bytes.
base::Result<base::Bytes> load_long_bytes(CellSlice cell) {
  base::Bytes bytes;
  std::size_t bits = 0;
  for (std::size_t count = 0; count < kMaxCandidateCells; ++count) {
    while (cell.bits_left() > 0) {
      const unsigned used = bits % 8;
      const unsigned taken = std::min(8 - used, cell.bits_left());
      const std::uint64_t value = TRY(cell.load_uint(taken));
      if (used == 0) bytes.push_back(0);
      bytes.back() = static_cast<std::uint8_t>(bytes.back() | value << (8 - used - taken));
      bits += taken;
    }
    if (cell.refs_left() == 0) {
      if (bits % 8 == 0 && bytes.size() <= kMaxCandidateBytes) return bytes;
      break;
    }
    const CellSlice next = TRY(cell.open_ref());
    TRY(cell.expect_end());
    cell = next;
  }
  return base::Error(ProofError::SignatureCandidate,
                     "What was signed is too long, or not whole bytes.");
}

base::Result<BlockSignature> load_signature(CellSlice value) {
  BlockSignature signature;
  signature.validator = TRY(value.load_bits256());
  TRY(value.expect_tag(kEd25519SignatureTag, 4));
  signature.signature = TRY(value.load_bytes(64));
  TRY(value.expect_end());
  return signature;
}

}  // namespace

base::Result<SignedWeight> check_signatures(const BlockId& block,
                                            const std::vector<Validator>& validators,
                                            std::uint32_t catchain_seqno, std::uint32_t list_hash,
                                            const SignatureSet& set) {
  const bool right_set = set.catchain_seqno == catchain_seqno &&
                         set.validator_list_hash == list_hash &&
                         validator_list_hash(validators, catchain_seqno) == list_hash;
  if (!right_set) {
    return base::Error(ProofError::ValidatorSet,
                       "The block was signed by other validators than those in charge.");
  }
  ValidatorsById by_id;
  SignedWeight weight;
  for (const Validator& validator : validators) {
    by_id.emplace(validator_id(validator.public_key), &validator);
    if (validator.weight > UINT64_MAX - weight.total_weight) {
      return base::Error(ProofError::ValidatorSet, "The validators weigh impossibly much.");
    }
    weight.total_weight += validator.weight;
  }
  weight.signed_weight = TRY(weigh(by_id, set));
  if (!more_than_two_thirds(weight)) {
    return base::Error(ProofError::SignatureWeight,
                       "Not more than two thirds of the validators signed the block.");
  }
  const base::Bytes message = TRY(signed_bytes(block, set));
  TRY(verify(by_id, set, message));
  return weight;
}

base::Result<StoredSignatures> parse_block_signatures(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  const std::uint64_t tag = TRY(slice.load_uint(8));
  if (tag != kOrdinaryTag && tag != kSimplexTag) {
    return base::Error(TonError::ValueForm, "Signatures of an unknown kind.");
  }
  StoredSignatures stored;
  stored.set.validator_list_hash = TRY(slice.load_u32());
  stored.set.catchain_seqno = TRY(slice.load_u32());
  const std::uint32_t count = TRY(slice.load_u32());
  stored.signed_weight = TRY(slice.load_uint(64));
  const CellRef root = TRY(slice.load_maybe_ref());
  const std::vector<DictionaryEntry> entries = TRY(read_dictionary(root, 16, kMaxValidators));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (read_bits(entries[i].key, 0, 16) != i) {
      return base::Error(ProofError::SignatureCount, "The list of signatures has gaps.");
    }
    stored.set.signatures.push_back(TRY(load_signature(entries[i].value)));
  }
  if (entries.size() != count) {
    return base::Error(ProofError::SignatureCount, "The signatures are miscounted.");
  }
  if (tag == kSimplexTag) {
    SimplexVote vote;
    vote.session_id = TRY(slice.load_bits256());
    vote.slot = TRY(slice.load_u32());
    const CellSlice candidate = TRY(slice.open_ref());
    vote.candidate = TRY(load_long_bytes(candidate));
    stored.set.simplex = std::move(vote);
  }
  TRY(slice.expect_end());
  return stored;
}

}  // namespace cocoon::ton
