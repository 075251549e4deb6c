// For this module's tests: a loop that runs until a condition holds, a peer that collects what it
// hears, and identities.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/dialer.h"
#include "io/listener.h"
#include "io/runtime.h"
#include "io/stream.h"
#include "io/tls.h"

namespace cocoon::io::test {

// A self-signed Ed25519 certificate and its seed, made of `seed_byte`.
TlsIdentity make_identity(std::uint8_t seed_byte);
// A certificate that is padded to about `size` bytes.
TlsIdentity make_large_identity(std::uint8_t seed_byte, std::size_t size);

class LoopTest : public ::testing::Test {
 protected:
  // Runs the loop until the condition holds; fails the test if that takes longer than 20 s.
  void run_until(const std::function<bool()>& condition);
  // Lets everything happen that is going to happen without a deadline.
  void run_turns(int turns);

  Runtime runtime;
};

// One end of a stream, written down.
struct Peer : StreamEvents {
  void take(Connection connection) {
    preambles = std::move(connection.preambles);
    stream = std::move(connection.stream);
    stream->start(*this);
  }
  void take_result(base::Result<Connection> outcome) {
    if (outcome) {
      take(*std::move(outcome));
    } else {
      failure = std::string(outcome.error().reason());
    }
  }
  void on_bytes(base::BytesView bytes) override {
    ++reads;
    received += base::as_text(bytes);
  }
  void on_drained() override { ++drained; }
  void on_closed(const base::Error& reason) override { closed = std::string(reason.reason()); }
  void say(std::string_view text) { stream->write(base::as_bytes(text)); }
  bool over() const { return !failure.empty() || !closed.empty(); }

  std::unique_ptr<Stream> stream;
  std::vector<std::unique_ptr<Preamble>> preambles;
  std::string received;
  std::string closed;   // reason of on_closed
  std::string failure;  // reason why the opening failed
  int reads = 0;
  int drained = 0;
};

// Accepts everybody on plain TCP or TLS; the newest connection is `peers.back()`.
struct Host {
  explicit Host(Runtime& runtime, ListenOptions options = {});
  HostPort address() const { return {"127.0.0.1", listener->port()}; }

  // Completed before use by whoever needs more than plain TCP.
  std::function<void(Opening&)> customize = [](Opening&) {};
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::string> failures;
  std::unique_ptr<Listener> listener;
};

// A plain connection to `target`, its outcome in `peer`.
std::unique_ptr<Dial> dial(
    Runtime& runtime, const HostPort& target, Peer& peer,
    const std::function<void(Opening&)>& customize = [](Opening&) {});

}  // namespace cocoon::io::test
