#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

enum class Fault { NotOurImage };
std::string_view reason_name(Fault) { return "not_our_image"; }

std::shared_ptr<TlsContext> context(TlsRole role, std::uint8_t seed) {
  return *TlsContext::create(role, make_identity(seed));
}

base::Result<void> accept_all(std::span<const base::Bytes>) { return {}; }
base::Result<void> refuse_all(std::span<const base::Bytes>) {
  return base::Error(Fault::NotOurImage, "refused by the test");
}

class TlsTest : public LoopTest {
 protected:
  TlsTest() {
    host.customize = [this](Opening& opening) {
      opening.tls = server;
      opening.verify_peer = server_verifier;
    };
  }
  void connect() {
    dialling = dial(runtime, host.address(), near, [this](Opening& opening) {
      opening.tls = client;
      opening.verify_peer = client_verifier;
    });
  }
  void connect_fully() {
    connect();
    run_until([&] { return near.stream && host.peers.size() == 1; });
    far = host.peers[0].get();
  }

  std::shared_ptr<TlsContext> server = context(TlsRole::Server, 1);
  std::shared_ptr<TlsContext> client = context(TlsRole::Client, 2);
  PeerVerifier server_verifier = accept_all;
  PeerVerifier client_verifier = accept_all;
  Host host{runtime};
  Peer near;
  Peer* far = nullptr;
  std::unique_ptr<Dial> dialling;
};

TEST_F(TlsTest, BothVerifiersSeeThePeersCertificate) {
  std::vector<base::Bytes> seen_by_server;
  std::vector<base::Bytes> seen_by_client;
  server_verifier = [&](std::span<const base::Bytes> chain) {
    seen_by_server.assign(chain.begin(), chain.end());
    return base::Result<void>();
  };
  client_verifier = [&](std::span<const base::Bytes> chain) {
    seen_by_client.assign(chain.begin(), chain.end());
    return base::Result<void>();
  };
  connect_fully();
  EXPECT_EQ(seen_by_server, std::vector<base::Bytes>{make_identity(2).certificate_der});
  EXPECT_EQ(seen_by_client, std::vector<base::Bytes>{make_identity(1).certificate_der});
  EXPECT_EQ(near.stream->peer_chain(), seen_by_client);
  EXPECT_EQ(far->stream->peer_chain(), seen_by_server);
  near.say("ping");
  far->say("pong");
  run_until([&] { return near.received == "pong" && far->received == "ping"; });
}

TEST_F(TlsTest, ServerRefusesWithTheVerifiersReasonAndReadsNothing) {
  server_verifier = refuse_all;
  connect();
  // TLS 1.3: the client is done before the server has judged, and may already be talking.
  run_until([&] { return near.stream != nullptr || near.over(); });
  if (near.stream) near.say("secret");
  run_until([&] { return near.over() && !host.failures.empty(); });
  EXPECT_EQ(near.closed, "refused_by_peer");
  EXPECT_EQ(host.failures, std::vector<std::string>{"not_our_image"});
  EXPECT_TRUE(host.peers.empty());
  EXPECT_EQ(host.listener->counters().opening_failures, 1U);
}

TEST_F(TlsTest, ClientRefusesWithTheVerifiersReasonAndSaysNothing) {
  client_verifier = refuse_all;
  connect();
  run_until([&] { return near.over() && !host.failures.empty(); });
  EXPECT_EQ(near.failure, "not_our_image");
  EXPECT_EQ(near.stream, nullptr);
  EXPECT_EQ(host.failures, std::vector<std::string>{"refused_by_peer"});
  EXPECT_TRUE(host.peers.empty());
}

TEST_F(TlsTest, PlainTcpSpeakerIsRefused) {
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.stream != nullptr; });
  near.say("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return near.over() && !host.failures.empty(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"tls_failed"});
}

TEST_F(TlsTest, LargeTransfersBothWays) {
  connect_fully();
  std::string there(5'000'000, 'a');
  std::string back(3'000'000, 'b');
  for (std::size_t i = 0; i < there.size(); i += 4099) there[i] = static_cast<char>('0' + i % 10);
  near.stream->write(base::to_bytes(there));
  far->say(back);
  run_until(
      [&] { return far->received.size() == there.size() && near.received.size() == back.size(); });
  EXPECT_TRUE(far->received == there);
  EXPECT_TRUE(near.received == back);
  EXPECT_EQ(near.stream->pending_bytes(), 0U);
}

