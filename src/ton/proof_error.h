// Why a proof, or an answer with a proof, is refused. What is wrong with cells as such is TonError;
// a needed cell that was pruned away is TonError::CellPruned.
#pragma once

#include <string_view>

namespace cocoon::ton {

enum class ProofError {
  ProofForm,        // not the Merkle proof cells that belong here
  ProofRoot,        // a proof of something else than the block or state asked about
  ProofBlock,       // a block's header contradicts the block's name
  ProofState,       // a state that is not the one after the proven block
  AnswerBlock,      // an answer about another block
  ShardUnknown,     // the masterchain block knows no shard for the address
  ShardMismatch,    // the shard block is not the one that the masterchain block names
  ShardForeign,     // a shard that does not hold the address
  AccountMissing,   // the account exists, but its state was left out
  AccountSurplus,   // the account does not exist, but a state was given
  AccountMismatch,  // not the proven account, or one of another address
  LinkOrder,        // links that do not lead from the trusted block to the one asked for
  LinkDirection,    // a link that claims another direction than its blocks have
  LinkMasterchain,  // a link between other blocks than those of the masterchain
  LinkKeyFlag,      // a link that errs about its destination being a key block
  LinkSource,       // a forward link that does not start at a key block
  LinkOldBlock,     // a backward link to a block that the state does not remember
  ValidatorSet,     // signed or made by other validators than the configuration calls for
  SignerUnknown,
  SignerTwice,
  SignatureWrong,
  SignatureWeight,      // not more than two thirds of the weight
  SignatureCandidate,   // signed for another block
  SignatureCount,       // a stored set of signatures that miscounts itself
  TransactionMismatch,  // not the transaction that follows in the account's chain, or was asked for
  TransactionMissing,   // fewer transactions than the account's chain has
  TransactionSurplus,
  LibraryMismatch,
};

std::string_view reason_name(ProofError error);

}  // namespace cocoon::ton
