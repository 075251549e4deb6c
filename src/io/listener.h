// Listener: accepts TCP connections on one address and takes each through its Opening.
//
// Half-open connections are bounded in all and per source address, so that idle sockets are not
// free for an attacker: what exceeds a bound is closed at once and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/opening.h"
#include "io/runtime.h"

namespace cocoon::io {

struct ListenOptions {
  std::string host = "127.0.0.1";  // an IP literal
  std::uint16_t port = 0;          // 0: the system chooses
  std::size_t half_open_max = kHalfOpenMax;
  std::size_t half_open_per_source_max = kHalfOpenPerSourceMax;
  std::size_t connections_max =
      kConnectionsMax;  // with established ones, until their Stream has ended
};

struct ListenerCounters {
  std::uint64_t accepted = 0;
  std::uint64_t established = 0;
  std::uint64_t refused_half_open = 0;
  std::uint64_t refused_per_source = 0;
  std::uint64_t refused_connections = 0;
  std::uint64_t opening_timeouts = 0;
  std::uint64_t opening_failures = 0;  // all others: preamble, TLS, peer not accepted, gone
};

class Listener {
 public:
  // What to do with a connection from `peer_address`; called once for each that the bounds admit.
  using Prepare = std::function<Opening(const std::string& peer_address)>;

  static base::Result<std::unique_ptr<Listener>> open(Runtime& runtime, ListenOptions options,
                                                      Prepare prepare);
  // Stops listening and drops half-open connections; established ones live on.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  std::size_t half_open() const;
  // Half-open and established.
  std::size_t connections() const;
  const ListenerCounters& counters() const;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the accept in progress
};

}  // namespace cocoon::io
