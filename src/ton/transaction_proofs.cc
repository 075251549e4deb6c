// Checking lists of transactions: an account's chain, and what a block contains.
#include <algorithm>
#include <array>
#include <map>

#include "ton/bits.h"
#include "ton/boc.h"
#include "ton/dictionary.h"
#include "ton/merkle.h"
#include "ton/proofs.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kAccountBlockTag = 5;

base::Error mismatch(const char* message) { return {ProofError::TransactionMismatch, message}; }

// The transactions of one account in one block: root of HashmapAug 64 ^Transaction
// CurrencyCollection, inside AccountBlock#5, with the account's state hashes in a reference behind.
base::Result<CellSlice> open_account_block(CellSlice entry, const base::Bits256& account) {
  TRY(load_currency(entry));
  TRY(entry.expect_tag(kAccountBlockTag, 4));
  const base::Bits256 owner = TRY(entry.load_bits256());
  if (owner != account) return mismatch("A block files an account's transactions wrongly.");
  return entry;
}

base::Result<CellRef> load_transaction(CellSlice entry) {
  TRY(load_currency(entry));
  return entry.load_ref();
}

base::Result<CellRef> blocks_of(base::BytesView block_proof, const BlockId& id) {
  const Block block = TRY(check_header(block_proof, id));
  return parse_account_blocks(block.extra);
}

std::array<std::uint8_t, 8> lt_key(std::uint64_t lt) {
  std::array<std::uint8_t, 8> key{};
  write_bits(key, 0, lt, 64);
  return key;
}

// The transaction's cell in the proof, mostly pruned; empty if the block has none.
base::Result<CellRef> find_in_block(const CellRef& blocks, const base::Bits256& account,
                                    std::uint64_t lt) {
  const std::optional<CellSlice> entry =
      TRY(find_in_dictionary(blocks, 256, account, DictionaryForm::Augmented));
  if (!entry) return CellRef();
  const CellSlice node = TRY(open_account_block(*entry, account));
  const std::optional<CellSlice> found =
      TRY(find_in_inline_dictionary(node, 64, lt_key(lt), DictionaryForm::Augmented));
  if (!found) return CellRef();
  return load_transaction(*found);
}

// All transactions that a block has, by account and lt. Refuses to read further than `limit`.
base::Result<std::size_t> count_transactions(const CellRef& blocks, std::size_t limit) {
  const std::vector<DictionaryEntry> accounts =
      TRY(read_dictionary(blocks, 256, limit, DictionaryForm::Augmented));
  std::size_t count = 0;
  for (const DictionaryEntry& entry : accounts) {
    base::Bits256 account;
    std::copy(entry.key.begin(), entry.key.end(), account.begin());
    const CellSlice node = TRY(open_account_block(entry.value, account));
    const std::vector<DictionaryEntry> transactions =
        TRY(read_inline_dictionary(node, 64, limit, DictionaryForm::Augmented));
    count += transactions.size();
    if (count > limit) break;
  }
  return count;
}

}  // namespace

base::Result<std::vector<Transaction>> check_transactions(base::BytesView transactions,
                                                          const Address& account,
                                                          const TransactionName& newest,
                                                          std::size_t max_count) {
  if (transactions.empty()) {
    return base::Error(ProofError::TransactionMissing, "An existing transaction is left out.");
  }
  BocLimits limits;
  limits.max_roots = max_count;
  const std::vector<CellRef> roots = TRY(parse_boc(transactions, limits));
  std::vector<Transaction> result;
  TransactionName expected = newest;
  for (const CellRef& root : roots) {
    if (root->level() != 0 || root->hash() != expected.hash) {
      return mismatch("A transaction is not the one that follows in the account's chain.");
    }
    result.push_back(TRY(parse_transaction(root)));
    const Transaction& transaction = result.back();
    if (transaction.account != account.hash || transaction.lt != expected.lt) {
      return mismatch("A transaction is of another account or time.");
    }
    expected = {transaction.previous_lt, transaction.previous_hash};
  }
  return result;
}

base::Result<std::optional<Transaction>> check_transaction(base::BytesView block_proof,
                                                           base::BytesView transaction,
                                                           const BlockId& block,
                                                           const Address& account,
                                                           std::uint64_t lt) {
  if (!block.shard.contains(account)) {
    return base::Error(ProofError::ShardForeign, "The block's shard does not hold the address.");
  }
  const CellRef blocks = TRY(blocks_of(block_proof, block));
  const CellRef proven = TRY(find_in_block(blocks, account.hash, lt));
  if (!proven) {
    if (transaction.empty()) return std::optional<Transaction>{};
    return base::Error(ProofError::TransactionSurplus, "The block has no such transaction.");
  }
  if (transaction.empty()) {
    return base::Error(ProofError::TransactionMissing, "An existing transaction is left out.");
  }
  const CellRef cell = TRY(parse_single_root_boc(transaction));
  if (cell->hash() != proven->hash(0)) return mismatch("The transaction is not the proven one.");
  const Transaction parsed = TRY(parse_transaction(cell));
  if (parsed.account != account.hash || parsed.lt != lt) {
    return mismatch("A transaction is of another account or time.");
  }
  return std::optional(parsed);
}

base::Result<void> check_transaction_list(base::BytesView block_proof, const BlockId& block,
                                          const std::vector<ListedTransaction>& listed,
                                          ListEnd end) {
  const CellRef blocks = TRY(blocks_of(block_proof, block));
  std::map<std::pair<base::Bits256, std::uint64_t>, std::size_t> seen;
  for (const ListedTransaction& entry : listed) {
    if (++seen[{entry.account, entry.lt}] > 1) {
      return base::Error(ProofError::TransactionSurplus, "A transaction is listed twice.");
    }
    const CellRef proven = TRY(find_in_block(blocks, entry.account, entry.lt));
    if (!proven) {
      return base::Error(ProofError::TransactionSurplus, "The block has no such transaction.");
    }
    if (proven->hash(0) != entry.hash)
      return mismatch("A listed transaction is not the proven one.");
  }
  if (end == ListEnd::MoreFollow) return {};
  const std::size_t count = TRY(count_transactions(blocks, kMaxBlockTransactions));
  if (count != listed.size()) {
    return base::Error(ProofError::TransactionMissing, "A transaction of the block is left out.");
  }
  return {};
}

}  // namespace cocoon::ton
