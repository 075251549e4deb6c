// What an attested handshake costs: `bench_handshake [SECONDS]` lets two ends of this network's TLS
// shake hands in memory, both showing simulated evidence, and two ends of plain mutual TLS 1.3
// with Ed25519 certificates under one authority, in turns. Prints a line of JSON each: handshakes
// per second of processor time, both ends together, and the ratio to the plain ones.
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "attest/simulated/policy.h"
#include "attest/simulated/provider.h"
#include "attest/simulated/verifier.h"
#include "bench/verify_cost.h"
#include "crypto/ed25519.h"
#include "crypto/random.h"
#include "io/runtime.h"
#include "io/tls_session.h"
#include "ratls/admit.h"
#include "ratls/certificate.h"
#include "ratls/verdict_cache.h"

namespace cocoon::bench {
namespace {

constexpr int kRounds = 5;
constexpr int kFlightsMax = 8;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "bench_handshake: %s\n", why.c_str());
  std::exit(1);
}

enum class Verdicts { Fresh, Kept };

// Two peers of this network: each makes its certificate with evidence and judges the other's.
class Attested {
 public:
  explicit Attested(Verdicts verdicts) : verdicts_(verdicts) {}

  void shake_hands() {
    io::WriteQueue to_server(runtime_.core());
    io::WriteQueue to_client(runtime_.core());
    io::TlsSession client(*client_, judge(), to_server);
    io::TlsSession server(*server_, judge(), to_client);
    if (!client.begin()) stop("the client did not begin");
    for (int i = 0; i < kFlightsMax && !(to_server.empty() && to_client.empty()); ++i) {
      carry(to_server, server);
      carry(to_client, client);
    }
    if (!client.established() || !server.established()) stop("an attested handshake failed");
  }
  std::size_t certificate_size() const { return certificate_size_; }

 private:
  std::shared_ptr<io::TlsContext> context(io::TlsRole role) {
    const auto key = crypto::Ed25519PrivateKey::generate(random_);
    attest::EvidenceProvider* const providers[] = {&provider_};
    auto certificate = ratls::issue_certificate(runtime_.now().wall, key, providers, random_);
    if (!certificate) stop(certificate.error().message());
    certificate_size_ = certificate->size();
    auto made = io::TlsContext::create(role, {*std::move(certificate), key.seed()});
    if (!made) stop(made.error().message());
    return *std::move(made);
  }
  // Once for each connection, as the programs do it.
  io::PeerVerifier judge() {
    return [this](std::span<const base::Bytes> chain) -> base::Result<void> {
      const auto key = ratls::VerdictCache::key_of(chain.front());
      if (verdicts_ == Verdicts::Kept && cache_.find(runtime_.now().wall, {}, key) != nullptr)
        return {};
      const attest::EvidenceVerifier* const verifiers[] = {&verifier_};
      auto admission = ratls::admit(runtime_.now().wall, chain, policy_, verifiers);
      if (!admission) return admission.error();
      cache_.store(runtime_.now().wall + std::chrono::hours(1), {}, key, std::move(admission));
      return {};
    };
  }
  void carry(io::WriteQueue& queue, io::TlsSession& receiver) {
    while (!queue.empty()) {
      const base::BytesView cipher = queue.front();
      if (!receiver.handle_bytes(cipher, plain_)) stop("a flight was refused");
      queue.consume(cipher.size());
    }
  }

  Verdicts verdicts_;
  io::Runtime runtime_;
  crypto::SystemRandom random_;
  crypto::Ed25519PrivateKey root_ = crypto::Ed25519PrivateKey::generate(random_);
  attest::simulated::QuoteVerifier verifier_{{root_.public_key()}};
  attest::simulated::Provider provider_{
      *crypto::Ed25519PrivateKey::from_seed(root_.seed().expose()), "bench"};
  attest::Policy policy_ = attest::certificate_policy(attest::simulated::development_policy());
  ratls::VerdictCache cache_{16};
  std::size_t certificate_size_ = 0;
  std::shared_ptr<io::TlsContext> server_ = context(io::TlsRole::Server);
  std::shared_ptr<io::TlsContext> client_ = context(io::TlsRole::Client);
  base::Bytes plain_ = base::Bytes(256 * 1024);
};

