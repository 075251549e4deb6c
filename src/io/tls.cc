#include "io/tls.h"

#include <mutex>
#include <utility>

#include "base/check.h"
#include "io/limits.h"
#include "io/tls_session.h"

namespace cocoon::io {
namespace {

constexpr std::size_t kSeedBytes = 32;

base::Error invalid_identity(const char* why) {
  ERR_clear_error();
  return base::Error(IoFault::InvalidIdentity, why);
}

// No line of this function may weaken who is accepted: the verifier runs in every handshake, in
// both roles.
void apply_policy(SSL_CTX* ssl, TlsRole role) {
  CHECK(SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) == 1);
  CHECK(SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) == 1);
  CHECK(SSL_CTX_set_ciphersuites(ssl, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384") == 1);
  CHECK(SSL_CTX_set1_sigalgs_list(ssl, "ed25519") == 1);
  SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  CHECK(SSL_CTX_set_num_tickets(ssl, 0) == 1);
  CHECK(SSL_CTX_set_max_early_data(ssl, 0) == 1);
  SSL_CTX_set_max_cert_list(ssl, static_cast<long>(kPeerChainBytesMax + 1024));
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(
      ssl,
      role == TlsRole::Server ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER,
      nullptr);
  SSL_CTX_set_cert_verify_callback(ssl, TlsSession::verify_chain, nullptr);
}

base::Result<void> use_identity(SSL_CTX* ssl, const TlsIdentity& identity) {
  if (identity.private_seed.size() != kSeedBytes)
    return invalid_identity("the seed isn't 32 bytes");
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                               identity.private_seed.expose().data(), kSeedBytes);
  if (key == nullptr) return invalid_identity("the seed makes no Ed25519 key");
  const base::Bytes& der = identity.certificate_der;
  const bool fits =
      SSL_CTX_use_certificate_ASN1(ssl, static_cast<int>(der.size()), der.data()) == 1 &&
      SSL_CTX_use_PrivateKey(ssl, key) == 1 && SSL_CTX_check_private_key(ssl) == 1;
  EVP_PKEY_free(key);
  if (!fits) return invalid_identity("certificate and private key don't belong together");
  return {};
}

base::Result<std::shared_ptr<TlsContext::Settings>> make_settings(TlsRole role,
                                                                  const TlsIdentity& identity) {
  auto settings = std::make_shared<TlsContext::Settings>(SSL_CTX_new(TLS_method()));
  CHECK(settings->ssl != nullptr);
  apply_policy(settings->ssl, role);
  TRY(use_identity(settings->ssl, identity));
  return settings;
}

}  // namespace

struct TlsContext::State {
  TlsRole role;
  mutable std::mutex mutex;  // guards `settings`
  std::shared_ptr<Settings> settings;
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

base::Result<std::shared_ptr<TlsContext>> TlsContext::create(TlsRole role, TlsIdentity identity) {
  auto state = std::make_unique<State>();
  state->role = role;
  state->settings = TRY(make_settings(role, identity));
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(state)));
}

base::Result<void> TlsContext::replace_identity(TlsIdentity identity) {
  auto settings = TRY(make_settings(state_->role, identity));
  const std::lock_guard lock(state_->mutex);
  std::swap(state_->settings, settings);
  return {};
}

TlsRole TlsContext::role() const { return state_->role; }

std::shared_ptr<TlsContext::Settings> TlsContext::settings() const {
  const std::lock_guard lock(state_->mutex);
  return state_->settings;
}

}  // namespace cocoon::io
