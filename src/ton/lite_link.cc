// Questions and answers on one ADNL stream.
#include "ton/lite_link.h"

#include <algorithm>

#include "tl/codec.h"
#include "tl/lite/types.h"

namespace cocoon::ton {

base::Result<LiteLink> LiteLink::connect(const base::Bits256& server_key, base::Random& random) {
  AdnlClient adnl = TRY(AdnlClient::connect(server_key, random));
  return LiteLink(std::move(adnl));
}

std::uint64_t LiteLink::ask(base::Now now, base::BytesView function, base::Duration timeout,
                            base::Random& random) {
  const base::Bits256 id = random.bits256();
  const base::Bytes query = tl::encode_boxed(tl::lite::LiteServerQuery{function});
  adnl_.send(tl::encode_boxed(tl::lite::AdnlMessageQuery{id, query}), random);
  open_[id] = {next_question_, now.steady, now.steady + timeout};
  return next_question_++;
}

base::Result<void> LiteLink::handle_bytes(base::Now now, base::BytesView bytes) {
  TRY(adnl_.handle_bytes(bytes));
  while (const std::optional<base::Bytes> payload = adnl_.poll_payload()) {
    handle_payload(now, *payload);
  }
  return {};
}

// Whatever is not an answer to an open question is ignored: pongs, repeated and late answers.
void LiteLink::handle_payload(base::Now now, base::BytesView payload) {
  const auto message = tl::decode_boxed<tl::lite::AdnlMessageAnswer>(payload);
  if (!message) return;
  const auto found = open_.find(message->query_id);
  if (found == open_.end()) return;
  const Open question = found->second;
  open_.erase(found);
  const base::Duration took = now.steady - question.asked;
  const auto error = tl::decode_boxed<tl::lite::LiteServerError>(message->answer);
  if (error) {
    answers_.push_back({question.question, took,
                        base::Error(LiteError::ServerRefused,
                                    "The lite server answers: " + std::string(error->message))});
    return;
  }
  answers_.push_back({question.question, took, base::to_bytes(message->answer)});
}

std::optional<LiteLink::Answer> LiteLink::poll_answer() {
  if (answers_.empty()) return std::nullopt;
  Answer answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

std::optional<base::Instant> LiteLink::next_deadline() const {
  std::optional<base::Instant> first;
  for (const auto& [id, question] : open_) {
    if (!first || question.deadline < *first) first = question.deadline;
  }
  return first;
}

}  // namespace cocoon::ton
