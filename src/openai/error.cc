// The table of codes, and how faults and wire errors find their place in it.
#include "openai/error.h"

#include <array>

#include "openai/json_text.h"
#include "openai/limits.h"
#include "openai/request.h"

namespace cocoon::openai {
namespace {

constexpr std::chrono::seconds kRetrySoon{1};
constexpr std::chrono::seconds kRetryLater{5};

// Codes that peers of the network put into their errors (docs/protocol, errors).
constexpr std::int32_t kWireError = 602;
constexpr std::int32_t kWireWarning = 603;
constexpr std::int32_t kWireBadRequest = 621;
constexpr std::int32_t kWireNotReady = 651;
constexpr std::int32_t kWireTimeout = 652;
constexpr std::int32_t kWireCancelled = 653;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct KnownText {
  std::string_view part;
  ApiErrorCode code;
};
// What peers write in their errors where the code alone leaves the cause open.
constexpr KnownText kKnownTexts[] = {
    {"balance is too low", ApiErrorCode::InsufficientFunds},
    {"unknown model", ApiErrorCode::ModelNotFound},
    {"with coefficient=", ApiErrorCode::TooExpensive},
    {"no ready workers", ApiErrorCode::NoWorker},
    {"too many active queries", ApiErrorCode::RateLimited},
    {"too many requests are running", ApiErrorCode::RateLimited},
    {"takes no new requests", ApiErrorCode::NotReady},
    // The caller's own doing; SDKs would repeat what looks like a fault of the network.
    {"use a new id for a new request", ApiErrorCode::InvalidRequest},
    {"a request with this id is running", ApiErrorCode::InvalidRequest},
};

ApiErrorCode code_by_number(std::int32_t code) {
  switch (code) {
    case kWireBadRequest:
      return ApiErrorCode::InvalidRequest;
    case kWireNotReady:
      return ApiErrorCode::NotReady;
    case kWireTimeout:
      return ApiErrorCode::UpstreamTimeout;
    case kWireError:
    case kWireWarning:
    case kWireCancelled:
      break;
  }
  return ApiErrorCode::UpstreamError;
}

std::string_view sentence(ApiErrorCode code) {
  switch (code) {
    case ApiErrorCode::InvalidJson:
      return "The request body is not valid JSON.";
    case ApiErrorCode::InvalidRequest:
      return "The network refused the request.";
    case ApiErrorCode::MissingModel:
      return "The request names no model.";
    case ApiErrorCode::TooExpensive:
      return "Every worker for this model asks more than max_coefficient allows.";
    case ApiErrorCode::InvalidApiKey:
      return "The API key is missing or not known.";
    case ApiErrorCode::InsufficientFunds:
      return "The channel's balance is too low for this request: top it up, or lower max_tokens.";
    case ApiErrorCode::BudgetExhausted:
      return "The API key's budget is used up.";
    case ApiErrorCode::OriginNotAllowed:
      return "This web page may not call this gateway.";
    case ApiErrorCode::ModelNotFound:
      return "No worker offers this model.";
    case ApiErrorCode::UnknownUrl:
      return "This path is not served here.";
    case ApiErrorCode::MethodNotAllowed:
      return "This path does not take that method.";
    case ApiErrorCode::RequestTimeout:
      return "The request was not received in time.";
    case ApiErrorCode::PayloadTooLarge:
      return "The request body is too large.";
    case ApiErrorCode::RateLimited:
      return "Too many requests at once: try again shortly.";
    case ApiErrorCode::Internal:
      return "An error inside this gateway.";
    case ApiErrorCode::UpstreamError:
      return "The worker or proxy failed while handling the request.";
    case ApiErrorCode::NoWorker:
      return "No worker is free for this model: try again shortly.";
    case ApiErrorCode::NotReady:
      return "The network is not ready: try again shortly.";
    case ApiErrorCode::UpstreamTimeout:
      return "The network did not answer in time.";
  }
  return "";
}

std::optional<std::chrono::seconds> retry_time(ApiErrorCode code) {
  switch (code) {
    case ApiErrorCode::RateLimited:
    case ApiErrorCode::NoWorker:
      return kRetrySoon;
    case ApiErrorCode::NotReady:
      return kRetryLater;
    case ApiErrorCode::InvalidJson:
    case ApiErrorCode::InvalidRequest:
    case ApiErrorCode::MissingModel:
    case ApiErrorCode::TooExpensive:
    case ApiErrorCode::InvalidApiKey:
    case ApiErrorCode::InsufficientFunds:
    case ApiErrorCode::BudgetExhausted:
    case ApiErrorCode::OriginNotAllowed:
    case ApiErrorCode::ModelNotFound:
    case ApiErrorCode::UnknownUrl:
    case ApiErrorCode::MethodNotAllowed:
    case ApiErrorCode::RequestTimeout:
    case ApiErrorCode::PayloadTooLarge:
    case ApiErrorCode::Internal:
    case ApiErrorCode::UpstreamError:
    case ApiErrorCode::UpstreamTimeout:
      break;
  }
  return std::nullopt;
}

ApiErrorCode code_of_fault(RequestFault fault) {
  switch (fault) {
    case RequestFault::UnsupportedPath:
      return ApiErrorCode::UnknownUrl;
    case RequestFault::TooLarge:
      return ApiErrorCode::PayloadTooLarge;
    case RequestFault::InvalidJson:
      return ApiErrorCode::InvalidJson;
    case RequestFault::MissingModel:
      return ApiErrorCode::MissingModel;
    case RequestFault::InvalidForm:
    case RequestFault::TooDeep:
    case RequestFault::NotAnObject:
    case RequestFault::BadType:
    case RequestFault::OutOfRange:
    case RequestFault::DuplicateMember:
    case RequestFault::UnknownOption:
      break;
  }
  return ApiErrorCode::InvalidRequest;
}

bool names_member(RequestFault fault) {
  switch (fault) {
    case RequestFault::MissingModel:
    case RequestFault::BadType:
    case RequestFault::OutOfRange:
    case RequestFault::DuplicateMember:
    case RequestFault::UnknownOption:
      return true;
    case RequestFault::UnsupportedPath:
    case RequestFault::TooLarge:
    case RequestFault::InvalidJson:
    case RequestFault::InvalidForm:
    case RequestFault::TooDeep:
    case RequestFault::NotAnObject:
      break;
  }
  return false;
}

}  // namespace

std::string_view reason_name(ApiErrorCode code) {
  switch (code) {
    case ApiErrorCode::InvalidJson:
      return "invalid_json";
    case ApiErrorCode::InvalidRequest:
      return "invalid_request";
    case ApiErrorCode::MissingModel:
      return "missing_model";
    case ApiErrorCode::TooExpensive:
      return "too_expensive";
    case ApiErrorCode::InvalidApiKey:
      return "invalid_api_key";
    case ApiErrorCode::InsufficientFunds:
      return "insufficient_funds";
    case ApiErrorCode::BudgetExhausted:
      return "budget_exhausted";
    case ApiErrorCode::OriginNotAllowed:
      return "origin_not_allowed";
    case ApiErrorCode::ModelNotFound:
      return "model_not_found";
    case ApiErrorCode::UnknownUrl:
      return "unknown_url";
    case ApiErrorCode::MethodNotAllowed:
      return "method_not_allowed";
    case ApiErrorCode::RequestTimeout:
      return "request_timeout";
    case ApiErrorCode::PayloadTooLarge:
      return "payload_too_large";
    case ApiErrorCode::RateLimited:
      return "rate_limited";
    case ApiErrorCode::Internal:
      return "internal";
    case ApiErrorCode::UpstreamError:
      return "upstream_error";
    case ApiErrorCode::NoWorker:
      return "no_worker";
    case ApiErrorCode::NotReady:
      return "not_ready";
    case ApiErrorCode::UpstreamTimeout:
      return "upstream_timeout";
  }
  return "unknown";
}

int http_status(ApiErrorCode code) {
  switch (code) {
    case ApiErrorCode::InvalidJson:
    case ApiErrorCode::InvalidRequest:
    case ApiErrorCode::MissingModel:
    case ApiErrorCode::TooExpensive:
      return 400;
    case ApiErrorCode::InvalidApiKey:
      return 401;
    case ApiErrorCode::InsufficientFunds:
    case ApiErrorCode::BudgetExhausted:
      return 402;
    case ApiErrorCode::OriginNotAllowed:
      return 403;
    case ApiErrorCode::ModelNotFound:
    case ApiErrorCode::UnknownUrl:
      return 404;
    case ApiErrorCode::MethodNotAllowed:
      return 405;
    case ApiErrorCode::RequestTimeout:
      return 408;
    case ApiErrorCode::PayloadTooLarge:
      return 413;
    case ApiErrorCode::RateLimited:
      return 429;
    case ApiErrorCode::Internal:
      return 500;
    case ApiErrorCode::UpstreamError:
      return 502;
    case ApiErrorCode::NoWorker:
    case ApiErrorCode::NotReady:
      return 503;
    case ApiErrorCode::UpstreamTimeout:
      return 504;
  }
  return 500;
}

std::string_view error_type(ApiErrorCode code) {
  switch (http_status(code)) {
    case 401:
      return "authentication_error";
    case 402:
      return "insufficient_quota";
    case 429:
      return "rate_limit_error";
  }
  return http_status(code) < 500 ? "invalid_request_error" : "server_error";
}

ApiError request_error(const base::Error& error) {
  ApiError api;
  const auto fault = error.as<RequestFault>();
  if (!fault) {
    api.message = sentence(ApiErrorCode::Internal);
    return api;
  }
  api.code = code_of_fault(*fault);
  api.message = error.message();
  if (names_member(*fault)) api.param = error.message().substr(0, error.message().find(':'));
  return api;
}

ApiError model_not_found(std::string_view model, const std::vector<std::string>& nearest) {
  ApiError api;
  api.code = ApiErrorCode::ModelNotFound;
  api.param = "model";
  api.message =
      "No worker offers the model `" + std::string(model.substr(0, kMaxModelNameBytes)) + "`.";
  std::string names;
  for (const std::string& name : nearest) names += (names.empty() ? "`" : ", `") + name + "`";
  api.message +=
      names.empty() ? " GET /v1/models lists what there is." : " Did you mean " + names + "?";
  return api;
}

ApiError wire_error(std::int32_t code, std::string_view text) {
  ApiError api;
  api.code = code_by_number(code);
  for (const KnownText& known : kKnownTexts) {
    if (!contains(text, known.part)) continue;
    api.code = known.code;
    break;
  }
  api.retry_after = retry_time(api.code);
  if (api.code == ApiErrorCode::ModelNotFound) api.param = "model";
  api.message = sentence(api.code);
  if (!text.empty()) {
    api.message += " The network said: \"" + std::string(text.substr(0, kMaxErrorTextBytes)) +
                   "\" (" + std::to_string(code) + ").";
  }
  return api;
}

std::string error_body(const ApiError& error) {
  std::string out = R"({"error":{"message":)";
  append_json_string(out, error.message);
  out += R"(,"type":)";
  append_json_string(out, error_type(error.code));
  out += R"(,"param":)";
  if (error.param.empty()) {
    out += "null";
  } else {
    append_json_string(out, error.param);
  }
  out += R"(,"code":)";
  append_json_string(out, reason_name(error.code));
  return out + "}}";
}

std::string error_event(const ApiError& error) { return "data: " + error_body(error) + "\n\n"; }

}  // namespace cocoon::openai
