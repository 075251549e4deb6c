// Dial: one attempt to connect to host:port and to open the connection; destroying it cancels it
// without a callback.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/opening.h"
#include "io/runtime.h"

namespace cocoon::io {

struct HostPort {
  std::string host;  // a name, an IPv4 or an IPv6 literal without brackets
  std::uint16_t port = 0;

  // "name:80", "192.0.2.1:80", "[2001:db8::1]:80". InvalidAddress for anything else.
  static base::Result<HostPort> parse(std::string_view text);
  std::string to_text() const;
};

class Dial {
 public:
  // Starts at once; tries the addresses of a name one after the other. The Dial may be destroyed
  // inside on_outcome.
  Dial(Runtime& runtime, const HostPort& target, Opening opening);
  ~Dial();
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the operation in progress
};

}  // namespace cocoon::io
