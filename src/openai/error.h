// Errors as OpenAI's clients expect them: {"error":{message,type,param,code}} with a stable code
// and a fitting status.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cocoon::openai {

enum class ApiErrorCode {
  InvalidJson,        // 400
  InvalidRequest,     // 400
  MissingModel,       // 400
  TooExpensive,       // 400: workers exist, all above the caller's price ceiling
  InvalidApiKey,      // 401
  InsufficientFunds,  // 402
  BudgetExhausted,    // 402: of the caller's API key
  OriginNotAllowed,   // 403: a web page that may not call
  ModelNotFound,      // 404
  UnknownUrl,         // 404
  MethodNotAllowed,   // 405
  RequestTimeout,     // 408: the caller was too slow
  PayloadTooLarge,    // 413
  RateLimited,        // 429
  Internal,           // 500
  UpstreamError,      // 502
  NoWorker,           // 503
  NotReady,           // 503
  UpstreamTimeout,    // 504: the network was too slow
};
// The `code` member: "invalid_json", "model_not_found"; stable.
std::string_view reason_name(ApiErrorCode code);
// The `type` member: OpenAI's families of errors.
std::string_view error_type(ApiErrorCode code);
int http_status(ApiErrorCode code);

struct ApiError {
  ApiErrorCode code = ApiErrorCode::Internal;
  std::string message;  // one sentence for people; never a prompt, an answer or a secret
  std::string param;    // the member at fault; empty is written as null
  std::optional<std::chrono::seconds> retry_after;  // for the Retry-After header
};

// A fault of inspect_request(); any other error becomes Internal without its text.
ApiError request_error(const base::Error& error);
// Names the closest models in the message, as nearest_models() found them.
ApiError model_not_found(std::string_view model, const std::vector<std::string>& nearest);
// An error of the wire (client.queryAnswerError and kin): the code's family decides, then known
// texts. The text comes from a peer: it is cut to kMaxErrorTextBytes and shown as quoted text.
ApiError wire_error(std::int32_t code, std::string_view text);

// The whole body of an answer: one JSON object.
std::string error_body(const ApiError& error);
// The same as one server-sent event, for a stream that has begun; the stream ends after it.
std::string error_event(const ApiError& error);

}  // namespace cocoon::openai
