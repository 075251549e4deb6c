#include "openai/options.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "openai/ascii.h"
#include "openai/request.h"

namespace cocoon::openai {
namespace {

using base::Error;
using base::Result;

constexpr std::string_view kPrefix = "x-cocoon-";
constexpr std::size_t kMaxNameShown = 64;

Error out_of_range(std::string_view name, std::string_view what) {
  return Error(RequestFault::OutOfRange, std::string(name) + ": " + std::string(what));
}

template <class T>
Result<void> set(T& target, std::optional<T> value, std::string_view name, std::string_view what) {
  if (!value) return out_of_range(name, what);
  target = *std::move(value);
  return {};
}

Result<void> read(RequestOptions& options, const std::string& option, const Header& header) {
  const std::string_view text = header.value;
  if (option == "request-id") return {};
  if (option == "max-coefficient") {
    return set(options.max_coefficient, coefficient_from_text(text), header.name,
               "must be in 0 to 999999999");
  }
  if (option == "timeout") {
    return set(options.timeout, timeout_from_text(text), header.name,
               "must be in 0.1 to 3600 seconds");
  }
  if (option == "prefer") {
    return set(options.prefer, preference_from_name(text), header.name,
               "must be price, latency or throughput");
  }
  if (option == "least-tier") {
    return set(options.least_tier, tier_from_option(text), header.name,
               "must be T0, T1, T2, T3 or T4");
  }
  return Error(RequestFault::UnknownOption,
               header.name.substr(0, kMaxNameShown) +
                   ": is not known; known are X-Cocoon-Max-Coefficient, X-Cocoon-Timeout, "
                   "X-Cocoon-Prefer, X-Cocoon-Least-Tier and X-Cocoon-Request-Id");
}

}  // namespace

std::optional<Preference> preference_from_name(std::string_view name) {
  if (name == "price") return Preference::Price;
  if (name == "latency") return Preference::Latency;
  if (name == "throughput") return Preference::Throughput;
  return std::nullopt;
}

std::optional<int> tier_from_option(std::string_view name) {
  if (name.size() != 2 || name[0] != 'T' || name[1] < '0' || name[1] > '4') return std::nullopt;
  return name[1] - '0';
}

std::optional<base::Duration> timeout_from_text(std::string_view text) {
  double seconds = -1;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, seconds);
  const std::chrono::duration<double> duration(seconds);
  // The form is negated so that a NaN is refused.
  if (parsed.ec != std::errc{} || parsed.ptr != end ||
      !(duration >= kMinTimeout && duration <= kMaxTimeout)) {
    return std::nullopt;
  }
  return std::chrono::round<base::Duration>(duration);
}

std::optional<std::int64_t> coefficient_from_text(std::string_view text) {
  std::int64_t value = -1;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end || value < 0 || value > kMaxCoefficient) {
    return std::nullopt;
  }
  return value;
}

Result<RequestOptions> options_from_headers(std::span<const Header> headers) {
  RequestOptions options;
  std::set<std::string> seen;
  for (const auto& header : headers) {
    const std::string name = lower(header.name);
    if (!name.starts_with(kPrefix)) continue;
    if (!seen.insert(name).second) {
      return Error(RequestFault::DuplicateMember,
                   header.name.substr(0, kMaxNameShown) + ": stands more than once");
    }
    TRY(read(options, name.substr(kPrefix.size()), header));
  }
  return options;
}

}  // namespace cocoon::openai
