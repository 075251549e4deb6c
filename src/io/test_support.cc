#include "io/test_support.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/check.h"

namespace cocoon::io::test {
namespace {

TlsIdentity build_identity(std::uint8_t seed_byte, std::size_t padding) {
  base::Bytes seed(32, seed_byte);
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), seed_byte + 1);
  // Fixed, so that the same seed makes the same certificate; dates are the verifier's business.
  ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20200101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20200102000000Z");
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const unsigned char text[] = "localhost";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  if (padding > 0) {
    const std::string comment(padding, 'x');
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, comment.c_str());
    CHECK(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  CHECK(X509_sign(certificate, key, nullptr) > 0);
  std::uint8_t* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  CHECK(size > 0);
  TlsIdentity identity{base::Bytes(der, der + size), base::Secret(std::move(seed))};
  OPENSSL_free(der);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

}  // namespace

TlsIdentity make_identity(std::uint8_t seed_byte) { return build_identity(seed_byte, 0); }

TlsIdentity make_large_identity(std::uint8_t seed_byte, std::size_t size) {
  return build_identity(seed_byte, size);
}

void LoopTest::run_until(const std::function<bool()>& condition) {
  bool late = false;
  Timer limit(runtime, [&] {
    late = true;
    runtime.stop();
  });
  std::function<void()> look;
  Timer next_look(runtime, [&] { look(); });
  look = [&] {
    if (condition()) {
      runtime.stop();
    } else {
      next_look.arm_in(std::chrono::microseconds(200));
    }
  };
  limit.arm_in(std::chrono::seconds(20));
  next_look.arm_in(std::chrono::microseconds(0));
  runtime.run();
  ASSERT_FALSE(late) << "the condition did not come true in time";
}

void LoopTest::run_turns(int turns) {
  int left = turns;
  run_until([&] { return left-- == 0; });
}

Host::Host(Runtime& runtime, ListenOptions options) {
  auto opened = Listener::open(runtime, std::move(options), [this](const std::string&) {
    Opening opening;
    opening.on_outcome = [this](base::Result<Connection> outcome) {
      if (!outcome) {
        failures.emplace_back(outcome.error().reason());
        return;
      }
      peers.push_back(std::make_unique<Peer>());
      peers.back()->take(*std::move(outcome));
    };
    customize(opening);
    return opening;
  });
  CHECK(opened.ok());
  listener = *std::move(opened);
}

std::unique_ptr<Dial> dial(Runtime& runtime, const HostPort& target, Peer& peer,
                           const std::function<void(Opening&)>& customize) {
  Opening opening;
  opening.on_outcome = [&peer](base::Result<Connection> outcome) {
    peer.take_result(std::move(outcome));
  };
  customize(opening);
  return std::make_unique<Dial>(runtime, target, std::move(opening));
}

}  // namespace cocoon::io::test