// Plain mutual TLS: OpenSSL alone, with its own check of the chain.
class Plain {
 public:
  Plain() {
    authority_key_ = make_key();
    authority_ = make_certificate(authority_key_, "authority", authority_key_, nullptr);
    server_ = context(TLS_server_method());
    client_ = context(TLS_client_method());
  }
  ~Plain() {
    SSL_CTX_free(server_);
    SSL_CTX_free(client_);
    X509_free(authority_);
    EVP_PKEY_free(authority_key_);
  }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void shake_hands() {
    SSL* server = SSL_new(server_);
    SSL* client = SSL_new(client_);
    BIO* near = nullptr;
    BIO* far = nullptr;
    if (BIO_new_bio_pair(&near, 64 * 1024, &far, 64 * 1024) != 1) stop("no pair of buffers");
    SSL_set_bio(server, near, near);
    SSL_set_bio(client, far, far);
    SSL_set_accept_state(server);
    SSL_set_connect_state(client);
    int done = 0;
    for (int i = 0; i < kFlightsMax && done != 2; ++i) {
      done = (SSL_do_handshake(client) == 1 ? 1 : 0) + (SSL_do_handshake(server) == 1 ? 1 : 0);
    }
    if (done != 2) stop("a plain handshake failed");
    SSL_free(server);
    SSL_free(client);
  }

 private:
  static EVP_PKEY* make_key() {
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    if (key == nullptr) stop("no key");
    return key;
  }
  static X509* make_certificate(EVP_PKEY* key, const char* name, EVP_PKEY* signer, X509* issuer) {
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(certificate, issuer == nullptr ? subject : X509_get_subject_name(issuer));
    X509_set_pubkey(certificate, key);
    if (issuer == nullptr) {
      X509_EXTENSION* authority =
          X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
      X509_add_ext(certificate, authority, -1);
      X509_EXTENSION_free(authority);
    }
    if (X509_sign(certificate, signer, nullptr) == 0) stop("no certificate");
    return certificate;
  }
  SSL_CTX* context(const SSL_METHOD* method) {
    SSL_CTX* made = SSL_CTX_new(method);
    SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(made, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_num_tickets(made, 0);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(made), authority_);
    EVP_PKEY* key = make_key();
    X509* certificate = make_certificate(key, "peer", authority_key_, authority_);
    SSL_CTX_use_certificate(made, certificate);
    SSL_CTX_use_PrivateKey(made, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return made;
  }

  EVP_PKEY* authority_key_ = nullptr;
  X509* authority_ = nullptr;
  SSL_CTX* server_ = nullptr;
  SSL_CTX* client_ = nullptr;
};

// Handshakes per second of processor time.
template <class Pair>
double rate(Pair& pair, double seconds) {
  pair.shake_hands();  // the first one fills caches
  const double began = processor_ms();
  double spent = 0;
  int count = 0;
  do {
    for (int i = 0; i < 20; ++i) pair.shake_hands();
    count += 20;
    spent = processor_ms() - began;
  } while (spent < seconds * 1000);
  return count * 1000 / spent;
}

double middle(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void print(const std::string& what, const std::vector<double>& rates,
           const std::vector<double>& plain) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rates.size(); ++i) ratios.push_back(rates[i] / plain[i]);
  const auto [low, high] = std::ranges::minmax(ratios);
  std::printf("%s\n", nlohmann::json({{"what", what},
                                      {"handshakes_per_core_second", middle(rates)},
                                      {"ratio_to_plain", middle(ratios)},
                                      {"ratio_lowest", low},
                                      {"ratio_highest", high}})
                          .dump()
                          .c_str());
}

}  // namespace
}  // namespace cocoon::bench

int main(int count, char** arguments) {
  using namespace cocoon::bench;
  const double seconds = count > 1 ? std::strtod(arguments[1], nullptr) : 1;
  Plain plain;
  Attested kept(Verdicts::Kept);
  Attested fresh(Verdicts::Fresh);
  std::vector<double> rates[3];
  for (int round = 0; round < kRounds; ++round) {
    rates[0].push_back(rate(plain, seconds));
    rates[1].push_back(rate(kept, seconds));
    rates[2].push_back(rate(fresh, seconds));
  }
  print("plain mutual TLS 1.3, Ed25519", rates[0], rates[0]);
  print("attested, verdict kept", rates[1], rates[0]);
  print("attested, evidence judged each time", rates[2], rates[0]);
  std::printf("%s\n",
              nlohmann::json({{"certificate_bytes", kept.certificate_size()}}).dump().c_str());
  return 0;
}