TEST_F(TlsTest, WritesOfOneTurnShareARecord) {
  connect_fully();
  run_turns(3);
  const std::uint64_t before = near.stream->sent_bytes();
  for (int i = 0; i < 100; ++i) near.say("0123456789");
  run_until([&] { return far->received.size() == 1000; });
  // One record adds 5 bytes of header, 1 of type and 16 of tag.
  EXPECT_EQ(near.stream->sent_bytes() - before, 1000U + 22U);
  EXPECT_EQ(far->reads, 1);
}

TEST_F(TlsTest, PausedReaderHoldsTheWriterBack) {
  connect_fully();
  far->stream->pause_reading();
  near.stream->write(base::Bytes(32 * 1024 * 1024, 'x'));
  std::uint64_t sent = 0;
  run_until([&] {
    return std::exchange(sent, near.stream->sent_bytes()) == near.stream->sent_bytes() && sent > 0;
  });
  EXPECT_GT(near.stream->pending_bytes(), 8U * 1024 * 1024);
  far->stream->resume_reading();
  run_until([&] { return far->received.size() == 32 * 1024 * 1024; });
}

TEST_F(TlsTest, CloseIsToldApartFromTruncation) {
  connect_fully();
  near.say("bye");
  near.stream->close();
  run_until([&] { return far->over(); });
  EXPECT_EQ(far->received, "bye");
  EXPECT_EQ(far->closed, "closed");

  Peer second;
  const auto again = dial(runtime, host.address(), second, [this](Opening& opening) {
    opening.tls = client;
    opening.verify_peer = accept_all;
  });
  run_until([&] { return second.stream && host.peers.size() == 2; });
  second.stream.reset();
  run_until([&] { return host.peers[1]->over(); });
  EXPECT_EQ(host.peers[1]->closed, "truncated");
}

TEST_F(TlsTest, ExporterValuesAgree) {
  connect_fully();
  const base::Bytes session = base::to_bytes("session");
  const auto ours = near.stream->export_keying_material("EXPORTER-cocoon-test", session, 32);
  const auto theirs = far->stream->export_keying_material("EXPORTER-cocoon-test", session, 32);
  ASSERT_TRUE(ours.ok() && theirs.ok());
  EXPECT_EQ(*ours, *theirs);
  EXPECT_NE(*ours, *near.stream->export_keying_material("EXPORTER-cocoon-test", {}, 32));
}

TEST_F(TlsTest, ReplacedIdentityIsUsedByNewConnections) {
  connect_fully();
  ASSERT_TRUE(server->replace_identity(make_identity(7)).ok());
  Peer second;
  const auto again = dial(runtime, host.address(), second, [this](Opening& opening) {
    opening.tls = client;
    opening.verify_peer = accept_all;
  });
  run_until([&] { return second.stream != nullptr; });
  EXPECT_EQ(near.stream->peer_chain()[0], make_identity(1).certificate_der);
  EXPECT_EQ(second.stream->peer_chain()[0], make_identity(7).certificate_der);
}

TEST_F(TlsTest, IdentityMustFitTogether) {
  TlsIdentity mixed{make_identity(1).certificate_der, make_identity(2).private_seed.clone()};
  EXPECT_EQ(TlsContext::create(TlsRole::Server, std::move(mixed)).error().reason(),
            "invalid_identity");
  TlsIdentity no_seed{make_identity(1).certificate_der, {}};
  EXPECT_EQ(server->replace_identity(std::move(no_seed)).error().reason(), "invalid_identity");
  TlsIdentity no_certificate{base::to_bytes("nonsense"), make_identity(2).private_seed.clone()};
  EXPECT_EQ(server->replace_identity(std::move(no_certificate)).error().reason(),
            "invalid_identity");
}

