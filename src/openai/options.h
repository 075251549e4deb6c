// A request's options for the network: what may stand in its `cocoon` object, and the same as
// X-Cocoon-... headers. An option that isn't known is refused by its name, so that nobody relies on
// one that does nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "openai/headers.h"
#include "openai/limits.h"

namespace cocoon::openai {

// What is better, of the proxies and workers that would do.
enum class Preference { None, Price, Latency, Throughput };
std::optional<Preference> preference_from_name(std::string_view name);
// "T0" to "T4", as a number.
std::optional<int> tier_from_option(std::string_view name);

struct RequestOptions {
  std::int64_t max_coefficient = kDefaultMaxCoefficient;  // price ceiling; 1000 = 1.0
  base::Duration timeout = kDefaultTimeout;               // written in seconds, fractions allowed
  Preference prefer = Preference::None;
  int least_tier = 0;  // of the proxy, which reads the request
  bool enable_debug = false;
  std::string request_guid;  // the caller's own name for the request; empty if none
};

// Nothing unless `text` is a number of seconds in kMinTimeout to kMaxTimeout.
std::optional<base::Duration> timeout_from_text(std::string_view text);
std::optional<std::int64_t> coefficient_from_text(std::string_view text);

// Reads X-Cocoon-Max-Coefficient, -Timeout, -Prefer and -Least-Tier; X-Cocoon-Request-Id is not an
// option and passes. Reasons: RequestFault BadType, OutOfRange, DuplicateMember, UnknownOption.
base::Result<RequestOptions> options_from_headers(std::span<const Header> headers);

}  // namespace cocoon::openai
