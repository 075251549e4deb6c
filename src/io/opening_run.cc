#include "io/opening_run.h"

#include <string>
#include <utility>

#include "base/check.h"

namespace cocoon::io {

OpeningRun::OpeningRun(Runtime& runtime, std::shared_ptr<Stream::State> stream, Opening opening,
                       OnFinished on_finished)
    : runtime_(runtime),
      stream_(std::move(stream)),
      opening_(std::move(opening)),
      on_finished_(std::move(on_finished)),
      total_timer_(runtime,
                   [this] { fail(base::Error(IoFault::Timeout, "opening took too long")); }),
      phase_timer_(runtime, [this] {
        const bool tls = phase_ == opening_.preambles.size();
        fail(base::Error(IoFault::Timeout,
                         tls ? "TLS handshake took too long" : "preamble took too long"));
      }) {
  CHECK(!opening_.tls || opening_.verify_peer);
}

void OpeningRun::start() {
  if (opening_.preambles.empty() && !opening_.tls) {
    finish();
    return;
  }
  total_timer_.arm_in(opening_.limits.total);
  phase_timer_.arm_in(opening_.limits.preamble);
  stream_->open(*this);
  drive();
}

void OpeningRun::cancel() {
  if (finished_) return;
  conclude();
  stream_->abort();
}

void OpeningRun::conclude() {
  finished_ = true;
  total_timer_.cancel();
  phase_timer_.cancel();
}

void OpeningRun::on_bytes(base::BytesView bytes) {
  const auto self = shared_from_this();
  if (unread_.size() + bytes.size() > kEarlyBytesMax + kReadBytesMax) {
    fail(base::Error(IoFault::PreambleFailed, "the peer sends too much before it may"));
    return;
  }
  unread_.insert(unread_.end(), bytes.begin(), bytes.end());
  drive();
}

void OpeningRun::on_closed(const base::Error& reason) {
  const auto self = shared_from_this();
  fail(reason);
}

void OpeningRun::on_tls_established() {
  const auto self = shared_from_this();
  // Nothing more is read; what has come waits for the stream's owner.
  stream_->hand_over({});
  handed_over_ = true;
  if (!opening_.judge_aside) return finish();
  const auto judgement = std::make_shared<base::Result<void>>();
  runtime_.run_aside([self, judgement] { *judgement = self->opening_.judge_aside(); },
                     [self, judgement] {
                       if (self->finished_) return;
                       if (!*judgement) return self->fail(judgement->error());
                       self->finish();
                     });
}

void OpeningRun::drive() {
  if (finished_ || working_) return;
  while (phase_ < opening_.preambles.size()) {
    if (!drive_preamble(*opening_.preambles[phase_])) return;
    ++phase_;
    phase_timer_.arm_in(opening_.limits.preamble);
  }
  if (opening_.tls) {
    begin_tls();
  } else {
    finish();
  }
}

// True when the machine is done.
bool OpeningRun::drive_preamble(Preamble& preamble) {
  for (;;) {
    stream_->write(preamble.poll_output());
    if (preamble.done()) return true;
    if (preamble.has_work()) {
      work_aside(preamble);
      return false;
    }
    if (unread_.empty()) return false;
    const base::Result<std::size_t> used = preamble.handle_bytes(unread_);
    if (!used) {
      fail(used.error());
      return false;
    }
    CHECK(*used <= unread_.size());
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(*used));
    if (*used == 0 && !preamble.done() && !preamble.has_work()) {
      stream_->write(preamble.poll_output());
      return false;
    }
  }
}

void OpeningRun::work_aside(Preamble& preamble) {
  working_ = true;
  const auto self = shared_from_this();
  runtime_.run_aside([self, &preamble] { preamble.work(); },
                     [self] {
                       self->working_ = false;
                       self->drive();
                     });
}

void OpeningRun::begin_tls() {
  phase_timer_.arm_in(opening_.limits.tls);
  const base::Bytes unread = std::exchange(unread_, {});
  stream_->begin_tls(*opening_.tls, std::move(opening_.verify_peer), unread);
}

void OpeningRun::finish() {
  if (finished_) return;
  const auto self = shared_from_this();
  conclude();
  if (!handed_over_) stream_->hand_over(std::move(unread_));
  on_finished_({});
  const auto on_outcome = std::move(opening_.on_outcome);
  on_outcome(Connection{std::make_unique<Stream>(stream_), std::move(opening_.preambles)});
}

void OpeningRun::fail(const base::Error& reason) {
  if (finished_) return;
  const auto self = shared_from_this();
  conclude();
  stream_->abandon();
  on_finished_(reason);
  const auto on_outcome = std::move(opening_.on_outcome);
  on_outcome(reason);
}

}  // namespace cocoon::io
