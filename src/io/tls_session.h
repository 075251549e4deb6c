// TlsSession: one TLS connection as a byte machine over OpenSSL: ciphertext in, plaintext out, and
// back. It owns no socket; what it wants to send it appends to the queue it was given.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/asio.h"
#include "io/tls.h"
#include "io/write_queue.h"

namespace cocoon::io {

struct TlsContext::Settings {
  explicit Settings(SSL_CTX* context) : ssl(context) {}
  ~Settings() { SSL_CTX_free(ssl); }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  SSL_CTX* ssl;
};

class TlsSession {
 public:
  // A new sending key is agreed on after `records_per_key` records.
  TlsSession(const TlsContext& context, PeerVerifier verify_peer, WriteQueue& output,
             std::uint64_t records_per_key = kTlsRecordsPerKey);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // The client speaks first.
  base::Result<void> begin();
  // Returns how many bytes of plaintext now stand in `plain`, which must have room for the
  // ciphertext and one record more.
  base::Result<std::size_t> handle_bytes(base::BytesView cipher, std::span<std::uint8_t> plain);
  base::Result<void> encrypt(base::BytesView plain);
  // Says that nothing more comes from us.
  void end();

  // The handshake is complete and verify_peer said ok.
  bool established() const { return established_; }
  // The peer said that nothing more comes.
  bool peer_ended() const { return peer_ended_; }
  const std::vector<base::Bytes>& peer_chain() const { return peer_chain_; }
  base::Bytes own_certificate() const;
  base::Result<base::Bytes> export_keying_material(std::string_view label, base::BytesView context,
                                                   std::size_t size) const;

  // OpenSSL's callback in place of its own chain check; see tls.cc.
  static int verify_chain(X509_STORE_CTX* store, void* unused);

 private:
  static int bio_read(BIO* bio, char* out, int size);
  static int bio_write(BIO* bio, const char* bytes, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);
  static BIO_METHOD* bio_method();

  base::Result<void> continue_handshake();
  base::Result<std::size_t> read_input(std::span<std::uint8_t> plain);
  base::Result<void> judge_chain(STACK_OF(X509) * chain);
  base::Error failure(int ssl_result);

  std::shared_ptr<TlsContext::Settings> settings_;
  PeerVerifier verify_peer_;
  WriteQueue& output_;
  base::BytesView input_;  // during handle_bytes only
  SSL* ssl_;
  std::uint64_t records_per_key_;
  std::uint64_t records_ = 0;  // sent under this key
  std::vector<base::Bytes> peer_chain_;
  std::optional<base::Error> refusal_;  // of the peer's chain
  bool chain_accepted_ = false;
  bool established_ = false;
  bool peer_ended_ = false;
  bool failed_ = false;
};

}  // namespace cocoon::io
