#include "proxy/answer.h"

#include "tl/codec.h"

namespace cocoon::proxy {
namespace {

using base::Result;

AnswerEnd end_of(const tl::ProxyQueryFinalInfo& info) {
  return {info.tokens_used, info.worker_debug, info.worker_start_time, info.worker_end_time};
}

template <class Ex>
Result<Answer> from_ex(base::BytesView object, AnswerKind kind) {
  const Ex message = TRY(tl::decode_boxed<Ex>(object));
  Answer answer{.kind = kind, .request_id = message.request_id};
  if constexpr (requires { message.answer; }) answer.body = message.answer;
  if constexpr (requires { message.error; }) {
    answer.error_code = message.error_code;
    answer.error = message.error;
  }
  if (message.flags & Ex::kHasFinalInfo) answer.end = end_of(message.final_info);
  return answer;
}

template <class Legacy>
Result<Answer> from_legacy(base::BytesView object, AnswerKind kind) {
  const Legacy message = TRY(tl::decode_boxed<Legacy>(object));
  Answer answer{.kind = kind, .request_id = message.request_id};
  bool completed = kind == AnswerKind::Failure;
  if constexpr (requires { message.answer; }) {
    answer.body = message.answer;
    completed = message.is_completed;
  }
  if constexpr (requires { message.error; }) {
    answer.error_code = message.error_code;
    answer.error = message.error;
  }
  if (completed) answer.end = AnswerEnd{.tokens = message.tokens_used, .worker_debug = {}};
  return answer;
}

tl::ClientQueryFinalInfo final_info(const AnswerEnd& end, const ClientEnd& added, Debug debug,
                                    std::int32_t version) {
  tl::ClientQueryFinalInfo info{};
  info.tokens_used = end.tokens;
  if (debug == Debug::On) {
    info.flags |= tl::ClientQueryFinalInfo::kHasWorkerDebug;
    info.worker_debug = end.worker_debug;
    info.proxy_debug = added.proxy_debug;
  }
  if (version >= 2) {
    info.flags |= tl::ClientQueryFinalInfo::kHasProxyStartTime;
    info.proxy_start_time = added.proxy_start_time;
    info.proxy_end_time = added.proxy_end_time;
    info.worker_start_time = end.worker_start_time;
    info.worker_end_time = end.worker_end_time;
  }
  return info;
}

template <class Ex>
base::Bytes to_ex(const Answer& answer, const ClientEnd& added, Debug debug, std::int32_t version) {
  Ex message{};
  message.request_id = answer.request_id;
  if constexpr (requires { message.answer; }) message.answer = answer.body;
  if constexpr (requires { message.error; }) {
    message.error_code = answer.error_code;
    message.error = answer.error;
  }
  if (answer.end) {
    message.flags |= Ex::kHasFinalInfo;
    message.final_info = final_info(*answer.end, added, debug, version);
  }
  return tl::encode_boxed(message);
}

template <class Legacy>
base::Bytes to_legacy(const Answer& answer) {
  Legacy message{};
  message.request_id = answer.request_id;
  if (answer.end) message.request_tokens_used = answer.end->tokens;
  if constexpr (requires { message.answer; }) {
    message.answer = answer.body;
    message.is_completed = answer.end.has_value();
  }
  if constexpr (requires { message.error; }) {
    message.error_code = answer.error_code;
    message.error = answer.error;
  }
  return tl::encode_boxed(message);
}

}  // namespace

std::optional<Result<Answer>> decode_worker_answer(base::BytesView object) {
  switch (tl::peek_id(object).value_or(0)) {
    case tl::ProxyQueryAnswerEx::kId:
      return from_ex<tl::ProxyQueryAnswerEx>(object, AnswerKind::Head);
    case tl::ProxyQueryAnswerPartEx::kId:
      return from_ex<tl::ProxyQueryAnswerPartEx>(object, AnswerKind::Part);
    case tl::ProxyQueryAnswerErrorEx::kId:
      return from_ex<tl::ProxyQueryAnswerErrorEx>(object, AnswerKind::Failure);
    case tl::ProxyQueryAnswer::kId:
      return from_legacy<tl::ProxyQueryAnswer>(object, AnswerKind::Head);
    case tl::ProxyQueryAnswerPart::kId:
      return from_legacy<tl::ProxyQueryAnswerPart>(object, AnswerKind::Part);
    case tl::ProxyQueryAnswerError::kId:
      return from_legacy<tl::ProxyQueryAnswerError>(object, AnswerKind::Failure);
    case tl::ProxyQueryAnswerPartError::kId:
      return from_legacy<tl::ProxyQueryAnswerPartError>(object, AnswerKind::Failure);
    default:
      return std::nullopt;
  }
}

base::Bytes encode_client_answer(const Answer& answer, const ClientEnd& end, Debug debug,
                                 std::int32_t version) {
  const bool legacy = version == 0;
  switch (answer.kind) {
    case AnswerKind::Head:
      return legacy ? to_legacy<tl::ClientQueryAnswer>(answer)
                    : to_ex<tl::ClientQueryAnswerEx>(answer, end, debug, version);
    case AnswerKind::Part:
      return legacy ? to_legacy<tl::ClientQueryAnswerPart>(answer)
                    : to_ex<tl::ClientQueryAnswerPartEx>(answer, end, debug, version);
    case AnswerKind::Failure:
      return legacy ? to_legacy<tl::ClientQueryAnswerError>(answer)
                    : to_ex<tl::ClientQueryAnswerErrorEx>(answer, end, debug, version);
  }
  return {};
}

}  // namespace cocoon::proxy
