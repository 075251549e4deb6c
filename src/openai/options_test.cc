// Options as headers and in the `cocoon` object: what is read, what is refused and by which name.
#include "openai/options.h"

#include <gtest/gtest.h>

#include "openai/error.h"
#include "openai/request.h"

namespace cocoon::openai {
namespace {

using std::chrono_literals::operator""ms;

base::Result<RequestFacts> inspect(std::string_view body, const RequestOptions& options = {}) {
  return inspect_request("/v1/chat/completions", base::as_bytes(body), options);
}

TEST(OptionHeaders, AreReadInAnyCase) {
  const std::vector<Header> headers{
      {"X-COCOON-max-coefficient", "1500"}, {"x-cocoon-timeout", "1.5"},
      {"X-Cocoon-Prefer", "latency"},       {"X-Cocoon-Least-Tier", "T2"},
      {"X-Cocoon-Request-Id", "whatever"},  {"X-Other", "1"}};
  const auto options = options_from_headers(headers);
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->max_coefficient, 1500);
  EXPECT_EQ(options->timeout, 1500ms);
  EXPECT_EQ(options->prefer, Preference::Latency);
  EXPECT_EQ(options->least_tier, 2);
}

TEST(OptionHeaders, AreRefusedByName) {
  const struct {
    Header header;
    RequestFault fault;
  } cases[] = {
      {{"X-Cocoon-Sealed", "yes"}, RequestFault::UnknownOption},
      {{"X-Cocoon-", ""}, RequestFault::UnknownOption},
      {{"X-Cocoon-Timeout", "0"}, RequestFault::OutOfRange},
      {{"X-Cocoon-Timeout", "nan"}, RequestFault::OutOfRange},
      {{"X-Cocoon-Timeout", "5s"}, RequestFault::OutOfRange},
      {{"X-Cocoon-Max-Coefficient", "-1"}, RequestFault::OutOfRange},
      {{"X-Cocoon-Max-Coefficient", "1e3"}, RequestFault::OutOfRange},
      {{"X-Cocoon-Prefer", "speed"}, RequestFault::OutOfRange},
      {{"X-Cocoon-Least-Tier", "T5"}, RequestFault::OutOfRange},
  };
  for (const auto& c : cases) {
    const std::vector<Header> headers{c.header};
    const auto options = options_from_headers(headers);
    ASSERT_FALSE(options) << c.header.name << " " << c.header.value;
    EXPECT_TRUE(options.error().is(c.fault)) << c.header.name << " " << c.header.value;
    EXPECT_TRUE(options.error().message().starts_with(c.header.name + ":"));
  }
  const std::vector<Header> twice{{"X-Cocoon-Prefer", "price"}, {"x-cocoon-prefer", "latency"}};
  EXPECT_TRUE(options_from_headers(twice).error().is(RequestFault::DuplicateMember));
}

TEST(OptionsOfABody, GoBeforeThoseOfItsHeaders) {
  RequestOptions headers;
  headers.max_coefficient = 1500;
  headers.prefer = Preference::Price;
  const auto facts =
      inspect(R"({"model":"m","cocoon":{"prefer":"throughput","least_tier":"T1"}})", headers);
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_EQ(facts->options.max_coefficient, 1500);
  EXPECT_EQ(facts->options.prefer, Preference::Throughput);
  EXPECT_EQ(facts->options.least_tier, 1);
}

TEST(OptionsOfABody, AreKnownOrRefusedByName) {
  const auto unknown = inspect(R"({"model":"m","cocoon":{"sealed":true}})");
  ASSERT_FALSE(unknown);
  EXPECT_TRUE(unknown.error().is(RequestFault::UnknownOption));
  EXPECT_TRUE(unknown.error().message().starts_with("cocoon.sealed:")) << unknown.error().message();
  EXPECT_EQ(request_error(unknown.error()).param, "cocoon.sealed");
  EXPECT_TRUE(
      inspect(R"({"model":"m","cocoon":{"prefer":"best"}})").error().is(RequestFault::OutOfRange));
  EXPECT_TRUE(
      inspect(R"({"model":"m","cocoon":{"least_tier":2}})").error().is(RequestFault::BadType));
  EXPECT_TRUE(inspect(R"({"model":"m","cocoon":{"prefer":"price","prefer":"price"}})")
                  .error()
                  .is(RequestFault::DuplicateMember));
}

TEST(OptionsOfABody, NewOnesStandInTheObjectOnly) {
  const auto facts = inspect(R"({"model":"m","prefer":["engine","s own"],"least_tier":7})");
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_EQ(facts->options.prefer, Preference::None);
  EXPECT_TRUE(facts->edits.empty());
}

}  // namespace
}  // namespace cocoon::openai
