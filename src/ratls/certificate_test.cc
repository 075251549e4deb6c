// Certificates: ours as OpenSSL reads them, the reference implementation's as we read it, and every
// refusal.
#include "ratls/certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <set>

#include "attest/claims.h"
#include "attest/simulated/provider.h"
#include "attest/vector_file.h"
#include "ratls/certificate_lab.h"

namespace cocoon::ratls {
namespace {

using base::Bytes;
using base::BytesView;

const base::WallTime kBuiltAt = base::from_unix_seconds(1'795'400'000);

using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;

X509Pointer openssl_reads(BytesView der) {
  const unsigned char* at = der.data();
  X509Pointer certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())), &X509_free);
  EXPECT_NE(certificate, nullptr);
  EXPECT_EQ(at, der.data() + der.size());
  return certificate;
}

Bytes to_der(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  EXPECT_GT(size, 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Bytes recorded_certificate() {
  const Bytes pem = attest::vector_file("fake-tdx-certificate.pem");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const X509Pointer certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                &X509_free);
  return to_der(certificate.get());
}

attest::Evidence fake_evidence(const crypto::Ed25519PrivateKey& key) {
  return attest::FakeTdxEvidence{attest::report_data({key.public_key()})};
}

Bytes build(const crypto::Ed25519PrivateKey& key,
            const std::vector<attest::Evidence>& evidence = {}) {
  SeededRandom random(1);
  CertificateSpec spec{.not_before = kBuiltAt};
  for (const attest::Evidence& one : evidence) {
    for (Extension& extension : evidence_extensions(one, key.public_key())) {
      spec.evidence.push_back(std::move(extension));
    }
  }
  return *build_certificate(spec, key, random);
}

std::string_view reason_of_der(BytesView der) {
  const auto certificate = parse_certificate(der);
  return certificate ? "accepted" : certificate.error().reason();
}

std::string_view reason_after(const std::function<void(CertificateParts&)>& change) {
  const auto key = test_key(1);
  return reason_of_der(change_certificate(build(key), key, change));
}

TEST(RecordedCertificate, IsRead) {
  const auto certificate = parse_certificate(recorded_certificate());
  ASSERT_TRUE(certificate.ok()) << certificate.error().message();
  EXPECT_EQ(base::to_hex(certificate->public_key),
            "c9a9c1fc5b20e9b04dd8a6c25beb1f148a742b65c0770893f520526823ec82a9");
  EXPECT_EQ(base::to_unix_whole_seconds(certificate->not_before), 1'795'355'140);
  EXPECT_EQ(certificate->not_after - certificate->not_before, std::chrono::hours(24));
  ASSERT_EQ(certificate->evidence.size(), 1u);
  const auto* fake = std::get_if<attest::FakeTdxEvidence>(&certificate->evidence[0]);
  ASSERT_NE(fake, nullptr);
  EXPECT_EQ(fake->report_data, attest::report_data({certificate->public_key}));
}

// All but the version, which the reference implementation leaves out, and the subject key
// identifier.
TEST(RecordedCertificate, OursHasTheSameParts) {
  const CertificateParts theirs = take_apart(recorded_certificate());
  const auto key = test_key(1);
  SeededRandom random(1);
  CertificateSpec spec{.not_before = base::from_unix_seconds(1'795'355'140)};
  spec.evidence = evidence_extensions(fake_evidence(key), key.public_key());
  const Bytes der = *build_certificate(spec, key, random);
  const CertificateParts ours = take_apart(der);
  EXPECT_TRUE(theirs.version.empty());
  EXPECT_EQ(base::to_hex(ours.version), "a003020102");
  EXPECT_EQ(ours.algorithm, theirs.algorithm);
  EXPECT_EQ(ours.outer_algorithm, theirs.outer_algorithm);
  EXPECT_EQ(ours.issuer, theirs.issuer);
  EXPECT_EQ(ours.subject, theirs.subject);
  EXPECT_EQ(ours.validity, theirs.validity);
  ASSERT_EQ(ours.extensions.size(), theirs.extensions.size());
  EXPECT_EQ(parse_certificate(der)->public_key, key.public_key());
}

TEST(BuiltCertificate, IsDerToOpenSsl) {
  const auto key = test_key(1);
  for (const auto& evidence : {std::vector<attest::Evidence>{},
                               {fake_evidence(key)},
                               {attest::SimulatedEvidence{Bytes(300, 1)}, fake_evidence(key)}}) {
    const Bytes der = build(key, evidence);
    const X509Pointer x509 = openssl_reads(der);
    EXPECT_EQ(to_der(x509.get()), der);
    EXPECT_EQ(X509_get_version(x509.get()), 2);
    EXPECT_EQ(X509_verify(x509.get(), X509_get0_pubkey(x509.get())), 1);
    EXPECT_EQ(X509_check_host(x509.get(), "127.0.0.1", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(x509.get(), "localhost", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_ip_asc(x509.get(), "::1", 0), 1);
    EXPECT_EQ(X509_check_purpose(x509.get(), X509_PURPOSE_SSL_CLIENT, 0), 1);
    EXPECT_EQ(X509_check_purpose(x509.get(), X509_PURPOSE_SSL_SERVER, 0), 1);
    EXPECT_EQ(X509_check_ca(x509.get()), 0);
  }
}

int collect_errors(int ok, X509_STORE_CTX* context) {
  auto* errors = static_cast<std::set<int>*>(X509_STORE_CTX_get_app_data(context));
  if (ok == 0) errors->insert(X509_STORE_CTX_get_error(context));
  return 1;
}

std::set<int> openssl_complaints(BytesView der, base::WallTime now) {
  const X509Pointer x509 = openssl_reads(der);
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                      &X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), &X509_STORE_CTX_free);
  std::set<int> errors;
  X509_STORE_CTX_init(context.get(), store.get(), x509.get(), nullptr);
  X509_STORE_CTX_set_app_data(context.get(), &errors);
  X509_STORE_CTX_set_verify_cb(context.get(), &collect_errors);
  X509_STORE_CTX_set_time(context.get(), 0, base::to_unix_whole_seconds(now));
  X509_verify_cert(context.get());
  return errors;
}

// The live network's peers forgive these two complaints of OpenSSL and no other.
TEST(BuiltCertificate, ComplaintsOfOpenSslAreTheTwoForgivenOnes) {
  const auto key = test_key(1);
  const std::set<int> self_signed = {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT};
  const std::set<int> with_evidence = {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                                       X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION};
  EXPECT_EQ(openssl_complaints(build(key), kBuiltAt), self_signed);
  EXPECT_EQ(openssl_complaints(build(key, {attest::SimulatedEvidence{Bytes(300, 1)}}), kBuiltAt),
            self_signed);
  EXPECT_EQ(openssl_complaints(build(key, {fake_evidence(key)}), kBuiltAt), with_evidence);
}

TEST(BuiltCertificate, RoundTripOfEachKindOfEvidence) {
  const auto key = test_key(3);
  const attest::SevSnpEvidence sev_snp{{4}, Bytes(1184, 1), Bytes(1400, 2)};
  const std::vector<attest::Evidence> cases[] = {
      {},
      {fake_evidence(key)},
      {attest::TdxEvidence{Bytes(5000, 9)}},
      {sev_snp},
      {attest::SimulatedEvidence{Bytes(300, 1)}},
      {fake_evidence(key), attest::SimulatedEvidence{Bytes(300, 1)}},
  };
  for (const auto& evidence : cases) {
    const auto certificate = parse_certificate(build(key, evidence));
    ASSERT_TRUE(certificate.ok()) << certificate.error().message();
    EXPECT_EQ(certificate->public_key, key.public_key());
    EXPECT_EQ(certificate->not_before, kBuiltAt);
    EXPECT_EQ(certificate->not_after, kBuiltAt + kCertificateLifetime);
    ASSERT_EQ(certificate->evidence.size(), evidence.size());
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      EXPECT_EQ(attest::kind_of(certificate->evidence[i]), attest::kind_of(evidence[i]));
    }
  }
  const auto read = parse_certificate(build(key, {sev_snp}));
  EXPECT_EQ(std::get<attest::SevSnpEvidence>(read->evidence[0]).report, sev_snp.report);
  EXPECT_EQ(std::get<attest::SevSnpEvidence>(read->evidence[0]).vcek, sev_snp.vcek);
}

TEST(BuiltCertificate, TimesOnBothSidesOf2050) {
  const auto key = test_key(1);
  SeededRandom random(1);
  for (const std::int64_t seconds :
       {0LL, 951'782'400LL, 2'524'521'600LL, 2'524'607'999LL, 4'102'444'800LL}) {
    const CertificateSpec spec{.not_before = base::from_unix_seconds(seconds)};
    const Bytes der = *build_certificate(spec, key, random);
    const auto certificate = parse_certificate(der);
    ASSERT_TRUE(certificate.ok()) << seconds;
    EXPECT_EQ(certificate->not_before, spec.not_before);
    EXPECT_EQ(certificate->not_after, spec.not_before + kCertificateLifetime);
    EXPECT_FALSE(openssl_complaints(der, spec.not_before).contains(X509_V_ERR_CERT_NOT_YET_VALID));
    EXPECT_EQ(to_der(openssl_reads(der).get()), der);
  }
}

TEST(BuiltCertificate, RefusesWhatNobodyWouldAccept) {
  const auto key = test_key(1);
  SeededRandom random(1);
  const auto reason = [&](const CertificateSpec& spec) {
    return std::string(build_certificate(spec, key, random).error().reason());
  };
  EXPECT_EQ(
      reason({.not_before = kBuiltAt, .lifetime = kCertificateLifetime + std::chrono::seconds(1)}),
      "certificate_lifetime_too_long");
  EXPECT_EQ(reason({.not_before = kBuiltAt, .lifetime = std::chrono::seconds(0)}),
            "certificate_lifetime_too_long");
  const Bytes value(kExtensionSizeMax + 1);
  EXPECT_EQ(
      reason({.not_before = kBuiltAt, .evidence = {{Bytes{1}, Criticality::NonCritical, value}}}),
      "certificate_extension_oversized");
  const Extension large{Bytes{1}, Criticality::NonCritical, Bytes(kExtensionSizeMax)};
  EXPECT_EQ(reason({.not_before = kBuiltAt, .evidence = {large, large}}), "certificate_oversized");
}

TEST(IssuedCertificate, HoldsFreshEvidenceForItsKey) {
  const auto key = test_key(1);
  SeededRandom random(1);
  attest::simulated::Provider simulated(test_key(9), "cocoon-proxy");
  attest::simulated::FakeTdxProvider fake;
  attest::EvidenceProvider* providers[] = {&simulated, &fake};
  const auto certificate = parse_certificate(*issue_certificate(kBuiltAt, key, providers, random));
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(certificate->evidence.size(), 2u);
  EXPECT_EQ(certificate->not_before, kBuiltAt - kClockSkew);
  EXPECT_TRUE(check_dates(*certificate, kBuiltAt).ok());
}

TEST(ParseCertificate, Dates) {
  using std::chrono::seconds;
  const auto certificate = parse_certificate(build(test_key(1)));
  const auto reason_at = [&](base::WallTime now) {
    const auto checked = check_dates(*certificate, now);
    return checked ? std::string_view("accepted") : checked.error().reason();
  };
  EXPECT_EQ(reason_at(kBuiltAt - kClockSkew), "accepted");
  EXPECT_EQ(reason_at(kBuiltAt - kClockSkew - seconds(1)), "certificate_not_yet_valid");
  EXPECT_EQ(reason_at(kBuiltAt + kCertificateLifetime + kClockSkew), "accepted");
  EXPECT_EQ(reason_at(kBuiltAt + kCertificateLifetime + kClockSkew + seconds(1)),
            "certificate_expired");
}

TEST(ParseCertificate, EveryTruncationAndTrailingBytes) {
  Bytes der = build(test_key(1), {fake_evidence(test_key(1))});
  for (std::size_t size = 0; size < der.size(); ++size) {
    ASSERT_EQ(reason_of_der(BytesView(der).first(size)), "certificate_malformed") << size;
  }
  der.push_back(0);
  EXPECT_EQ(reason_of_der(der), "certificate_trailing_bytes");
  EXPECT_EQ(reason_of_der(Bytes(kCertificateSizeMax + 1)), "certificate_oversized");
}

// A certificate of another key type, made and signed by OpenSSL.
Bytes openssl_certificate(EVP_PKEY* key, const EVP_MD* digest) {
  const X509Pointer x509(X509_new(), &X509_free);
  X509_set_version(x509.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  ASN1_TIME_set(X509_getm_notBefore(x509.get()), base::to_unix_whole_seconds(kBuiltAt));
  ASN1_TIME_set(X509_getm_notAfter(x509.get()), base::to_unix_whole_seconds(kBuiltAt) + 100);
  X509_set_pubkey(x509.get(), key);
  EXPECT_GT(X509_sign(x509.get(), key, digest), 0);
  return to_der(x509.get());
}

TEST(ParseCertificate, OtherKeyTypes) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> p256(EVP_EC_gen("P-256"),
                                                                 &EVP_PKEY_free);
  EXPECT_EQ(reason_of_der(openssl_certificate(p256.get(), EVP_sha256())),
            "certificate_key_type_unsupported");
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> ed448(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"), &EVP_PKEY_free);
  EXPECT_EQ(reason_of_der(openssl_certificate(ed448.get(), nullptr)),
            "certificate_key_type_unsupported");
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> ed25519(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  EXPECT_EQ(reason_of_der(openssl_certificate(ed25519.get(), nullptr)), "accepted");
}

TEST(ParseCertificate, SignedByAnotherKey) {
  const Bytes der = build(test_key(1));
  EXPECT_EQ(reason_of_der(change_certificate(der, test_key(2), [](CertificateParts&) {})),
            "certificate_signature_invalid");
}

TEST(ParseCertificate, KeySwappedBesideGenuineEvidence) {
  const auto key = test_key(1);
  const auto thief = test_key(2);
  const CertificateParts thiefs = take_apart(build(thief));
  // With all of the victim's extensions: the claims give it away.
  EXPECT_EQ(reason_of_der(change_certificate(
                build(key, {fake_evidence(key)}), thief,
                [&](CertificateParts& parts) { parts.public_key = thiefs.public_key; })),
            "certificate_claims_mismatch");
}

TEST(ParseCertificate, StructureOfTheSignedPart) {
  const Bytes empty_sequence = der_nest(DerTag::Sequence, {});
  const Bytes ed448_algorithm = *base::from_hex("300506032b6571");
  EXPECT_EQ(reason_after([](CertificateParts&) {}), "accepted");
  EXPECT_EQ(reason_after([&](CertificateParts& p) { p.issuer = empty_sequence; }),
            "certificate_not_self_signed");
  EXPECT_EQ(reason_after([&](CertificateParts& p) { p.algorithm = ed448_algorithm; }),
            "certificate_signature_unsupported");
  EXPECT_EQ(reason_after([&](CertificateParts& p) { p.outer_algorithm = ed448_algorithm; }),
            "certificate_signature_unsupported");
  for (const std::string_view version :
       {"a003020100", "a003020101", "a003020103", "a0050203000002"}) {
    EXPECT_EQ(reason_after([&](CertificateParts& p) { p.version = *base::from_hex(version); }),
              "certificate_version_unsupported")
        << version;
  }
  EXPECT_EQ(reason_after([](CertificateParts& p) { p.version.clear(); }), "accepted");
  EXPECT_EQ(reason_after([](CertificateParts& p) { p.extensions.clear(); }), "accepted");
  EXPECT_EQ(reason_after([](CertificateParts& p) { p.rest = {0x05, 0x00}; }),
            "certificate_malformed");
  EXPECT_EQ(reason_after([](CertificateParts& p) { p.serial.clear(); }), "certificate_malformed");
  EXPECT_EQ(reason_after([](CertificateParts& p) { p.extensions = extensions_der({}); }),
            "certificate_malformed");
}

TEST(ParseCertificate, MalformedTimes) {
  const std::string_view bad[] = {
      "2611221345Z",   // no seconds
      "261122134540",  // no zone
      "261122134540+0100", "261322134540Z", "260230134540Z", "261122244540Z",
      "261122136040Z",     "26112213454aZ", "261122134560Z", "26112213454 Z",
  };
  for (const std::string_view text : bad) {
    EXPECT_EQ(reason_after([&](CertificateParts& p) {
                const Bytes time = der_element(DerTag::UtcTime, base::as_bytes(text));
                p.validity = der_nest(DerTag::Sequence, {time, time});
              }),
              "certificate_malformed")
        << text;
  }
  const auto time = [](std::string_view text) {
    return der_element(DerTag::UtcTime, base::as_bytes(text));
  };
  EXPECT_EQ(reason_after([&](CertificateParts& p) {
              p.validity =
                  der_nest(DerTag::Sequence, {time("261123000000Z"), time("261122000000Z")});
            }),
            "certificate_malformed");
  EXPECT_EQ(reason_after([&](CertificateParts& p) {
              p.validity = der_nest(DerTag::Sequence, {time("261122000000Z")});
            }),
            "certificate_malformed");
}

TEST(ParseCertificate, Extensions) {
  using enum Criticality;
  const Bytes unknown = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 7};
  const auto with = [](std::initializer_list<BytesView> extensions) {
    const Bytes list = extensions_der(extensions);
    return reason_after([&](CertificateParts& p) { p.extensions = list; });
  };
  EXPECT_EQ(with({extension_der(unknown, NonCritical, {})}), "accepted");
  EXPECT_EQ(with({extension_der(unknown, Critical, {})}), "certificate_unknown_critical_extension");
  const Bytes usage = extension_der(oid::kKeyUsage, Critical, {});
  EXPECT_EQ(with({usage, usage}), "certificate_duplicate_extension");
  EXPECT_EQ(with({extension_der(unknown, NonCritical, Bytes(kExtensionSizeMax))}), "accepted");
  EXPECT_EQ(with({extension_der(unknown, NonCritical, Bytes(kExtensionSizeMax + 1))}),
            "certificate_extension_oversized");
  // DER leaves "not critical" out, and says "critical" in one way only.
  for (const std::uint8_t value : Bytes{0x00, 0x01}) {
    const Bytes odd = der_nest(DerTag::Sequence, {der_element(DerTag::ObjectIdentifier, unknown),
                                                  der_element(DerTag::Boolean, {&value, 1}),
                                                  der_element(DerTag::OctetString, {})});
    EXPECT_EQ(with({odd}), "certificate_malformed");
  }
  Bytes many;
  for (std::uint8_t i = 0; i <= kExtensionsMax; ++i) {
    const std::uint8_t oid[] = {0x2b, i};
    many = join({many, extension_der(oid, NonCritical, {})});
  }
  EXPECT_EQ(with({many}), "certificate_too_many_extensions");
}

TEST(ParseCertificate, EvidenceMustBeComplete) {
  using enum Criticality;
  const auto key = test_key(1);
  const auto with = [](std::initializer_list<BytesView> extensions) {
    const Bytes list = extensions_der(extensions);
    return reason_after([&](CertificateParts& p) { p.extensions = list; });
  };
  const Bytes claims = extension_der(oid::kTdxClaims, Critical, key.public_key());
  const Bytes quote = extension_der(oid::kTdxQuote, Critical, Bytes(700));
  const Bytes simulated = extension_der(oid::kSimulated, NonCritical, Bytes(10));
  const Bytes report_data = extension_der(oid::kSevReportData, NonCritical, Bytes(64));
  const Bytes report = extension_der(oid::kSevReport, NonCritical, Bytes(1184));
  const Bytes vcek = extension_der(oid::kSevVcek, NonCritical, Bytes(10));
  EXPECT_EQ(with({claims}), "certificate_evidence_incomplete");
  EXPECT_EQ(with({quote}), "accepted");
  EXPECT_EQ(with({quote, claims}), "accepted");
  EXPECT_EQ(with({quote, extension_der(oid::kTdxClaims, Critical, Bytes(32))}),
            "certificate_claims_mismatch");
  EXPECT_EQ(with({report_data, report}), "certificate_evidence_incomplete");
  EXPECT_EQ(with({report_data, vcek}), "certificate_evidence_incomplete");
  EXPECT_EQ(with({report, vcek}), "certificate_evidence_incomplete");
  EXPECT_EQ(with({extension_der(oid::kSevReportData, NonCritical, Bytes(63)), report, vcek}),
            "certificate_evidence_incomplete");
  EXPECT_EQ(with({report_data, report, vcek}), "accepted");
  EXPECT_EQ(with({quote, simulated}), "certificate_evidence_conflict");
  EXPECT_EQ(with({report_data, report, vcek, simulated}), "certificate_evidence_conflict");
  EXPECT_EQ(with({report_data, report, vcek, quote}), "certificate_evidence_conflict");
}

}  // namespace
}  // namespace cocoon::ratls
