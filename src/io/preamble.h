// Preamble: a byte machine that talks on a fresh socket before TLS, or before the stream is handed
// over (proof of work, SOCKS5, the router's attestation frame). Given in by the application; this
// module only drives it.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::io {

class Preamble {
 public:
  virtual ~Preamble() = default;

  // The peer's next bytes; returns how many were used. The rest is given again with more behind it
  // or, once done, belongs to what follows. An error ends the connection.
  virtual base::Result<std::size_t> handle_bytes(base::BytesView bytes) = 0;
  // What is to be sent now; called first when the phase begins, and after every other call.
  virtual base::Bytes poll_output() = 0;
  virtual bool done() const = 0;

  // Processor time: while has_work(), work() is called on a helper thread, with no other call at
  // the same time. One call is a slice of at most some 20 ms.
  virtual bool has_work() const { return false; }
  virtual void work() {}
};

}  // namespace cocoon::io
