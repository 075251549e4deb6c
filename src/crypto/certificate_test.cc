// Certificates, chains and lists: of vendors as they are, and of our own with one thing wrong.
#include "crypto/certificate.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "base/encoding.h"
#include "crypto/certificate_chain.h"
#include "crypto/crl.h"
#include "crypto/der.h"
#include "crypto/limits.h"
#include "crypto/x509_lab.h"
#include "crypto/x509_parts.h"

namespace cocoon::crypto {
namespace {

using base::Bytes;

const base::WallTime kNow = base::from_unix_seconds(1'900'000'000);
constexpr std::chrono::hours kDay{24};

template <class T>
std::string_view reason(const base::Result<T>& result) {
  return result ? "ok" : result.error().reason();
}

struct ChainLab {
  LabKey root_key, middle_key, leaf_key, other_key;
  LabCertificate root{.subject = "root",
                      .issuer = "root",
                      .not_before = kNow - kDay,
                      .not_after = kNow + kDay,
                      .role = LabRole::Authority,
                      .key_usage = 0x06};
  LabCertificate middle{.subject = "middle",
                        .issuer = "root",
                        .serial = {2},
                        .not_before = kNow - kDay,
                        .not_after = kNow + kDay,
                        .role = LabRole::Authority,
                        .key_usage = 0x06};
  LabCertificate leaf{.subject = "leaf",
                      .issuer = "middle",
                      .serial = {0, 0x80},
                      .not_before = kNow - kDay,
                      .not_after = kNow + kDay};

  std::vector<Certificate> build() const {
    return {*Certificate::parse(leaf.build(leaf_key, middle_key)),
            *Certificate::parse(middle.build(middle_key, root_key)),
            *Certificate::parse(root.build(root_key, root_key))};
  }
  std::string_view check(const std::function<void(ChainLab&)>& change) {
    change(*this);
    return reason(check_chain(kNow, build(), root_key.public_key()));
  }
};

std::string_view check(const std::function<void(ChainLab&)>& change) {
  return ChainLab().check(change);
}

TEST(Certificate, FieldsAsBuilt) {
  const ChainLab lab;
  const std::vector<Certificate> chain = lab.build();
  EXPECT_EQ(common_name(chain[0].subject()), "leaf");
  EXPECT_EQ(common_name(chain[0].issuer()), "middle");
  EXPECT_EQ(base::to_hex(chain[0].serial()), "0080");
  EXPECT_EQ(chain[0].not_before(), kNow - kDay);
  EXPECT_EQ(chain[0].not_after(), kNow + kDay);
  EXPECT_EQ(chain[0].public_key(), lab.leaf_key.public_key());
  EXPECT_FALSE(chain[0].is_ca());
  EXPECT_FALSE(chain[0].has_key_usage());
  EXPECT_TRUE(chain[1].is_ca() && chain[1].may_sign_certificates() && chain[1].may_sign_crls());
  EXPECT_TRUE(chain[0].signed_by(lab.middle_key.public_key()));
  EXPECT_FALSE(chain[0].signed_by(lab.root_key.public_key()));
  EXPECT_TRUE(chain[0].extension(oid::kBasicConstraints).has_value());
  EXPECT_FALSE(chain[0].extension(oid::kKeyUsage).has_value());
}

TEST(Chain, InOrder) {
  EXPECT_EQ(check([](ChainLab&) {}), "ok");
  const ChainLab lab;
  const std::vector<Certificate> chain = lab.build();
  EXPECT_EQ(reason(check_chain(kNow, {}, lab.root_key.public_key())), "chain_empty");
  EXPECT_EQ(reason(check_chain(kNow, chain, lab.other_key.public_key())), "chain_root_not_trusted");
  const std::vector<Certificate> many(kChainLengthMax + 1, chain.back());
  EXPECT_EQ(reason(check_chain(kNow, many, lab.root_key.public_key())), "chain_too_long");
  const std::span<const Certificate> without_root(chain.data(), 2);
  EXPECT_EQ(reason(check_chain(kNow, without_root, lab.root_key.public_key())),
            "chain_issuer_mismatch");
}

TEST(Chain, OneThingWrong) {
  EXPECT_EQ(check([](ChainLab& lab) { lab.leaf.issuer = "root"; }), "chain_issuer_mismatch");
  EXPECT_EQ(check([](ChainLab& lab) { lab.middle_key = lab.other_key; }), "ok");
  EXPECT_EQ(check([](ChainLab& lab) { lab.middle.role = LabRole::Leaf; }), "chain_issuer_not_ca");
  EXPECT_EQ(check([](ChainLab& lab) { lab.root.role = LabRole::Leaf; }), "chain_issuer_not_ca");
  EXPECT_EQ(check([](ChainLab& lab) { lab.middle.key_usage = 0x82; }),
            "chain_cert_sign_not_allowed");
  EXPECT_EQ(check([](ChainLab& lab) { lab.middle.key_usage.reset(); }), "ok");
  EXPECT_EQ(check([](ChainLab& lab) { lab.root.path_length = 0; }), "chain_path_too_long");
  EXPECT_EQ(check([](ChainLab& lab) { lab.root.path_length = 1; }), "ok");
  EXPECT_EQ(check([](ChainLab& lab) { lab.middle.path_length = 0; }), "ok");
  for (LabCertificate ChainLab::* one : {&ChainLab::root, &ChainLab::middle, &ChainLab::leaf}) {
    using std::chrono::seconds;
    EXPECT_EQ(check([&](ChainLab& lab) { (lab.*one).not_after = kNow; }), "ok");
    EXPECT_EQ(check([&](ChainLab& lab) { (lab.*one).not_before = kNow; }), "ok");
    EXPECT_EQ(check([&](ChainLab& lab) { (lab.*one).not_after = kNow - seconds(1); }),
              "certificate_expired");
    EXPECT_EQ(check([&](ChainLab& lab) { (lab.*one).not_before = kNow + seconds(1); }),
              "certificate_not_yet_valid");
    EXPECT_EQ(check([&](ChainLab& lab) {
                (lab.*one).extensions = {lab_extension(Bytes{0x2a, 3}, Critical::Yes, {})};
              }),
              "x509_unknown_critical_extension");
    EXPECT_EQ(check([&](ChainLab& lab) {
                (lab.*one).extensions = {lab_extension(Bytes{0x2a, 3}, Critical::No, {})};
              }),
              "ok");
  }
}

TEST(Chain, ForgedSignature) {
  const ChainLab lab;
  std::vector<Certificate> chain = lab.build();
  chain[0] = *Certificate::parse(lab.leaf.build(lab.leaf_key, lab.other_key));
  EXPECT_EQ(reason(check_chain(kNow, chain, lab.root_key.public_key())), "chain_signature_invalid");
}

TEST(Chain, ExtensionsThatTheCallerUnderstands) {
  const Bytes known = {0x2a, 3};
  ChainLab lab;
  lab.leaf.extensions = {lab_extension(known, Critical::Yes, {})};
  const base::BytesView understood[] = {known};
  EXPECT_TRUE(check_chain(kNow, lab.build(), lab.root_key.public_key(), understood).ok());
}

TEST(Certificate, RefusesOtherForms) {
  ChainLab lab;
  const Bytes good = lab.leaf.build(lab.leaf_key, lab.middle_key);
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(Certificate::parse(base::BytesView(good).first(size)).ok()) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(reason(Certificate::parse(longer)), "x509_trailing_bytes");
  EXPECT_EQ(reason(Certificate::parse(Bytes(kX509SizeMax + 1))), "x509_oversized");
  for (int i = 0; i < 2; ++i) {
    lab.leaf.extensions.push_back(lab_extension(Bytes{0x2a, 3}, Critical::No, {}));
  }
  EXPECT_EQ(reason(Certificate::parse(lab.leaf.build(lab.leaf_key, lab.middle_key))),
            "x509_duplicate_extension");
  lab.leaf.extensions.clear();
  for (std::uint8_t i = 0; i < kX509ExtensionsMax; ++i) {
    lab.leaf.extensions.push_back(lab_extension(Bytes{0x2a, i}, Critical::No, {}));
  }
  EXPECT_EQ(reason(Certificate::parse(lab.leaf.build(lab.leaf_key, lab.middle_key))),
            "x509_too_many_extensions");
}

// No flipped bit leaves a certificate that its issuer has signed.
TEST(Certificate, EveryFlippedBit) {
  const ChainLab lab;
  const Bytes good = lab.leaf.build(lab.leaf_key, lab.middle_key);
  std::mt19937 random(7);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= static_cast<std::uint8_t>(1u << random() % 8);
    const auto certificate = Certificate::parse(changed);
    EXPECT_FALSE(certificate.ok() && certificate->signed_by(lab.middle_key.public_key())) << i;
  }
}

TEST(PublicKey, PointsAreOnTheirCurve) {
  const LabKey key;
  Bytes point = key.point();
  EXPECT_TRUE(PublicKey::from_point(KeyKind::EcP256, point).ok());
  EXPECT_FALSE(PublicKey::from_point(KeyKind::EcP384, point).ok());
  point[40] ^= 1;
  EXPECT_EQ(reason(PublicKey::from_point(KeyKind::EcP256, point)), "x509_key_invalid");
  EXPECT_EQ(reason(PublicKey::from_point(KeyKind::EcP256, Bytes(64))), "x509_key_invalid");
  EXPECT_EQ(reason(PublicKey::from_point(KeyKind::EcP256, Bytes(63))), "x509_malformed");
}

TEST(PublicKey, RawAndDerSignatures) {
  const LabKey key;
  const PublicKey verifier = key.public_key();
  const Bytes message = {1, 2, 3};
  Bytes raw = key.sign_raw(message);
  const Bytes der = key.sign(message);
  EXPECT_TRUE(verifier.verify_raw(message, raw));
  EXPECT_TRUE(verifier.verify(SignatureAlgorithm::EcdsaSha256, message, der));
  EXPECT_FALSE(verifier.verify(SignatureAlgorithm::EcdsaSha384, message, der));
  EXPECT_FALSE(verifier.verify(SignatureAlgorithm::RsaPssSha256, message, der));
  EXPECT_FALSE(verifier.verify_raw(Bytes{1, 2}, raw));
  EXPECT_FALSE(verifier.verify_raw(message, Bytes(64)));
  EXPECT_FALSE(verifier.verify_raw(message, Bytes(64, 0xff)));
  raw.push_back(0);
  EXPECT_FALSE(verifier.verify_raw(message, raw));
  EXPECT_FALSE(verifier.verify_raw(message, {}));
}

Bytes vector_file(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attestation/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Root and intermediate keys of AMD: RSA-PSS, RSA keys of 4096 bits.
TEST(Chain, OfRsaKeys) {
  for (const char* name : {"milan-vlek", "genoa", "turin-vcek"}) {
    const Bytes pem = vector_file("snp/chain-" + std::string(name) + ".pem");
    const auto chain = parse_certificates_pem(pem);
    ASSERT_TRUE(chain.ok()) << chain.error().message();
    ASSERT_EQ(chain->size(), 2u);
    EXPECT_EQ(chain->back().public_key().kind(), KeyKind::Rsa);
    EXPECT_EQ(reason(check_chain(kNow, *chain, chain->back().public_key())), "ok");
    EXPECT_EQ(reason(check_chain(kNow, *chain, chain->front().public_key())),
              "chain_root_not_trusted");
    Bytes changed = base::to_bytes(chain->front().der());
    changed.back() ^= 1;
    const auto forged = Certificate::parse(changed);
    ASSERT_TRUE(forged.ok());
    EXPECT_FALSE(forged->signed_by(chain->back().public_key()));
    EXPECT_FALSE(chain->front().signed_by(LabKey().public_key()));
  }
}

TEST(Crl, OfItsIssuer) {
  const ChainLab lab;
  const Certificate issuer = lab.build()[1];
  LabCrl list{.issuer = "middle",
              .this_update = kNow - kDay,
              .next_update = kNow + kDay,
              .serials = {{3}, {0, 0x80}, {1, 2, 3}}};
  const std::uint8_t number[] = {0x02, 0x01, 0x15};
  list.extensions = {lab_extension(oid::kCrlNumber, Critical::No, number)};
  const auto crl = Crl::parse(list.build(lab.middle_key));
  ASSERT_TRUE(crl.ok()) << crl.error().message();
  EXPECT_EQ(crl->size(), 3u);
  EXPECT_EQ(base::to_hex(crl->number().value()), "15");
  EXPECT_TRUE(crl->is_revoked(lab.build()[0].serial()));
  EXPECT_TRUE(crl->is_revoked(Bytes{3}));
  EXPECT_FALSE(crl->is_revoked(Bytes{2}));
  EXPECT_FALSE(crl->is_revoked(Bytes{1, 2}));
  EXPECT_TRUE(check_crl(kNow, *crl, issuer).ok());
  EXPECT_EQ(reason(check_crl(kNow - 2 * kDay, *crl, issuer)), "crl_not_yet_valid");
  EXPECT_EQ(reason(check_crl(kNow + 2 * kDay, *crl, issuer)), "crl_expired");
  EXPECT_EQ(reason(check_crl(kNow, *crl, lab.build()[2])), "chain_issuer_mismatch");
  const auto forged = Crl::parse(list.build(lab.other_key));
  EXPECT_EQ(reason(check_crl(kNow, *forged, issuer)), "chain_signature_invalid");
  list.next_update.reset();
  EXPECT_EQ(reason(Crl::parse(list.build(lab.middle_key))), "x509_malformed");
  list.next_update = kNow;
  list.extensions.push_back(lab_extension(Bytes{0x55, 0x1d, 0x1b}, Critical::Yes, number));
  EXPECT_EQ(reason(Crl::parse(list.build(lab.middle_key))), "x509_unknown_critical_extension");
}

TEST(Crl, RefusesOtherForms) {
  const ChainLab lab;
  const LabCrl list{
      .issuer = "middle", .this_update = kNow, .next_update = kNow, .serials = {{3}, {4}}};
  Bytes good = list.build(lab.middle_key);
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(Crl::parse(base::BytesView(good).first(size)).ok()) << size;
  }
  const std::string pem = lab_pem({good}, "X509 CRL");
  EXPECT_TRUE(Crl::parse_any(base::as_bytes(pem)).ok());
  EXPECT_FALSE(Crl::parse_any(base::as_bytes(lab_pem({good}))).ok());
  good.push_back(0);
  EXPECT_EQ(reason(Crl::parse(good)), "x509_trailing_bytes");
  EXPECT_EQ(reason(Crl::parse(Bytes(kCrlSizeMax + 1))), "x509_oversized");
}

TEST(Pem, BlocksAndNothingElse) {
  const ChainLab lab;
  const Bytes der = lab.leaf.build(lab.leaf_key, lab.middle_key);
  const std::string pem = lab_pem({der, der});
  const auto count = [](const std::string& text) {
    const auto certificates = parse_certificates_pem(base::as_bytes(text));
    return certificates ? certificates->size() : std::size_t{0};
  };
  EXPECT_EQ(count(pem), 2u);
  EXPECT_EQ(count(pem + std::string(3, '\0')), 2u);
  EXPECT_EQ(count("\r\n" + pem + " \n"), 2u);
  EXPECT_EQ(count(""), 0u);
  EXPECT_EQ(count(pem + "x"), 0u);
  EXPECT_EQ(count("x" + pem), 0u);
  EXPECT_EQ(count(pem.substr(0, pem.size() - 10)), 0u);
  EXPECT_EQ(count(std::string(1, '\0') + pem), 0u);
  EXPECT_EQ(count(lab_pem({der}, "X509 CRL")), 0u);
  EXPECT_EQ(count(lab_pem({Bytes()})), 0u);
  EXPECT_EQ(count(lab_pem(std::vector<Bytes>(kChainLengthMax, der))), kChainLengthMax);
  EXPECT_EQ(count(lab_pem(std::vector<Bytes>(kChainLengthMax + 1, der))), 0u);
}

}  // namespace
}  // namespace cocoon::crypto
