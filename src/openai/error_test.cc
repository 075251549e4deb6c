// Shapes, codes and statuses of errors, and where faults and wire errors end up among them.
#include "openai/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "openai/limits.h"
#include "openai/request.h"

namespace cocoon::openai {
namespace {

using nlohmann::json;

ApiError fault_for(std::string_view path, std::string_view body) {
  const auto facts = inspect_request(path, base::as_bytes(body));
  EXPECT_FALSE(facts);
  return request_error(facts.error());
}

TEST(ApiErrorShape, IsOpenAis) {
  const ApiError error{ApiErrorCode::RateLimited, "slow \"down\"\n", "", std::chrono::seconds(2)};
  const json expected = {{"error",
                          {{"message", "slow \"down\"\n"},
                           {"type", "rate_limit_error"},
                           {"param", nullptr},
                           {"code", "rate_limited"}}}};
  EXPECT_EQ(json::parse(error_body(error)), expected);
  const std::string event = error_event(error);
  EXPECT_TRUE(event.starts_with("data: {"));
  EXPECT_TRUE(event.ends_with("}\n\n"));
  EXPECT_EQ(event.find('\n'), event.size() - 2);
  EXPECT_EQ(json::parse(event.substr(6)), expected);
}

TEST(ApiErrorShape, EveryCodeHasItsOwnNameAndAnErrorStatus) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ApiErrorCode::UpstreamTimeout); ++i) {
    const auto code = static_cast<ApiErrorCode>(i);
    EXPECT_EQ(std::ranges::count(names, reason_name(code)), 0) << reason_name(code);
    names.push_back(reason_name(code));
    EXPECT_GE(http_status(code), 400);
    EXPECT_LT(http_status(code), 600);
    EXPECT_FALSE(error_type(code).empty());
  }
  EXPECT_EQ(http_status(ApiErrorCode::InsufficientFunds), 402);
  EXPECT_EQ(http_status(ApiErrorCode::PayloadTooLarge), 413);
  EXPECT_EQ(http_status(ApiErrorCode::UpstreamTimeout), 504);
}

TEST(ApiErrorFault, NamesTheMember) {
  const ApiError type = fault_for("/v1/completions", R"({"model":"m","max_tokens":"x"})");
  EXPECT_EQ(type.code, ApiErrorCode::InvalidRequest);
  EXPECT_EQ(type.param, "max_tokens");
  const ApiError model = fault_for("/v1/completions", "{}");
  EXPECT_EQ(model.code, ApiErrorCode::MissingModel);
  EXPECT_EQ(model.param, "model");
  EXPECT_EQ(fault_for("/v1/completions", "{").code, ApiErrorCode::InvalidJson);
  EXPECT_EQ(fault_for("/v1/completions", "[]").code, ApiErrorCode::InvalidRequest);
  EXPECT_EQ(fault_for("/nowhere", "{}").code, ApiErrorCode::UnknownUrl);
  EXPECT_EQ(fault_for("/v1/completions", std::string(kMaxRequestBytes + 1, ' ')).code,
            ApiErrorCode::PayloadTooLarge);
}

enum class Foreign { Fault };
std::string_view reason_name(Foreign) { return "foreign"; }

TEST(ApiErrorFault, KeepsForeignErrorsToItself) {
  const ApiError api = request_error(base::Error(Foreign::Fault, "the key is 123"));
  EXPECT_EQ(api.code, ApiErrorCode::Internal);
  EXPECT_EQ(api.message.find("123"), std::string::npos);
}

TEST(ApiErrorWire, CodesAndTextsFindTheirStatus) {
  struct Case {
    std::int32_t code;
    const char* text;
    ApiErrorCode expected;
  };
  for (const Case& c : {
           Case{602, "client balance is too low", ApiErrorCode::InsufficientFunds},
           Case{651, "balance is too low", ApiErrorCode::InsufficientFunds},
           Case{602, "too many active queries", ApiErrorCode::RateLimited},
           Case{602, "something broke", ApiErrorCode::UpstreamError},
           Case{603, "", ApiErrorCode::UpstreamError},
           Case{621, "unknown model", ApiErrorCode::ModelNotFound},
           Case{621, "unknown field", ApiErrorCode::InvalidRequest},
           Case{602, "this proxy takes no new requests now", ApiErrorCode::NotReady},
           Case{602, "charged already: use a new id for a new request",
                ApiErrorCode::InvalidRequest},
           Case{602, "a request with this id is running", ApiErrorCode::InvalidRequest},
           Case{602, "too many requests are running", ApiErrorCode::RateLimited},
           Case{651, "can run this query with coefficient=5000", ApiErrorCode::TooExpensive},
           Case{651, "no ready workers", ApiErrorCode::NoWorker},
           Case{651, "starting", ApiErrorCode::NotReady},
           Case{652, "timeout", ApiErrorCode::UpstreamTimeout},
           Case{653, "cancelled", ApiErrorCode::UpstreamError},
           Case{-1, "", ApiErrorCode::UpstreamError},
       }) {
    EXPECT_EQ(wire_error(c.code, c.text).code, c.expected) << c.code << " " << c.text;
  }
  EXPECT_TRUE(wire_error(651, "no ready workers").retry_after);
  EXPECT_FALSE(wire_error(621, "unknown model").retry_after);
  const ApiError hostile = wire_error(602, std::string(100'000, '\xff'));
  EXPECT_LT(hostile.message.size(), kMaxErrorTextBytes + 200);
  EXPECT_TRUE(json::accept(error_body(hostile)));
}

TEST(ApiErrorModel, SuggestsNames) {
  EXPECT_NE(
      model_not_found("qwen", {"Qwen/Qwen3-8B"}).message.find("Did you mean `Qwen/Qwen3-8B`?"),
      std::string::npos);
  EXPECT_NE(model_not_found("qwen", {}).message.find("/v1/models"), std::string::npos);
}

}  // namespace
}  // namespace cocoon::openai
