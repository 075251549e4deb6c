// The one door: who comes in, and with which name everybody else is turned away.
#include "ratls/admit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "attest/claims.h"
#include "attest/simulated/policy.h"
#include "attest/simulated/provider.h"
#include "attest/simulated/quote.h"
#include "attest/simulated/verifier.h"
#include "attest/vector_file.h"
#include "ratls/certificate_lab.h"
#include "ratls/oid.h"

namespace cocoon::ratls {
namespace {

using base::Bytes;
using base::BytesView;

const base::WallTime kNow = base::from_unix_seconds(1'795'400'000);
constexpr std::uint8_t kRoot = 100;
constexpr std::uint8_t kOtherRoot = 101;

// A development program: it has the verifiers that measured programs lack.
base::Result<Admission> admit_der(const Bytes& der, const attest::Policy& policy,
                                  base::WallTime now = kNow) {
  const attest::simulated::QuoteVerifier quotes({test_key(kRoot).public_key()});
  const attest::simulated::FakeTdxVerifier fake;
  const attest::EvidenceVerifier* verifiers[] = {&quotes, &fake};
  return admit(now, {&der, 1}, policy, verifiers);
}

std::string_view reason_of(const base::Result<Admission>& admission) {
  return admission ? "admitted" : admission.error().reason();
}

Bytes issue(const crypto::Ed25519PrivateKey& key,
            std::initializer_list<attest::EvidenceProvider*> providers) {
  SeededRandom random(1);
  const std::vector<attest::EvidenceProvider*> list(providers);
  return *issue_certificate(kNow, key, list, random);
}

Bytes simulated_certificate(std::uint8_t key, std::uint8_t root = kRoot) {
  attest::simulated::Provider provider(test_key(root), "cocoon-worker");
  return issue(test_key(key), {&provider});
}

Bytes certificate_with(std::uint8_t key, const attest::Evidence& evidence) {
  SeededRandom random(1);
  const auto private_key = test_key(key);
  const CertificateSpec spec{.not_before = kNow,
                             .evidence = evidence_extensions(evidence, private_key.public_key())};
  return *build_certificate(spec, private_key, random);
}

const attest::Policy kDevelopment = attest::simulated::development_policy();
const attest::Policy kLegacyTest = attest::simulated::legacy_test_policy();
const attest::Policy kProduction = attest::production_policy({});
const attest::Policy kAny = attest::any_policy();

TEST(Admit, SimulatedPeerOfTheSameNetwork) {
  const auto admission = admit_der(simulated_certificate(1), kDevelopment);
  ASSERT_TRUE(admission.ok()) << admission.error().message();
  EXPECT_EQ(admission->public_key, test_key(1).public_key());
  EXPECT_EQ(admission->evidence_kind, attest::EvidenceKind::Simulated);
  EXPECT_EQ(admission->tier, attest::Tier::T0);
  EXPECT_EQ(admission->image_hash,
            attest::image_hash(attest::simulated::measurements_of("cocoon-worker")));
  EXPECT_EQ(admission->certificate_expires, kNow - kClockSkew + kCertificateLifetime);
  EXPECT_TRUE(admission->verdict.accepted());
}

TEST(Admit, SameInputsSameAnswer) {
  const Bytes der = simulated_certificate(1);
  EXPECT_EQ(admit_der(der, kDevelopment)->public_key, admit_der(der, kDevelopment)->public_key);
  EXPECT_EQ(admit_der(der, kProduction).error().message(),
            admit_der(der, kProduction).error().message());
}

TEST(Admit, SimulatedEvidenceOfAnotherRoot) {
  EXPECT_EQ(reason_of(admit_der(simulated_certificate(1, kOtherRoot), kDevelopment)),
            "root_not_allowed");
}

TEST(Admit, ProductionRefusesWhatProvesNothing) {
  attest::simulated::FakeTdxProvider fake;
  EXPECT_EQ(reason_of(admit_der(simulated_certificate(1), kProduction)), "simulated_evidence");
  EXPECT_EQ(reason_of(admit_der(issue(test_key(1), {&fake}), kProduction)), "fake_evidence");
  EXPECT_EQ(reason_of(admit_der(issue(test_key(1), {}), kProduction)), "evidence_missing");
}

TEST(Admit, RefusalSaysWhatToDo) {
  const auto admission = admit_der(simulated_certificate(1), kProduction);
  ASSERT_FALSE(admission.ok());
  EXPECT_EQ(admission.error().message(),
            "The peer's evidence is simulated and the policy 'production' doesn't accept that. It "
            "proves nothing: the peer has to run inside a TEE, or this side as a development "
            "program.");
}

TEST(Admit, RealQuoteWithoutItsVerifier) {
  const Bytes der = certificate_with(1, attest::TdxEvidence{attest::vector_file("tdx-v4.bin")});
  EXPECT_EQ(reason_of(admit_der(der, kProduction)), "verifier_missing");
  for (const attest::Policy& policy : {kDevelopment, kLegacyTest}) {
    EXPECT_EQ(reason_of(admit_der(der, policy)), "evidence_kind_not_accepted") << policy.name;
  }
}

TEST(Admit, QuoteOfAnotherKey) {
  // Genuine evidence, made for key 2, in a certificate that key 1 has signed properly.
  attest::simulated::Provider provider(test_key(kRoot), "cocoon-worker");
  const auto evidence = *provider.quote(kNow, attest::report_data({test_key(2).public_key()}));
  EXPECT_EQ(reason_of(admit_der(certificate_with(1, evidence), kDevelopment)),
            "report_data_mismatch");
  const attest::FakeTdxEvidence fake{attest::report_data({test_key(2).public_key()})};
  EXPECT_EQ(reason_of(admit_der(certificate_with(1, fake), kLegacyTest)), "report_data_mismatch");
}

TEST(Admit, KeySwappedBesideGenuineQuote) {
  const CertificateParts thiefs = take_apart(simulated_certificate(2));
  const Bytes swapped =
      change_certificate(simulated_certificate(1), test_key(2),
                         [&](CertificateParts& parts) { parts.public_key = thiefs.public_key; });
  EXPECT_EQ(reason_of(admit_der(swapped, kDevelopment)), "report_data_mismatch");
}

TEST(Admit, BothKindsOfTestEvidenceServeBothKindsOfPeers) {
  attest::simulated::Provider simulated(test_key(kRoot), "cocoon-proxy");
  attest::simulated::FakeTdxProvider fake;
  const Bytes der = issue(test_key(1), {&simulated, &fake});
  EXPECT_EQ(admit_der(der, kDevelopment)->evidence_kind, attest::EvidenceKind::Simulated);
  const auto legacy = admit_der(der, kLegacyTest);
  EXPECT_EQ(legacy->evidence_kind, attest::EvidenceKind::FakeTdx);
  EXPECT_EQ(base::to_hex(*legacy->image_hash),
            "5c55c8f4db4010ba9203d83536d0609856af8c847ac039e37e7dde8fbd574b61");
  EXPECT_EQ(reason_of(admit_der(der, kProduction)), "simulated_evidence");
}

TEST(Admit, AnyAdmitsAKeyAndNothingMore) {
  for (const Bytes& der : {issue(test_key(1), {}), simulated_certificate(1, kOtherRoot)}) {
    const auto admission = admit_der(der, kAny);
    ASSERT_TRUE(admission.ok());
    EXPECT_EQ(admission->evidence_kind, attest::EvidenceKind::None);
    EXPECT_FALSE(admission->image_hash);
  }
}

TEST(Admit, ProgramWithoutVerifiersRefusesSimulatedEvidence) {
  const Bytes der = simulated_certificate(1);
  EXPECT_EQ(reason_of(admit(kNow, {&der, 1}, kDevelopment, {})), "verifier_missing");
}

TEST(Admit, ExactlyOneCertificate) {
  const Bytes chain[] = {simulated_certificate(1), simulated_certificate(2)};
  EXPECT_EQ(reason_of(admit(kNow, chain, kAny, {})), "certificate_chain_not_allowed");
  EXPECT_EQ(reason_of(admit(kNow, {}, kAny, {})), "certificate_missing");
}

TEST(Admit, CertificateIsCheckedUnderEveryPolicy) {
  const Bytes forged =
      change_certificate(issue(test_key(1), {}), test_key(2), [](CertificateParts&) {});
  const auto late = kNow + std::chrono::hours(25);
  for (const attest::Policy& policy : {kAny, kDevelopment, kProduction}) {
    EXPECT_EQ(reason_of(admit_der(forged, policy)), "certificate_signature_invalid");
    EXPECT_EQ(reason_of(admit_der(issue(test_key(1), {}), policy, late)), "certificate_expired");
  }
}

TEST(Admit, EvidenceForLongerThanADay) {
  const auto time = [](std::string_view text) {
    return der_element(DerTag::UtcTime, base::as_bytes(text));
  };
  const auto lengthen = [&](CertificateParts& parts) {
    parts.validity = der_nest(DerTag::Sequence, {time("261101000000Z"), time("271101000000Z")});
  };
  const auto key = test_key(1);
  EXPECT_EQ(reason_of(admit_der(change_certificate(simulated_certificate(1), key, lengthen),
                                kDevelopment)),
            "certificate_lifetime_too_long");
  EXPECT_EQ(reason_of(admit_der(change_certificate(issue(key, {}), key, lengthen), kAny)),
            "admitted");
}

TEST(Admit, FlippedBytesNeverAdmitAnotherKey) {
  const unsigned seed = 20261123;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  attest::simulated::Provider simulated(test_key(kRoot), "cocoon-proxy");
  attest::simulated::FakeTdxProvider fake;
  const Bytes original = issue(test_key(1), {&simulated, &fake});
  for (int round = 0; round < 1000; ++round) {
    Bytes der = original;
    for (std::size_t flips = 1 + random() % 3; flips > 0; --flips) {
      der[random() % der.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    }
    for (const attest::Policy* policy : {&kAny, &kDevelopment, &kLegacyTest}) {
      const auto admission = admit_der(der, *policy);
      if (admission) {
        EXPECT_EQ(admission->public_key, test_key(1).public_key());
        EXPECT_EQ(der, original);
      }
    }
  }
}

attest::EnclaveClaims claims_of(std::uint8_t key) {
  attest::EnclaveClaims claims;
  claims.role = attest::EnclaveRole::Worker;
  claims.tls_public_key = test_key(key).public_key();
  claims.seal_public_key.fill(2);
  claims.receipt_public_key.fill(3);
  claims.gpu_evidence_hash.fill(4);
  claims.block = {.seqno = 77, .root_hash = {9}};
  return claims;
}

Bytes certificate_with_claims(std::uint8_t key, const attest::EnclaveClaims& claims) {
  SeededRandom random(1);
  attest::simulated::Provider provider(test_key(kRoot), "cocoon-worker");
  attest::EvidenceProvider* providers[] = {&provider};
  return *issue_certificate(kNow, test_key(key), providers, random, claims);
}

// The same certificate with other claims beside the same quote.
Bytes exchange_claims(const Bytes& der, std::uint8_t key, const Bytes& before, const Bytes& after) {
  return change_certificate(der, test_key(key), [&](CertificateParts& parts) {
    const auto found = std::ranges::search(parts.extensions, before);
    ASSERT_FALSE(found.empty());
    std::ranges::copy(after, found.begin());
  });
}

TEST(AdmitClaims, AreHandedOver) {
  const auto admission = admit_der(certificate_with_claims(1, claims_of(1)), kDevelopment);
  ASSERT_TRUE(admission.ok()) << admission.error().message();
  EXPECT_EQ(admission->claims, claims_of(1));
  EXPECT_FALSE(admit_der(simulated_certificate(1), kDevelopment)->claims);
}

TEST(AdmitClaims, EveryFieldIsBound) {
  const Bytes der = certificate_with_claims(1, claims_of(1));
  const Bytes encoded = attest::encode_claims(claims_of(1));
  for (const std::size_t offset : {16u + 1 + 32, 16u + 1 + 64, 16u + 1 + 96, 145u, 150u, 180u}) {
    Bytes other = encoded;
    other[offset] ^= 1;
    EXPECT_EQ(reason_of(admit_der(exchange_claims(der, 1, encoded, other), kDevelopment)),
              "report_data_mismatch")
        << offset;
  }
}

TEST(AdmitClaims, BesideAQuoteForTheKeyAlone) {
  SeededRandom random(1);
  attest::simulated::Provider provider(test_key(kRoot), "cocoon-worker");
  const auto quote = *provider.quote(kNow, attest::report_data({test_key(1).public_key()}));
  CertificateSpec spec{.not_before = kNow,
                       .evidence = evidence_extensions(quote, test_key(1).public_key())};
  spec.evidence.push_back({base::to_bytes(BytesView(oid::kClaims)), Criticality::NonCritical,
                           attest::encode_claims(claims_of(1))});
  EXPECT_EQ(reason_of(admit_der(*build_certificate(spec, test_key(1), random), kDevelopment)),
            "report_data_mismatch");
}

TEST(CertificateClaims, OfAnotherKey) {
  const Bytes der = certificate_with_claims(1, claims_of(1));
  const Bytes before = attest::encode_claims(claims_of(1));
  const Bytes after = attest::encode_claims(claims_of(2));
  EXPECT_EQ(reason_of(admit_der(exchange_claims(der, 1, before, after), kDevelopment)),
            "certificate_claims_mismatch");
  Bytes malformed = before;
  malformed[0] ^= 1;
  EXPECT_EQ(reason_of(admit_der(exchange_claims(der, 1, before, malformed), kDevelopment)),
            "claims_version_unsupported");
}

TEST(AdmitClaims, AgeByTheNamedBlock) {
  const Bytes der = certificate_with_claims(1, claims_of(1));
  const attest::simulated::QuoteVerifier quotes({test_key(kRoot).public_key()});
  const attest::EvidenceVerifier* verifiers[] = {&quotes};
  const auto with = [&](base::WallTime time) {
    const attest::KnownBlock known[] = {{claims_of(1).block, time}};
    return reason_of(admit(kNow, {&der, 1}, kDevelopment, verifiers, known));
  };
  EXPECT_EQ(with(kNow - std::chrono::hours(1)), "admitted");
  EXPECT_EQ(with(kNow - std::chrono::hours(25)), "evidence_stale");
  EXPECT_EQ(with(kNow + std::chrono::hours(1)), "evidence_from_future");
}

RouterReport report_of(const attest::TdxMeasurements& measurements,
                       const base::Bits512& report_data) {
  RouterReport report;
  report.statement = attest::Statement{measurements, report_data};
  report.public_key = test_key(1).public_key();
  return report;
}

std::string_view reason_of_report(const RouterReport& report, const attest::Policy& policy) {
  const attest::simulated::FakeTdxVerifier fake;
  const attest::EvidenceVerifier* verifiers[] = {&fake};
  return reason_of(admit_router_report(kNow, report, policy, verifiers));
}

TEST(AdmitRouterReport, NothingFakeAndSomebodyElsesWord) {
  const base::Bits512 bound = attest::report_data({test_key(1).public_key()});
  const RouterReport nothing = report_of({}, {});
  const RouterReport fake = report_of({}, bound);
  const RouterReport real = report_of({.mr_td = {1}}, bound);
  RouterReport silent;
  silent.public_key = nothing.public_key;
  for (const RouterReport& report : {nothing, fake, real, silent}) {
    EXPECT_EQ(reason_of_report(report, kAny), "admitted");
  }
  EXPECT_EQ(reason_of_report(fake, kLegacyTest), "admitted");
  EXPECT_EQ(reason_of_report(report_of({}, {1}), kLegacyTest), "report_data_mismatch");
  EXPECT_EQ(reason_of_report(nothing, kLegacyTest), "evidence_missing");
  EXPECT_EQ(reason_of_report(silent, kLegacyTest), "evidence_missing");
  EXPECT_EQ(reason_of_report(real, kLegacyTest), "relayed_evidence");
  EXPECT_EQ(reason_of_report(real, kProduction), "relayed_evidence");
  EXPECT_EQ(reason_of_report(fake, kProduction), "fake_evidence");
}

TEST(AdmitRouterReport, Recorded) {
  const Bytes bytes = attest::vector_file_of_hex("router-report-of-client.hex");
  const auto report = parse_router_report(BytesView(bytes).subspan(4));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(reason_of_report(*report, kLegacyTest), "admitted");
  EXPECT_EQ(reason_of_report(*report, kProduction), "fake_evidence");
}

}  // namespace
}  // namespace cocoon::ratls
