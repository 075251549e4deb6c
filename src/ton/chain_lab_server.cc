// The lab's lite server.
#include "ton/chain_lab_server.h"

#include <algorithm>

#include "tl/codec.h"
#include "ton/lite_ids.h"

namespace cocoon::ton {

using namespace tl::lite;

LabServer::LabServer(ChainLab& chain, std::uint64_t seed)
    : chain_(chain), random_(seed), key_(crypto::Ed25519PrivateKey::generate(random_)) {}

void LabServer::reset() {
  handshake_.clear();
  opener_.reset();
  sealer_.reset();
  held_.clear();
}

void LabServer::seal(base::BytesView payload, base::Bytes& out) {
  const base::Bytes frame = sealer_->seal(payload, random_.bits256());
  out.insert(out.end(), frame.begin(), frame.end());
}

base::Bytes LabServer::handle_bytes(base::BytesView bytes) {
  base::Bytes out;
  if (!opener_) {
    const std::size_t take = std::min(bytes.size(), kAdnlHandshakeBytes - handshake_.size());
    handshake_.insert(handshake_.end(), bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(take));
    bytes = bytes.subspan(take);
    if (handshake_.size() < kAdnlHandshakeBytes) return out;
    const auto session = open_adnl_handshake(key_, handshake_);
    CHECK(session);
    opener_.emplace(adnl_client_to_server(*session));
    sealer_.emplace(adnl_server_to_client(*session));
    seal({}, out);
  }
  CHECK(opener_->feed(bytes).ok());
  while (const auto payload = opener_->next()) handle_payload(*payload, out);
  return out;
}

void LabServer::handle_payload(base::BytesView payload, base::Bytes& out) {
  const auto message = tl::decode_boxed<AdnlMessageQuery>(payload);
  CHECK(message);
  const auto query = tl::decode_boxed<LiteServerQuery>(message->query);
  CHECK(query);
  base::BytesView question = query->data;
  if (tl::peek_id(question) == LiteServerWaitMasterchainSeqno::kId) {
    const auto wait = tl::decode_boxed<LiteServerWaitMasterchainSeqno>(question.first(12));
    question = question.subspan(12);
    const auto seqno = static_cast<std::uint32_t>(wait->seqno);
    if (chain_.last().seqno < seqno) {
      held_.push_back({message->query_id, seqno, base::to_bytes(question)});
      return;
    }
  }
  answer(message->query_id, question, out);
}

base::Bytes LabServer::handle_block() {
  base::Bytes out;
  const std::vector<Held> held = std::exchange(held_, {});
  for (const Held& entry : held) {
    if (chain_.last().seqno < entry.seqno) {
      held_.push_back(entry);
    } else {
      answer(entry.id, entry.question, out);
    }
  }
  return out;
}

void LabServer::answer(const base::Bits256& id, base::BytesView question, base::Bytes& out) {
  std::optional<base::Bytes> bytes = answer_to(question);
  if (tamper) bytes = tamper(tl::peek_id(question).value_or(0), std::move(*bytes));
  if (bytes) seal(tl::encode_boxed(AdnlMessageAnswer{id, *bytes}), out);
}

base::Bytes LabServer::answer_to(base::BytesView question) {
  using Question =
      std::variant<LiteServerGetMasterchainInfo, LiteServerGetBlockProof, LiteServerGetAccountState,
                   LiteServerGetTransactions, LiteServerGetConfigParams, LiteServerGetLibraries,
                   LiteServerSendMessage>;
  const auto parsed = tl::decode_boxed<Question>(question);
  CHECK(parsed);
  if (std::holds_alternative<LiteServerGetMasterchainInfo>(*parsed)) {
    return chain_.masterchain_info();
  }
  if (const auto* proof = std::get_if<LiteServerGetBlockProof>(&*parsed)) {
    return chain_.block_proof(from_tl(proof->known_block), from_tl(proof->target_block));
  }
  if (const auto* state = std::get_if<LiteServerGetAccountState>(&*parsed)) {
    const Address address{static_cast<std::int8_t>(state->account.workchain), state->account.id};
    return chain_.account_state(from_tl(state->id), address);
  }
  if (const auto* list = std::get_if<LiteServerGetTransactions>(&*parsed)) {
    const Address address{static_cast<std::int8_t>(list->account.workchain), list->account.id};
    return chain_.transactions(address, {static_cast<std::uint64_t>(list->lt), list->hash},
                               list->count);
  }
  if (const auto* config = std::get_if<LiteServerGetConfigParams>(&*parsed)) {
    return chain_.config(from_tl(config->id));
  }
  if (std::holds_alternative<LiteServerGetLibraries>(*parsed)) {
    return tl::encode_boxed(LiteServerLibraryResult{});  // the lab has none
  }
  const auto taken = chain_.send_message(std::get<LiteServerSendMessage>(*parsed).body);
  if (taken) return tl::encode_boxed(LiteServerSendMsgStatus{1});
  return tl::encode_boxed(LiteServerError{-400, "the message is refused"});
}

}  // namespace cocoon::ton
