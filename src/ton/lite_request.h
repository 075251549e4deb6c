// What can be asked of the chain, and how each answer is checked against a trusted block.
#pragma once

#include <variant>
#include <vector>

#include "base/time.h"
#include "ton/proofs.h"

namespace cocoon::ton {

// The account as of the newest trusted block.
struct AccountRequest {
  Address address;
};
// Up to `count` of the account's transactions, newest first, from this one backward.
struct TransactionsRequest {
  Address address;
  TransactionName newest;
  std::uint32_t count = 16;
};
// A message from outside, as a bag of cells. That a server takes it proves nothing; what happens to
// it shows in transactions.
struct SendRequest {
  base::Bytes message;
};
struct ConfigRequest {
  std::vector<std::int32_t> params;
};
struct LibraryRequest {
  base::Bits256 hash{};
};
// The transactions of a block that is proven already (who asks answers for that), from its first
// account on, at most kMaxListed of them.
struct BlockTransactionsRequest {
  BlockId block;
};
using LiteRequest = std::variant<AccountRequest, TransactionsRequest, SendRequest, ConfigRequest,
                                 LibraryRequest, BlockTransactionsRequest>;

inline constexpr std::uint32_t kMaxListed = 256;

struct ConfigAnswer {
  CellRef config;  // root of Hashmap 32 ^Cell, pruned but for what was asked
};
struct LibraryAnswer {
  CellRef library;
};
struct SendAnswer {};
struct TransactionsAnswer {
  std::vector<Transaction> transactions;
};
// `end` Complete: the block has these transactions and no others.
struct BlockTransactionsAnswer {
  std::vector<ListedTransaction> listed;
  ListEnd end = ListEnd::Complete;
};
using LiteAnswer = std::variant<ProvenAccount, TransactionsAnswer, SendAnswer, ConfigAnswer,
                                LibraryAnswer, BlockTransactionsAnswer>;

// The question as of this block, as a boxed function.
base::Bytes encode_request(const LiteRequest& request, const BlockId& block);
// The same, to be answered when this masterchain block is there.
base::Bytes after_block(std::uint32_t seqno, base::Duration timeout, base::BytesView function);
// The answer, if it is proven.
base::Result<LiteAnswer> check_answer(const LiteRequest& request, const BlockId& block,
                                      base::BytesView answer);

}  // namespace cocoon::ton
