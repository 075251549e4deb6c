// OpeningRun: takes one connected socket through its Opening: byte machines, TLS, deadlines; used
// by Listener and Dial.
#pragma once

#include <functional>
#include <memory>

#include "io/opening.h"
#include "io/runtime.h"
#include "io/stream_state.h"

namespace cocoon::io {

class OpeningRun : public OpeningEvents, public std::enable_shared_from_this<OpeningRun> {
 public:
  // `on_finished` is told before the outcome, so that the owner can forget this run.
  using OnFinished = std::function<void(const base::Result<void>& outcome)>;

  OpeningRun(Runtime& runtime, std::shared_ptr<Stream::State> stream, Opening opening,
             OnFinished on_finished);
  void start();
  // No outcome is told any more; the socket is closed.
  void cancel();

  void on_bytes(base::BytesView bytes) override;
  void on_closed(const base::Error& reason) override;
  void on_tls_established() override;

 private:
  void drive();
  bool drive_preamble(Preamble& preamble);
  void begin_tls();
  void work_aside(Preamble& preamble);
  void finish();
  void fail(const base::Error& reason);
  void conclude();

  Runtime& runtime_;
  std::shared_ptr<Stream::State> stream_;
  Opening opening_;
  OnFinished on_finished_;
  Timer total_timer_;
  Timer phase_timer_;
  base::Bytes unread_;     // from the peer, not yet used by a machine
  std::size_t phase_ = 0;  // the machine that runs; TLS when past the last
  bool working_ = false;
  bool handed_over_ = false;
  bool finished_ = false;
};

}  // namespace cocoon::io
