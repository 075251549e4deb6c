// The three allow-lists, and the filter that all of them go through.
#include "openai/headers.h"

#include <algorithm>
#include <string_view>

#include "openai/ascii.h"
#include "openai/limits.h"

namespace cocoon::openai {
namespace {

constexpr std::string_view kToNetwork[] = {"content-type", "accept"};
constexpr std::string_view kFromEngine[] = {"content-type", "retry-after"};
constexpr std::string_view kToCaller[] = {
    "content-type",        "retry-after",          "x-cocoon-worker-start",
    "x-cocoon-worker-end", "x-cocoon-proxy-start", "x-cocoon-proxy-end",
};

// Whether a Connection header declares `name` to belong to this connection only.
bool named_by_connection(std::span<const Header> headers, std::string_view name) {
  for (const Header& header : headers) {
    if (!same_name(header.name, "connection")) continue;
    for (std::string_view rest = header.value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (same_name(trimmed(rest.substr(0, comma)), name)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

// A value that could end its line, or is longer than any we know, is not worth sending on.
bool good_value(std::string_view value) {
  return value.size() <= kMaxHeaderValueBytes &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// Each allowed header once: the first of its name. HTTP allows none of them twice.
std::vector<Header> allowed(std::span<const Header> headers,
                            std::span<const std::string_view> names) {
  std::vector<Header> out;
  for (const std::string_view name : names) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
      return same_name(header.name, name);
    });
    if (found == headers.end() || !good_value(found->value) || named_by_connection(headers, name))
      continue;
    out.push_back(*found);
  }
  return out;
}

}  // namespace

std::vector<Header> headers_to_network(std::span<const Header> headers) {
  return allowed(headers, kToNetwork);
}
std::vector<Header> headers_from_engine(std::span<const Header> headers) {
  return allowed(headers, kFromEngine);
}
std::vector<Header> headers_to_caller(std::span<const Header> headers) {
  return allowed(headers, kToCaller);
}

}  // namespace cocoon::openai
