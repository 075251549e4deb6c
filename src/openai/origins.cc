#include "openai/origins.h"

#include <algorithm>

#include "openai/ascii.h"
#include "openai/limits.h"

namespace cocoon::openai {
namespace {

constexpr std::string_view kExposed =
    "X-Cocoon-Request-Id, X-Cocoon-Cost-Nanotons, X-Cocoon-Proxy-Tier, X-Cocoon-Sealed, "
    "X-Cocoon-Settled, X-Cocoon-Worker-Start, X-Cocoon-Worker-End, X-Cocoon-Proxy-Start, "
    "X-Cocoon-Proxy-End, Retry-After";

std::string_view value_of(std::span<const Header> headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const Header& header) { return same_name(header.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

// Only by a name that no other server can give itself: a page of a server whose name leads here is
// not ours.
bool is_own(std::string_view origin, std::string_view host) {
  if (!origin.starts_with("http://") || origin.substr(7) != host) return false;
  const std::string_view name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

// Names of headers, as a browser lists them.
bool good_list(std::string_view list) {
  return list.size() <= kMaxHeaderValueBytes && std::ranges::all_of(list, [](char c) {
           return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == ',' || c == ' ';
         });
}

}  // namespace

OriginVerdict judge_origin(std::span<const Header> headers, std::span<const std::string> origins) {
  const std::string_view origin = value_of(headers, "origin");
  if (origin.empty()) return OriginVerdict::NotABrowser;
  const bool listed = std::ranges::any_of(
      origins, [&](const std::string& allowed) { return allowed == "*" || allowed == origin; });
  if (listed) return OriginVerdict::Allowed;
  return is_own(origin, value_of(headers, "host")) ? OriginVerdict::Own : OriginVerdict::Refused;
}

std::vector<Header> cors_headers(std::span<const Header> headers,
                                 std::span<const std::string> origins, CorsAnswer answer) {
  if (judge_origin(headers, origins) != OriginVerdict::Allowed) return {};
  std::vector<Header> out{{"Access-Control-Allow-Origin", std::string(value_of(headers, "origin"))},
                          {"Vary", "Origin"},
                          {"Access-Control-Expose-Headers", std::string(kExposed)}};
  if (answer == CorsAnswer::Request) return out;
  out.push_back({"Access-Control-Allow-Methods", "GET, POST"});
  out.push_back({"Access-Control-Max-Age", "600"});
  const std::string_view asked = value_of(headers, "access-control-request-headers");
  if (!asked.empty() && good_list(asked)) {
    out.push_back({"Access-Control-Allow-Headers", std::string(asked)});
  }
  return out;
}

}  // namespace cocoon::openai
