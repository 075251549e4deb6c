// Which HTTP headers travel. An allow-list each way: what isn't named here stays where it is.
//
// Headers identify people (Authorization, Cookie, User-Agent, addresses added by proxies) and
// machines (Server), or belong to one connection (RFC 9110, section 7.6.1). Neither the engine nor
// the caller needs any of those.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cocoon::openai {

struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

// From the caller into the network: Content-Type and Accept.
std::vector<Header> headers_to_network(std::span<const Header> headers);
// From the engine into the network: Content-Type and Retry-After.
std::vector<Header> headers_from_engine(std::span<const Header> headers);
// From the network to the caller: those, and the times that proxy and worker add
// (X-Cocoon-Worker-Start and kin).
std::vector<Header> headers_to_caller(std::span<const Header> headers);

}  // namespace cocoon::openai