TEST_F(TlsTest, OversizedCertificateIsRefusedBeforeTheVerifier) {
  bool asked = false;
  server_verifier = [&](std::span<const base::Bytes>) {
    asked = true;
    return base::Result<void>();
  };
  client = *TlsContext::create(TlsRole::Client, make_large_identity(3, 70'000));
  connect();
  run_until([&] { return !host.failures.empty(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"peer_chain_too_large"});
  EXPECT_FALSE(asked);
}

TEST_F(TlsTest, LargeCertificateWithinTheLimitIsFine) {
  client = *TlsContext::create(TlsRole::Client, make_large_identity(3, 60'000));
  connect_fully();
  EXPECT_GT(far->stream->peer_chain()[0].size(), 60'000U);
}

// Other TLS clients, with settings that ours can't have: OpenSSL on a blocking socket of another
// thread.
struct ForeignClient {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  std::atomic<bool> over{false};
  std::string text;  // what it read; read after `over`
  std::thread thread;

  ~ForeignClient() {
    if (thread.joinable()) thread.join();
    SSL_CTX_free(ctx);
  }
  void use(const TlsIdentity& identity, int key_type) {
    EVP_PKEY* key = key_type == EVP_PKEY_ED25519
                        ? EVP_PKEY_new_raw_private_key(key_type, nullptr,
                                                       identity.private_seed.expose().data(), 32)
                        : EVP_EC_gen("P-256");
    if (key_type == EVP_PKEY_ED25519) {
      SSL_CTX_use_certificate_ASN1(ctx, static_cast<int>(identity.certificate_der.size()),
                                   identity.certificate_der.data());
    } else {
      X509* certificate = X509_new();
      X509_set_pubkey(certificate, key);
      X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
      X509_gmtime_adj(X509_getm_notAfter(certificate), 60);
      X509_sign(certificate, key, EVP_sha256());
      SSL_CTX_use_certificate(ctx, certificate);
      X509_free(certificate);
    }
    SSL_CTX_use_PrivateKey(ctx, key);
    EVP_PKEY_free(key);
  }
  void run(std::uint16_t port) {
    thread = std::thread([this, port] {
      const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      SSL* ssl = SSL_new(ctx);
      if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
        SSL_set_fd(ssl, socket);
        if (SSL_connect(ssl) == 1) {
          SSL_write(ssl, "hello", 5);
          char buffer[16];
          const int count = SSL_read(ssl, buffer, sizeof(buffer));
          if (count > 0) text.assign(buffer, static_cast<std::size_t>(count));
        }
      }
      SSL_free(ssl);
      ::close(socket);
      over = true;
    });
  }
};

class ForeignTlsTest : public TlsTest {
 protected:
  std::string failure_of(ForeignClient& foreign) {
    foreign.run(host.listener->port());
    run_until([&] { return foreign.over && !host.failures.empty(); });
    EXPECT_TRUE(host.peers.empty());
    EXPECT_EQ(foreign.text, "");
    return host.failures.empty() ? "" : host.failures[0];
  }
};

TEST_F(ForeignTlsTest, GoodOneIsAdmitted) {
  ForeignClient foreign;
  foreign.use(make_identity(2), EVP_PKEY_ED25519);
  foreign.run(host.listener->port());
  run_until([&] { return host.peers.size() == 1 && host.peers[0]->received == "hello"; });
  host.peers[0]->say("welcome");
  run_until([&] { return foreign.over.load(); });
  EXPECT_EQ(foreign.text, "welcome");
}

TEST_F(ForeignTlsTest, Tls12IsRefused) {
  ForeignClient foreign;
  foreign.use(make_identity(2), EVP_PKEY_ED25519);
  SSL_CTX_set_max_proto_version(foreign.ctx, TLS1_2_VERSION);
  EXPECT_EQ(failure_of(foreign), "tls_failed");
}

TEST_F(ForeignTlsTest, MissingClientCertificateIsRefused) {
  ForeignClient foreign;
  EXPECT_EQ(failure_of(foreign), "no_peer_certificate");
}

TEST_F(ForeignTlsTest, OtherCipherSuiteIsRefused) {
  ForeignClient foreign;
  foreign.use(make_identity(2), EVP_PKEY_ED25519);
  SSL_CTX_set_ciphersuites(foreign.ctx, "TLS_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(failure_of(foreign), "tls_failed");
}

TEST_F(ForeignTlsTest, OtherKeyTypeIsRefused) {
  ForeignClient foreign;
  foreign.use({}, EVP_PKEY_EC);
  // Whichever side notices: our signature algorithms offer it nothing to sign with, so it sends no
  // certificate.
  EXPECT_EQ(failure_of(foreign), "no_peer_certificate");
}

TEST_F(ForeignTlsTest, TooManyCertificatesAreRefused) {
  ForeignClient foreign;
  foreign.use(make_identity(2), EVP_PKEY_ED25519);
  for (std::uint8_t i = 10; i < 14; ++i) {
    const base::Bytes der = make_identity(i).certificate_der;
    const std::uint8_t* at = der.data();
    SSL_CTX_add0_chain_cert(foreign.ctx, d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  }
  EXPECT_EQ(failure_of(foreign), "peer_chain_too_large");
}

TEST_F(TlsTest, HandshakeHasADeadline) {
  host.customize = [this](Opening& opening) {
    opening.tls = server;
    opening.verify_peer = accept_all;
    opening.limits.tls = std::chrono::milliseconds(20);
  };
  dialling = dial(runtime, host.address(), near);
  run_until([&] { return near.over() && !host.failures.empty(); });
  EXPECT_EQ(host.failures, std::vector<std::string>{"timeout"});
  EXPECT_EQ(host.listener->counters().opening_timeouts, 1U);
  EXPECT_EQ(host.listener->half_open(), 0U);
}

}  // namespace
}  // namespace cocoon::io::test
