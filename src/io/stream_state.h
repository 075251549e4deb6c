// Stream::State: a connected socket, its queues and its TLS session if it has one. The opening of a
// connection drives it first (raw bytes, then the handshake); afterwards it serves a Stream.
//
// It lives as long as an operation on its socket is in progress, so it outlasts its Stream: whoever
// is to hear of it is a plain pointer that the Stream (or the opening) takes away when it goes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/asio.h"
#include "io/core.h"
#include "io/stream.h"
#include "io/tls_session.h"
#include "io/write_queue.h"

namespace cocoon::io {

// What the opening of a connection hears, besides raw bytes before TLS begins.
class OpeningEvents : public StreamEvents {
 public:
  virtual void on_tls_established() = 0;
};

struct Stream::State : Flushable, std::enable_shared_from_this<Stream::State> {
  // `lease` is dropped when the socket is closed: whoever counts connections sees it go.
  State(Runtime& runtime_in, boost::asio::ip::tcp::socket socket_in,
        std::shared_ptr<void> lease_in);

  // For the opening. Events until hand_over() go to `events`.
  void open(OpeningEvents& events);
  // Events may come from within: the caller's last act.
  void begin_tls(const TlsContext& context, PeerVerifier verify_peer, base::BytesView already_read);
  // No more events until start(); what was already read is delivered then.
  void hand_over(base::Bytes already_read);

  void start(StreamEvents& events);
  template <class BytesOrView>
  void write(BytesOrView&& bytes) {
    if (writes_ended_ || bytes.empty()) return;
    (tls_ ? plain_ : wire_).append(std::forward<BytesOrView>(bytes));
    flush_soon();
  }
  std::size_t pending_bytes() const { return plain_.size() + wire_.size(); }
  std::uint64_t sent_bytes() const { return sent_bytes_; }
  void pause_reading() { paused_ = true; }
  void resume_reading();
  // In good order, lingering; no more events.
  void close();
  // At once; no more events.
  void abort();
  // abort(), unless close() has been called.
  void abandon();
  void flush() override;

  const std::string& peer_address() const { return peer_address_; }
  const TlsSession* tls() const { return tls_.get(); }

 private:
  enum class Phase { Opening, HandedOver, Started, Closing, Ended };

  void flush_soon();
  bool encrypt_pending();
  bool send_some();
  void after_flush();
  void wait_writable();
  void read_next();
  bool wants_bytes() const;
  void handle_read(const boost::system::error_code& code, std::size_t count);
  void handle_bytes(base::BytesView bytes);
  void handle_cipher(base::BytesView bytes);
  void handle_end(const base::Error& reason);
  base::Error end_reason(const boost::system::error_code& code) const;
  base::Error peer_ended() const;
  void deliver_early();
  void discard(std::size_t count);
  void fail(const base::Error& reason);
  void end_socket();

  Runtime& runtime_;
  Runtime::Core& core_;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<void> lease_;
  std::string peer_address_;
  StreamEvents* events_ = nullptr;
  OpeningEvents* opening_ = nullptr;  // the same, until hand_over()
  std::unique_ptr<TlsSession> tls_;
  std::unique_ptr<Timer> linger_;
  WriteQueue plain_;  // waits for encryption; unused on plain TCP
  WriteQueue wire_;   // waits for the kernel
  base::Bytes read_buffer_;
  base::Bytes early_;  // read before start()
  std::optional<base::Error> write_failure_;
  std::optional<base::Error> end_;  // of reading, not yet reported
  std::uint64_t sent_bytes_ = 0;
  std::size_t discarded_ = 0;
  Phase phase_ = Phase::Opening;
  bool paused_ = false;
  bool reading_ = false;
  bool flush_due_ = false;
  bool waiting_writable_ = false;
  bool drain_due_ = false;
  bool writes_ended_ = false;
  bool finished_sending_ = false;
};

}  // namespace cocoon::io
