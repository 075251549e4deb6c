// Questions to bytes, answers to checked values.
#include "ton/lite_request.h"

#include <chrono>

#include "tl/codec.h"
#include "ton/lite_error.h"
#include "ton/lite_ids.h"
#include "ton/validators.h"

namespace cocoon::ton {
namespace {

using namespace tl::lite;

base::Result<void> same_block(const TonNodeBlockIdExt& answered, const BlockId& asked) {
  if (from_tl(answered) == asked) return {};
  return base::Error(ProofError::AnswerBlock, "The answer is about another block.");
}

// One overload pair per request.
base::Bytes encode(const AccountRequest& request, const BlockId& block) {
  return tl::encode_boxed(LiteServerGetAccountState{to_tl(block), to_tl(request.address)});
}
base::Result<LiteAnswer> check(const AccountRequest& request, const BlockId& block,
                               base::BytesView bytes) {
  const auto answer = TRY(tl::decode_boxed<LiteServerAccountState>(bytes));
  TRY(same_block(answer.id, block));
  const AccountAnswer account{from_tl(answer.shardblk), answer.shard_proof, answer.proof,
                              answer.state};
  const ProvenAccount proven = TRY(check_account(block, request.address, account));
  return LiteAnswer(proven);
}

base::Bytes encode(const TransactionsRequest& request, const BlockId&) {
  return tl::encode_boxed(LiteServerGetTransactions{request.count, to_tl(request.address),
                                                    static_cast<std::int64_t>(request.newest.lt),
                                                    request.newest.hash});
}
base::Result<LiteAnswer> check(const TransactionsRequest& request, const BlockId&,
                               base::BytesView bytes) {
  const auto answer = TRY(tl::decode_boxed<LiteServerTransactionList>(bytes));
  return LiteAnswer(TransactionsAnswer{TRY(
      check_transactions(answer.transactions, request.address, request.newest, request.count))});
}

base::Bytes encode(const SendRequest& request, const BlockId&) {
  return tl::encode_boxed(LiteServerSendMessage{request.message});
}
base::Result<LiteAnswer> check(const SendRequest&, const BlockId&, base::BytesView bytes) {
  const auto answer = TRY(tl::decode_boxed<LiteServerSendMsgStatus>(bytes));
  if (answer.status != 1) {
    return base::Error(LiteError::ServerRefused, "The lite server did not take the message.");
  }
  return LiteAnswer(SendAnswer{});
}

base::Bytes encode(const ConfigRequest& request, const BlockId& block) {
  return tl::encode_boxed(LiteServerGetConfigParams{0, to_tl(block), request.params});
}
base::Result<LiteAnswer> check(const ConfigRequest& request, const BlockId& block,
                               base::BytesView bytes) {
  const auto answer = TRY(tl::decode_boxed<LiteServerConfigInfo>(bytes));
  TRY(same_block(answer.id, block));
  const CellRef config = TRY(check_config(answer.state_proof, answer.config_proof, block));
  for (const std::int32_t param : request.params) TRY(find_config_param(config, param));
  return LiteAnswer(ConfigAnswer{config});
}

base::Bytes encode(const LibraryRequest& request, const BlockId&) {
  return tl::encode_boxed(LiteServerGetLibraries{{request.hash}});
}
base::Result<LiteAnswer> check(const LibraryRequest& request, const BlockId&,
                               base::BytesView bytes) {
  const auto answer = TRY(tl::decode_boxed<LiteServerLibraryResult>(bytes));
  if (answer.result.empty()) {
    // Honest servers lack libraries too; and that one lacks it proves nothing.
    return base::Error(LiteError::ServerRefused, "The lite server does not have the library.");
  }
  if (answer.result.size() != 1) {
    return base::Error(ProofError::LibraryMismatch, "The answer has other libraries as well.");
  }
  return LiteAnswer(LibraryAnswer{TRY(check_library(answer.result[0].data, request.hash))});
}

constexpr std::uint32_t kListEverything = LiteServerTransactionId::kHasAccount |
                                          LiteServerTransactionId::kHasLt |
                                          LiteServerTransactionId::kHasHash;
constexpr std::uint32_t kListWithProof = 1U << 5U;

base::Bytes encode(const BlockTransactionsRequest& request, const BlockId&) {
  LiteServerListBlockTransactions question;
  question.id = to_tl(request.block);
  question.mode = kListEverything | kListWithProof;
  question.count = kMaxListed;
  return tl::encode_boxed(question);
}
base::Result<LiteAnswer> check(const BlockTransactionsRequest& request, const BlockId&,
                               base::BytesView bytes) {
  const auto answer = TRY(tl::decode_boxed<LiteServerBlockTransactions>(bytes));
  TRY(same_block(answer.id, request.block));
  BlockTransactionsAnswer result;
  result.end = answer.incomplete ? ListEnd::MoreFollow : ListEnd::Complete;
  for (const LiteServerTransactionId& id : answer.ids) {
    if ((id.mode & kListEverything) != kListEverything || result.listed.size() == kMaxListed) {
      return base::Error(ProofError::TransactionSurplus, "A list of transactions is not as asked.");
    }
    result.listed.push_back({id.account, static_cast<std::uint64_t>(id.lt), id.hash});
  }
  TRY(check_transaction_list(answer.proof, request.block, result.listed, result.end));
  return LiteAnswer(std::move(result));
}

}  // namespace

base::Bytes encode_request(const LiteRequest& request, const BlockId& block) {
  return std::visit([&](const auto& chosen) { return encode(chosen, block); }, request);
}

base::Bytes after_block(std::uint32_t seqno, base::Duration timeout, base::BytesView function) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  base::Bytes out = tl::encode_boxed(LiteServerWaitMasterchainSeqno{
      static_cast<std::int32_t>(seqno), static_cast<std::int32_t>(milliseconds)});
  out.insert(out.end(), function.begin(), function.end());
  return out;
}

base::Result<LiteAnswer> check_answer(const LiteRequest& request, const BlockId& block,
                                      base::BytesView answer) {
  return std::visit([&](const auto& chosen) { return check(chosen, block, answer); }, request);
}

}  // namespace cocoon::ton
