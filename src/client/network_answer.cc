#include "client/network_answer.h"

#include "tl/codec.h"

namespace cocoon::client {
namespace {

using base::Result;

template <class Message>
Result<NetworkAnswer> read(base::BytesView object, AnswerKind kind) {
  const Message message = TRY(tl::decode_boxed<Message>(object));
  NetworkAnswer answer{
      .kind = kind, .request_id = message.request_id, .body = {}, .error = {}, .tokens = {}};
  if constexpr (requires { message.answer; }) answer.body = message.answer;
  if constexpr (requires { message.error; }) {
    answer.error_code = message.error_code;
    answer.error = message.error;
  }
  if constexpr (requires { message.final_info; }) {
    if (message.flags & Message::kHasFinalInfo) answer.tokens = message.final_info.tokens_used;
  } else if constexpr (requires { message.is_completed; }) {
    if (message.is_completed) answer.tokens = message.request_tokens_used;
  } else {
    answer.tokens = message.request_tokens_used;
  }
  return answer;
}

}  // namespace

std::optional<Result<NetworkAnswer>> decode_network_answer(base::BytesView object) {
  switch (tl::peek_id(object).value_or(0)) {
    case tl::ClientQueryAnswerEx::kId:
      return read<tl::ClientQueryAnswerEx>(object, AnswerKind::Head);
    case tl::ClientQueryAnswerPartEx::kId:
      return read<tl::ClientQueryAnswerPartEx>(object, AnswerKind::Part);
    case tl::ClientQueryAnswerErrorEx::kId:
      return read<tl::ClientQueryAnswerErrorEx>(object, AnswerKind::Failure);
    case tl::ClientQueryAnswer::kId:
      return read<tl::ClientQueryAnswer>(object, AnswerKind::Head);
    case tl::ClientQueryAnswerPart::kId:
      return read<tl::ClientQueryAnswerPart>(object, AnswerKind::Part);
    case tl::ClientQueryAnswerError::kId:
      return read<tl::ClientQueryAnswerError>(object, AnswerKind::Failure);
    case tl::ClientQueryAnswerPartError::kId:
      return read<tl::ClientQueryAnswerPartError>(object, AnswerKind::Failure);
    default:
      return std::nullopt;
  }
}

}  // namespace cocoon::client
