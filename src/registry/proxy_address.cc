// Splitting and checking a proxy's registered address.
#include "registry/proxy_address.h"

#include <algorithm>
#include <charconv>

namespace cocoon::registry {
namespace {

bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(text.begin(), text.end(), visible)) return false;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return fault == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

}  // namespace

std::optional<RegisteredProxy> parse_proxy_address(std::uint32_t seqno, std::string_view text) {
  if (text.size() > kMaxAddressTextBytes) return std::nullopt;
  const std::size_t space = text.find(' ');
  const std::string_view workers = text.substr(0, space);
  const std::string_view clients =
      space == std::string_view::npos ? workers : text.substr(space + 1);
  if (!is_host_and_port(workers) || !is_host_and_port(clients)) return std::nullopt;
  return RegisteredProxy{seqno, std::string(workers), std::string(clients)};
}

}  // namespace cocoon::registry
