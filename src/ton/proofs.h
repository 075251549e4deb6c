// Checks of what a lite server answers, each starting from a masterchain block that is already
// trusted. Nothing that an answer says is believed without its proof; what a proof leaves out is
// unknown (cell_pruned), never "absent". Formats: liteServer.* in schema/lite_api.tl, and
// docs/ton.md.
#pragma once

#include <optional>
#include <vector>

#include "ton/account.h"
#include "ton/block.h"
#include "ton/proof_error.h"
#include "ton/shard_state.h"
#include "ton/transaction.h"

namespace cocoon::ton {

// `proof`: a Merkle proof cell about the block with this name. The header must agree with the name
// in everything but file_hash, which no proof can show.
base::Result<Block> check_header_proof(const CellRef& proof, const BlockId& id);
// The same from a bag of cells with one root.
base::Result<Block> check_header(base::BytesView header_proof, const BlockId& id);

// `proof`: about the state after `block`, whose state_update must be visible.
base::Result<ShardState> check_state_proof(const CellRef& proof, const Block& block);

// A bag of two proofs: of a block's header, and of the state after it.
struct ProvenState {
  Block block;
  ShardState state;
};
base::Result<ProvenState> check_block_and_state(base::BytesView proofs, const BlockId& id);

// The shard block that holds an address, as the masterchain block knows it.
base::Result<ShardDescription> check_shard_proof(base::BytesView proofs,
                                                 const BlockId& masterchain_block,
                                                 const Address& address);

// liteServer.accountState, but for the block it says it is about.
struct AccountAnswer {
  BlockId shard_block;
  base::BytesView shard_proof;  // empty for accounts of the masterchain
  base::BytesView proof;
  base::BytesView state;  // empty: there is no such account
};
struct ProvenAccount {
  Address address;
  // Nothing: there is no account at this address.
  std::optional<Account> account;
  base::Bits256 last_transaction_hash{};  // zero without an account
  std::uint64_t last_transaction_lt = 0;
  BlockId shard_block;
  std::uint32_t gen_utime = 0;  // of the shard block, Unix seconds
};
base::Result<ProvenAccount> check_account(const BlockId& masterchain_block, const Address& address,
                                          const AccountAnswer& answer);

// Configuration after a masterchain block; the root of Hashmap 32 ^Cell, pruned where not asked.
// Proofs of one root each.
base::Result<CellRef> check_config(base::BytesView header_proof, base::BytesView state_proof,
                                   const BlockId& id);
// The state alone, about any state with this hash: the zero state's, say.
base::Result<ShardState> check_state_root(const CellRef& proof, const base::Bits256& state_hash);

// liteServer.transactionList: an account's transactions, newest first, from the one named here.
// Each must be the one that the one before it names as previous. Refuses an empty list
// (transaction_missing) and more than `max_count`.
struct TransactionName {
  std::uint64_t lt = 0;
  base::Bits256 hash{};
  friend bool operator==(const TransactionName&, const TransactionName&) = default;
};
base::Result<std::vector<Transaction>> check_transactions(base::BytesView transactions,
                                                          const Address& account,
                                                          const TransactionName& newest,
                                                          std::size_t max_count);
// liteServer.transactionInfo: this account's transaction of this lt in the block. Nothing if the
// block has none.
base::Result<std::optional<Transaction>> check_transaction(base::BytesView block_proof,
                                                           base::BytesView transaction,
                                                           const BlockId& block,
                                                           const Address& account,
                                                           std::uint64_t lt);

// liteServer.blockTransactions with a proof: these are transactions of the block.
struct ListedTransaction {
  base::Bits256 account{};
  std::uint64_t lt = 0;
  base::Bits256 hash{};
};
// `complete`: the answer says that no others follow; then the block must have no others.
enum class ListEnd { MoreFollow, Complete };
base::Result<void> check_transaction_list(base::BytesView block_proof, const BlockId& block,
                                          const std::vector<ListedTransaction>& listed,
                                          ListEnd end);

// liteServer.shardBlockProof: a shard block that the masterchain block reaches over the links, the
// newest first. Answers the last one.
struct ShardLink {
  BlockId block;
  base::BytesView proof;
};
base::Result<BlockId> check_shard_links(const BlockId& masterchain_block,
                                        const std::vector<ShardLink>& links);

// A library is named by the hash of its cell, so it proves itself.
base::Result<CellRef> check_library(base::BytesView bag, const base::Bits256& hash);

}  // namespace cocoon::ton
