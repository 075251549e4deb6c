#include "io/tls_session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "io/limits.h"

namespace cocoon::io {
namespace {

// The newest error of OpenSSL's queue, which is left empty.
unsigned long take_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  return code;
}

std::string openssl_text(unsigned long code) {
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "TLS failure" : text;
}

}  // namespace

TlsSession::TlsSession(const TlsContext& context, PeerVerifier verify_peer, WriteQueue& output,
                       std::uint64_t records_per_key)
    : settings_(context.settings()),
      verify_peer_(std::move(verify_peer)),
      output_(output),
      ssl_(SSL_new(settings_->ssl)),
      records_per_key_(records_per_key) {
  CHECK(ssl_ != nullptr && verify_peer_);
  BIO* bio = BIO_new(bio_method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, this);
  if (context.role() == TlsRole::Server) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
  }
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

base::Result<void> TlsSession::begin() {
  return SSL_is_server(ssl_) ? base::Result<void>() : continue_handshake();
}

base::Result<void> TlsSession::continue_handshake() {
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    // Not reached without the verifier's ok: verify_chain() fails the handshake otherwise.
    CHECK(chain_accepted_);
    established_ = true;
    verify_peer_ = nullptr;
    return {};
  }
  if (SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ) return {};
  return failure(result);
}

base::Result<std::size_t> TlsSession::handle_bytes(base::BytesView cipher,
                                                   std::span<std::uint8_t> plain) {
  input_ = cipher;
  auto result = read_input(plain);
  input_ = {};
  return result;
}

base::Result<std::size_t> TlsSession::read_input(std::span<std::uint8_t> plain) {
  if (!established_) {
    TRY(continue_handshake());
    if (!established_) return std::size_t{0};
  }
  std::size_t used = 0;
  while (!peer_ended_) {
    CHECK(used < plain.size());
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_, plain.data() + used, plain.size() - used, &count);
    if (result == 1) {
      used += count;
      continue;
    }
    const int reason = SSL_get_error(ssl_, result);
    if (reason == SSL_ERROR_WANT_READ) break;
    if (reason != SSL_ERROR_ZERO_RETURN) return failure(result);
    peer_ended_ = true;
  }
  return used;
}

base::Result<void> TlsSession::encrypt(base::BytesView plain) {
  CHECK(!plain.empty());
  if (failed_ || !established_) return base::Error(IoFault::TlsFailed, "no TLS session");
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_, plain.data(), plain.size(), &count);
  if (result != 1) return failure(result);
  CHECK(count == plain.size());
  records_ += 1 + plain.size() / SSL3_RT_MAX_PLAIN_LENGTH;
  if (records_ >= records_per_key_) {
    // Leaves with the next record. OpenSSL does not do this by itself.
    SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED);
    records_ = 0;
  }
  return {};
}

void TlsSession::end() {
  if (!established_ || failed_) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

base::Error TlsSession::failure(int ssl_result) {
  failed_ = true;
  const int kind = SSL_get_error(ssl_, ssl_result);
  const unsigned long code = take_openssl_error();
  if (refusal_) return *refusal_;
  if (kind != SSL_ERROR_SSL) return base::Error(IoFault::TlsFailed, "TLS failure");
  const int reason = ERR_GET_REASON(code);
  if (reason >= SSL_AD_REASON_OFFSET) {
    return base::Error(IoFault::RefusedByPeer, "the peer refuses: " + openssl_text(code));
  }
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    return base::Error(IoFault::NoPeerCertificate, "the peer sent no certificate");
  }
  if (reason == SSL_R_EXCESSIVE_MESSAGE_SIZE) {
    return base::Error(IoFault::PeerChainTooLarge, "a handshake message is too large");
  }
  return base::Error(IoFault::TlsFailed, openssl_text(code));
}

int TlsSession::verify_chain(X509_STORE_CTX* store, void*) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* session = static_cast<TlsSession*>(SSL_get_app_data(ssl));
  base::Result<void> verdict = session->judge_chain(X509_STORE_CTX_get0_untrusted(store));
  if (verdict) {
    session->chain_accepted_ = true;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  session->refusal_ = std::move(verdict).error();
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

base::Result<void> TlsSession::judge_chain(STACK_OF(X509) * chain) {
  const int count = sk_X509_num(chain);
  if (count < 1) return base::Error(IoFault::NoPeerCertificate, "the peer sent no certificate");
  if (static_cast<std::size_t>(count) > kPeerChainCertificatesMax) {
    return base::Error(IoFault::PeerChainTooLarge, "the peer sent too many certificates");
  }
  const EVP_PKEY* key = X509_get0_pubkey(sk_X509_value(chain, 0));
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    return base::Error(IoFault::PeerNotAccepted, "the peer's key is not Ed25519");
  }
  std::vector<base::Bytes> der_chain;
  std::size_t total = 0;
  for (int i = 0; i < count; ++i) {
    std::uint8_t* der = nullptr;
    const int size = i2d_X509(sk_X509_value(chain, i), &der);
    if (size <= 0) return base::Error(IoFault::TlsFailed, "a certificate that can't be encoded");
    der_chain.emplace_back(der, der + size);
    OPENSSL_free(der);
    total += static_cast<std::size_t>(size);
  }
  if (total > kPeerChainBytesMax) {
    return base::Error(IoFault::PeerChainTooLarge, "the peer's certificates are too large");
  }
  TRY(verify_peer_(der_chain));
  peer_chain_ = std::move(der_chain);
  return {};
}

base::Bytes TlsSession::own_certificate() const {
  const X509* certificate = SSL_get_certificate(ssl_);
  const int size = certificate == nullptr ? 0 : i2d_X509(certificate, nullptr);
  if (size <= 0) return {};
  base::Bytes der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  i2d_X509(certificate, &end);
  return der;
}

base::Result<base::Bytes> TlsSession::export_keying_material(std::string_view label,
                                                             base::BytesView context,
                                                             std::size_t size) const {
  base::Bytes value(size);
  if (!established_ ||
      SSL_export_keying_material(ssl_, value.data(), size, label.data(), label.size(),
                                 context.data(), context.size(), 1) != 1) {
    take_openssl_error();
    return base::Error(IoFault::TlsFailed, "no exporter value for this connection");
  }
  return value;
}

int TlsSession::bio_read(BIO* bio, char* out, int size) {
  auto* session = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::size_t count = std::min(session->input_.size(), static_cast<std::size_t>(size));
  if (count == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(out, session->input_.data(), count);
  session->input_ = session->input_.subspan(count);
  return static_cast<int>(count);
}

int TlsSession::bio_write(BIO* bio, const char* bytes, int size) {
  auto* session = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  session->output_.append(base::as_bytes({bytes, static_cast<std::size_t>(size)}));
  return size;
}

long TlsSession::bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* TlsSession::bio_method() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "queue");
    CHECK(method != nullptr);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
  }();
  return kMethod;
}

}  // namespace cocoon::io
