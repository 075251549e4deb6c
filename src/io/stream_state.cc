#include "io/stream_state.h"

#include <utility>

#include "base/check.h"
#include "io/socket_fault.h"

namespace cocoon::io {

using boost::system::error_code;
namespace asio = boost::asio;

Stream::State::State(Runtime& runtime_in, asio::ip::tcp::socket socket_in,
                     std::shared_ptr<void> lease_in)
    : runtime_(runtime_in),
      core_(runtime_in.core()),
      socket_(std::move(socket_in)),
      lease_(std::move(lease_in)),
      plain_(core_),
      wire_(core_) {
  error_code ignored;
  const auto endpoint = socket_.remote_endpoint(ignored);
  if (!ignored) peer_address_ = endpoint_text(endpoint);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void Stream::State::open(OpeningEvents& events) {
  events_ = opening_ = &events;
  read_next();
}

void Stream::State::begin_tls(const TlsContext& context, PeerVerifier verify_peer,
                              base::BytesView already_read) {
  tls_ = std::make_unique<TlsSession>(context, std::move(verify_peer), wire_);
  const base::Result<void> begun = tls_->begin();
  if (!wire_.empty()) flush_soon();
  if (!begun) {
    fail(begun.error());
  } else if (!already_read.empty()) {
    handle_cipher(already_read);
  }
}

void Stream::State::hand_over(base::Bytes already_read) {
  CHECK(phase_ == Phase::Opening);
  phase_ = Phase::HandedOver;
  events_ = opening_ = nullptr;
  early_.insert(early_.end(), already_read.begin(), already_read.end());
}

void Stream::State::start(StreamEvents& events) {
  if (phase_ == Phase::Ended || phase_ == Phase::Closing) return;
  CHECK(phase_ == Phase::HandedOver);
  phase_ = Phase::Started;
  events_ = &events;
  asio::post(core_.loop, [self = shared_from_this()] { self->deliver_early(); });
}

void Stream::State::deliver_early() {
  if (wants_bytes() && !early_.empty()) {
    const base::Bytes early = std::exchange(early_, {});
    events_->on_bytes(early);
  }
  if (end_) handle_end(*end_);
  read_next();
}

// Reading.

bool Stream::State::wants_bytes() const {
  if (phase_ == Phase::Closing) return true;
  return (phase_ == Phase::Opening || phase_ == Phase::Started) && !paused_ && events_ != nullptr;
}

void Stream::State::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  if (phase_ != Phase::Started) return;
  asio::post(core_.loop, [self = shared_from_this()] { self->deliver_early(); });
}

void Stream::State::read_next() {
  if (reading_ || end_ || !wants_bytes()) return;
  reading_ = true;
  if (read_buffer_.empty()) read_buffer_.resize(kReadBytesIdle);
  socket_.async_read_some(asio::buffer(read_buffer_),
                          [self = shared_from_this()](const error_code& code, std::size_t count) {
                            self->reading_ = false;
                            self->handle_read(code, count);
                          });
}

void Stream::State::handle_read(const error_code& code, std::size_t count) {
  if (phase_ == Phase::Ended) return;
  if (code) {
    handle_end(end_reason(code));
    return;
  }
  handle_bytes(base::BytesView(read_buffer_).first(count));
  // A full buffer says that more waits: fetch it in large pieces, but leave others their turn.
  bool more = count == read_buffer_.size();
  for (std::size_t round = 0; more && round < kReadRoundsMax && wants_bytes(); ++round) {
    error_code again;
    const std::size_t size = socket_.read_some(asio::buffer(core_.read_scratch), again);
    if (again == asio::error::would_block || again == asio::error::try_again) break;
    if (again) {
      handle_end(end_reason(again));
      return;
    }
    handle_bytes(base::BytesView(core_.read_scratch).first(size));
    more = size == core_.read_scratch.size();
  }
  read_next();
}

void Stream::State::handle_bytes(base::BytesView bytes) {
  if (phase_ == Phase::Closing) {
    discard(bytes.size());
  } else if (tls_) {
    handle_cipher(bytes);
  } else if (wants_bytes() && early_.empty()) {
    events_->on_bytes(bytes);
  } else {
    // Paused or handed over while this read was in progress.
    early_.insert(early_.end(), bytes.begin(), bytes.end());
  }
}

void Stream::State::handle_cipher(base::BytesView bytes) {
  const bool was_established = tls_->established();
  const auto count = tls_->handle_bytes(bytes, core_.plain_scratch);
  if (!wire_.empty()) flush_soon();
  if (!count) {
    fail(count.error());
    return;
  }
  const base::BytesView plain = base::BytesView(core_.plain_scratch).first(*count);
  if (!was_established && tls_->established()) {
    // The peer may have spoken in the same breath as it finished the handshake.
    early_ = base::to_bytes(plain);
    if (tls_->peer_ended()) end_ = peer_ended();
    if (opening_ != nullptr) opening_->on_tls_established();
    return;
  }
  if (!wants_bytes() || !early_.empty()) {
    early_.insert(early_.end(), plain.begin(), plain.end());
  } else if (!plain.empty()) {
    events_->on_bytes(plain);
  }
  if (tls_->peer_ended()) handle_end(peer_ended());
}

base::Error Stream::State::peer_ended() const {
  return base::Error(IoFault::Closed, peer_address_ + " ended the connection");
}

base::Error Stream::State::end_reason(const error_code& code) const {
  if (code == asio::error::eof && write_failure_) return *write_failure_;
  if (code == asio::error::eof && tls_ && tls_->established()) {
    return base::Error(IoFault::Truncated, peer_address_ + " ended TCP inside the TLS session");
  }
  if (code == asio::error::eof) return peer_ended();
  return socket_error(code, "connection with " + peer_address_);
}

// What was read before the end is delivered first, even if that has to wait for start() or
// resume_reading().
void Stream::State::handle_end(const base::Error& reason) {
  if (phase_ == Phase::Closing) {
    end_socket();
  } else if (wants_bytes() && early_.empty()) {
    fail(reason);
  } else if (phase_ != Phase::Ended) {
    end_ = reason;
  }
}

void Stream::State::discard(std::size_t count) {
  discarded_ += count;
  if (discarded_ > kCloseDiscardBytes) end_socket();
}

// Writing.

void Stream::State::flush_soon() {
  if (flush_due_ || waiting_writable_ || phase_ == Phase::Ended) return;
  flush_due_ = true;
  core_.flush_soon(shared_from_this());
}

void Stream::State::flush() {
  flush_due_ = false;
  if (phase_ == Phase::Ended || waiting_writable_) return;
  drain_due_ = drain_due_ || pending_bytes() > 0;
  do {
    if (!encrypt_pending()) return;
    if (!send_some()) return;
  } while (!plain_.empty());
  after_flush();
}

bool Stream::State::encrypt_pending() {
  while (!plain_.empty() && wire_.size() < kCipherAheadBytes) {
    const base::BytesView front = plain_.front();
    const auto encrypted = tls_->encrypt(front);
    if (!encrypted) {
      fail(encrypted.error());
      return false;
    }
    plain_.consume(front.size());
  }
  return true;
}

// True when the kernel has taken everything.
bool Stream::State::send_some() {
  while (!wire_.empty()) {
    error_code code;
    const std::size_t count =
        wire_.front().size() == wire_.size()
            ? socket_.write_some(asio::buffer(wire_.front().data(), wire_.size()), code)
            : socket_.write_some(wire_.gather(), code);
    sent_bytes_ += count;
    wire_.consume(count);
    if (!code) continue;
    if (code == asio::error::would_block || code == asio::error::try_again) {
      wait_writable();
      return false;
    }
    // The reader may still find the peer's last words; it then reports this failure instead of the
    // end of the stream.
    write_failure_ = socket_error(code, "connection with " + peer_address_);
    writes_ended_ = true;
    plain_.clear();
    wire_.clear();
    if (phase_ == Phase::Closing) {
      end_socket();
    } else if (!wants_bytes()) {
      fail(*write_failure_);
    }
    return false;
  }
  return true;
}

void Stream::State::wait_writable() {
  waiting_writable_ = true;
  socket_.async_wait(asio::socket_base::wait_write, [self = shared_from_this()](const error_code&) {
    self->waiting_writable_ = false;
    self->flush();
  });
}

void Stream::State::after_flush() {
  if (phase_ == Phase::Closing) {
    if (finished_sending_) return;
    finished_sending_ = true;
    if (tls_) {
      tls_->end();
      send_some();
    }
    error_code ignored;
    if (phase_ == Phase::Closing) socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    return;
  }
  if (std::exchange(drain_due_, false) && events_ != nullptr && phase_ == Phase::Started) {
    events_->on_drained();
  }
}

// Ending.

void Stream::State::fail(const base::Error& reason) {
  if (phase_ == Phase::HandedOver) {
    end_ = reason;
    return;
  }
  StreamEvents* events = events_;
  // Not at once: a TLS alert may wait to be sent, and tells the peer why.
  close();
  if (events != nullptr) events->on_closed(reason);
}

void Stream::State::close() {
  events_ = opening_ = nullptr;
  if (phase_ == Phase::Closing || phase_ == Phase::Ended) return;
  phase_ = Phase::Closing;
  writes_ended_ = true;
  linger_ = std::make_unique<Timer>(runtime_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end_socket();
  });
  linger_->arm_in(kCloseLinger);
  flush_soon();
  read_next();
}

void Stream::State::abandon() {
  if (phase_ != Phase::Closing) abort();
}

void Stream::State::abort() {
  events_ = opening_ = nullptr;
  if (phase_ == Phase::Ended) return;
  flush();
  end_socket();
}

void Stream::State::end_socket() {
  if (phase_ == Phase::Ended) return;
  phase_ = Phase::Ended;
  writes_ended_ = true;
  events_ = opening_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
  lease_.reset();
  plain_.clear();
  wire_.clear();
  linger_.reset();
}

}  // namespace cocoon::io
