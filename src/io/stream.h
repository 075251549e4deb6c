// Stream: an established byte stream, plain TCP or TLS (already authenticated), with coalesced
// writes and backpressure.
//
// Writes made in one turn of the loop leave together, as soon as the turn's input is handled: one
// system call, and as few TLS records as fit. An idle stream keeps no write buffer and 4 KiB for
// reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/io_fault.h"
#include "io/limits.h"

namespace cocoon::io {

class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  // At most about 80 KiB; valid during the call only.
  virtual void on_bytes(base::BytesView bytes) = 0;
  // Nothing is pending any more (the kernel has it all).
  virtual void on_drained() {}
  // The last event, once. Closed: the peer ended in good order.
  virtual void on_closed(const base::Error& reason) = 0;
};

class Stream {
 public:
  struct State;
  explicit Stream(std::shared_ptr<State> state);
  // Ends the stream at once, after one attempt to send what is pending. Allowed inside any event.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Events begin now; until then nothing is read. Once.
  void start(StreamEvents& events);
  // Copies. After close or failure writes are dropped.
  void write(base::BytesView bytes);
  // Takes over; large ones are never copied on plain TCP.
  void write(base::Bytes&& bytes);
  // Written and not yet taken by the kernel. The writer is to stop at a bound of its own and go on
  // in on_drained().
  std::size_t pending_bytes() const;
  // Taken by the kernel so far, TLS included: to see whether the peer reads at all.
  std::uint64_t sent_bytes() const;

  // Paused, the peer's TCP window fills up and its end is not noticed.
  void pause_reading();
  void resume_reading();

  // No more events; sends what is pending, ends in good order, and lets the peer read it (at most
  // kCloseLinger). The Stream object may be destroyed directly afterwards.
  void close();

  // "192.0.2.7:4711" or "[2001:db8::1]:4711".
  const std::string& peer_address() const;
  // DER, leaf first; empty on plain TCP.
  const std::vector<base::Bytes>& peer_chain() const;
  // DER: what this side has shown on this connection; empty on plain TCP.
  base::Bytes own_certificate() const;
  // RFC 8446 section 7.5, for binding a session to this connection. TlsFailed on plain TCP.
  base::Result<base::Bytes> export_keying_material(std::string_view label, base::BytesView context,
                                                   std::size_t size) const;

 private:
  std::shared_ptr<State> state_;  // shared with socket operations in progress
};

}  // namespace cocoon::io
