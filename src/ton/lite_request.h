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
using LiteRequest =
    std::variant<AccountRequest, TransactionsRequest, SendRequest, ConfigRequest, LibraryRequest>;

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
using LiteAnswer =
    std::variant<ProvenAccount, TransactionsAnswer, SendAnswer, ConfigAnswer, LibraryAnswer>;

// The question as of this block, as a boxed function.
base::Bytes encode_request(const LiteRequest& request, const BlockId& block);
// The same, to be answered when this masterchain block is there.
base::Bytes after_block(std::uint32_t seqno, base::Duration timeout, base::BytesView function);
// The answer, if it is proven.
base::Result<LiteAnswer> check_answer(const LiteRequest& request, const BlockId& block,
                                      base::BytesView answer);

}  // namespace cocoon::ton
