// Names of the reasons to refuse a proof.
#include "ton/proof_error.h"

#include "base/check.h"

namespace cocoon::ton {

std::string_view reason_name(ProofError error) {
  switch (error) {
    case ProofError::ProofForm:
      return "proof_form";
    case ProofError::ProofRoot:
      return "proof_root";
    case ProofError::ProofBlock:
      return "proof_block";
    case ProofError::ProofState:
      return "proof_state";
    case ProofError::AnswerBlock:
      return "answer_block";
    case ProofError::ShardUnknown:
      return "shard_unknown";
    case ProofError::ShardMismatch:
      return "shard_mismatch";
    case ProofError::ShardForeign:
      return "shard_foreign";
    case ProofError::AccountMissing:
      return "account_missing";
    case ProofError::AccountSurplus:
      return "account_surplus";
    case ProofError::AccountMismatch:
      return "account_mismatch";
    case ProofError::LinkOrder:
      return "link_order";
    case ProofError::LinkDirection:
      return "link_direction";
    case ProofError::LinkMasterchain:
      return "link_masterchain";
    case ProofError::LinkKeyFlag:
      return "link_key_flag";
    case ProofError::LinkSource:
      return "link_source";
    case ProofError::LinkOldBlock:
      return "link_old_block";
    case ProofError::ValidatorSet:
      return "validator_set";
    case ProofError::SignerUnknown:
      return "signer_unknown";
    case ProofError::SignerTwice:
      return "signer_twice";
    case ProofError::SignatureWrong:
      return "signature_wrong";
    case ProofError::SignatureWeight:
      return "signature_weight";
    case ProofError::SignatureCandidate:
      return "signature_candidate";
    case ProofError::SignatureCount:
      return "signature_count";
    case ProofError::TransactionMismatch:
      return "transaction_mismatch";
    case ProofError::TransactionMissing:
      return "transaction_missing";
    case ProofError::TransactionSurplus:
      return "transaction_surplus";
    case ProofError::LibraryMismatch:
      return "library_mismatch";
  }
  CHECK(false);
}

}  // namespace cocoon::ton
