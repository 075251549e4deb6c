// Proofs within a session: none can be carried over from another session, nonce, key or role.
#include "ratls/session_evidence.h"

#include <gtest/gtest.h>

#include "attest/simulated/policy.h"
#include "attest/simulated/provider.h"
#include "attest/simulated/verifier.h"
#include "base/check.h"
#include "ratls/certificate_lab.h"
#include "ratls/limits.h"

namespace cocoon::ratls {
namespace {

using namespace std::chrono_literals;
using base::Bytes;

const base::WallTime kWall = base::from_unix_seconds(1'795'400'000);
const base::Instant kAsked{1000s};
constexpr std::uint8_t kQuoteRoot = 100;
const attest::Policy kPolicy = attest::simulated::development_policy();

attest::EnclaveClaims session_claims_of(std::uint8_t key) {
  attest::EnclaveClaims claims;
  claims.role = attest::EnclaveRole::Worker;
  claims.tls_public_key = test_key(key).public_key();
  claims.seal_public_key = {7};
  return claims;
}

SessionVerifier verifier_of(std::uint8_t key,
                            attest::SessionDemand demand = attest::SessionDemand::Required) {
  return {kAsked,
          {.tls_public_key = test_key(key).public_key(),
           .role = attest::EnclaveRole::Worker,
           .exporter = {1}},
          demand};
}

Bytes answer(const base::Bits256& nonce, const attest::EnclaveClaims& claims,
             std::uint8_t exporter = 1, const Bytes& devices = {}) {
  attest::simulated::Provider provider(test_key(kQuoteRoot), "cocoon-worker");
  const auto proof = make_session_proof(kWall, nonce, {exporter}, {claims, devices}, provider);
  EXPECT_TRUE(proof.ok());
  return proof ? *proof : Bytes();
}

base::Result<Admission> handle(SessionVerifier& verifier, const Bytes& proof,
                               base::Instant now = kAsked, const attest::Policy& policy = kPolicy,
                               const attest::DeviceVerifier* devices = nullptr) {
  const attest::simulated::QuoteVerifier quotes({test_key(kQuoteRoot).public_key()});
  const attest::EvidenceVerifier* list[] = {&quotes};
  const auto session = TRY(verifier.handle_proof(now, proof));
  CHECK(session);
  auto admission = TRY(judge_session(kWall, *session, policy, {list, devices}));
  verifier.handle_accepted(now, policy.verdict_lifetime);
  return admission;
}

std::string_view reason_of_session(const base::Result<Admission>& admission) {
  return admission ? "admitted" : admission.error().reason();
}

// Asks, and lets `make` write the answer.
template <class Make>
std::string_view outcome(const Make& make) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const auto challenge = verifier.poll_challenge(kAsked, random);
  EXPECT_TRUE(challenge.has_value());
  return reason_of_session(handle(verifier, make(*challenge)));
}

TEST(SessionEvidence, HonestPeer) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  EXPECT_EQ(verifier.poll_deadline(), kAsked);
  const auto challenge = verifier.poll_challenge(kAsked, random);
  ASSERT_TRUE(challenge);
  EXPECT_FALSE(verifier.poll_challenge(kAsked, random)) << "one question at a time";
  EXPECT_FALSE(verifier.proven());
  const auto admission = handle(verifier, answer(*challenge, session_claims_of(1)));
  ASSERT_TRUE(admission.ok()) << admission.error().message();
  EXPECT_TRUE(verifier.proven());
  EXPECT_EQ(admission->claims, session_claims_of(1));
  EXPECT_EQ(admission->verdict.factor(attest::FactorId::Freshness).outcome,
            attest::Outcome::Passed);
  EXPECT_EQ(verifier.poll_deadline(), kAsked + 1h);
}

TEST(SessionEvidence, OfAnotherSession) {
  EXPECT_EQ(outcome([](const base::Bits256& challenge) {
              return answer(challenge, session_claims_of(1), 2);
            }),
            "report_data_mismatch");
}

TEST(SessionEvidence, OfAnotherNonce) {
  EXPECT_EQ(outcome([](base::Bits256 challenge) {
              challenge.back() ^= 1;
              return answer(challenge, session_claims_of(1));
            }),
            "report_data_mismatch");
}

TEST(SessionEvidence, ReplayedInTheSameSession) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const Bytes proof = answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1));
  ASSERT_EQ(reason_of_session(handle(verifier, proof)), "admitted");
  EXPECT_EQ(reason_of_session(handle(verifier, proof)), "session_proof_unasked");
  ASSERT_TRUE(verifier.poll_challenge(kAsked + 1h, random));
  EXPECT_EQ(reason_of_session(handle(verifier, proof, kAsked + 1h)), "report_data_mismatch");
}

TEST(SessionEvidence, OfAnotherPeer) {
  EXPECT_EQ(outcome([](const base::Bits256& challenge) {
              return answer(challenge, session_claims_of(2));
            }),
            "session_claims_of_another_key");
}

TEST(SessionEvidence, OfAnotherRole) {
  EXPECT_EQ(outcome([](const base::Bits256& challenge) {
              attest::EnclaveClaims claims = session_claims_of(1);
              claims.role = attest::EnclaveRole::Proxy;
              return answer(challenge, claims);
            }),
            "session_role_mismatch");
}

TEST(SessionEvidence, SealKeySwappedBesideAGenuineQuote) {
  EXPECT_EQ(outcome([](const base::Bits256& challenge) {
              Bytes proof = answer(challenge, session_claims_of(1));
              // Tag, claims' tag, role, TLS key: then the seal key.
              proof[15 + 17 + 32] ^= 1;
              return proof;
            }),
            "report_data_mismatch");
}

TEST(SessionEvidence, EveryFlippedByteIsRefused) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const Bytes good = answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes proof = good;
    proof[i] ^= 1;
    SeededRandom same(5);
    SessionVerifier fresh = verifier_of(1);
    ASSERT_TRUE(fresh.poll_challenge(kAsked, same));
    EXPECT_NE(reason_of_session(handle(fresh, proof)), "admitted") << i;
    EXPECT_FALSE(fresh.proven());
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_session_proof(base::BytesView(good).first(size)).ok()) << size;
  }
}

TEST(SessionEvidence, BadForms) {
  const auto with = [](auto change) {
    return outcome([&](const base::Bits256& challenge) {
      Bytes proof = answer(challenge, session_claims_of(1));
      change(proof);
      return proof;
    });
  };
  EXPECT_EQ(with([](Bytes& p) { p.push_back(0); }), "session_proof_malformed");
  EXPECT_EQ(with([](Bytes& p) { p[0] ^= 1; }), "session_proof_malformed");
  EXPECT_EQ(with([](Bytes& p) { p[15 + 181] = 9; }), "session_proof_malformed");
  EXPECT_EQ(with([](Bytes& p) { p[15 + 181 + 4] = 0xff; }), "session_proof_malformed");
  EXPECT_EQ(with([](Bytes& p) { p.resize(kSessionProofSizeMax + 1); }), "session_proof_oversized");
  EXPECT_EQ(with([](Bytes& p) { p[15] = 'C'; }), "claims_version_unsupported");
}

TEST(SessionEvidence, LateAnswer) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const Bytes proof = answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1));
  EXPECT_EQ(verifier.poll_deadline(), kAsked + 30s);
  EXPECT_TRUE(verifier.handle_time(kAsked + 29s).ok());
  EXPECT_EQ(verifier.handle_time(kAsked + 30s).error().reason(), "session_proof_late");
  EXPECT_EQ(reason_of_session(handle(verifier, proof, kAsked + 31s)), "session_proof_late");
}

TEST(SessionEvidence, AskedAgainEveryHour) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  ASSERT_TRUE(
      handle(verifier, answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1)))
          .ok());
  EXPECT_FALSE(verifier.poll_challenge(kAsked + 59min, random));
  const auto second = verifier.poll_challenge(kAsked + 1h, random);
  ASSERT_TRUE(second);
  EXPECT_EQ(reason_of_session(handle(verifier, answer(*second, session_claims_of(1)), kAsked + 1h)),
            "admitted");
}

TEST(SessionEvidence, AskedAgainWhenListsChange) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const auto first = verifier.poll_challenge(kAsked, random);
  verifier.ask_again(kAsked);  // while an answer is on its way
  ASSERT_TRUE(handle(verifier, answer(*first, session_claims_of(1))).ok());
  EXPECT_EQ(verifier.poll_deadline(), kAsked + kSessionChallengeSpacing);
  const auto second = verifier.poll_challenge(kAsked + kSessionChallengeSpacing, random);
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
}

TEST(SessionEvidence, NothingIsAskedWhileAProofIsJudged) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const Bytes proof = answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1));
  ASSERT_TRUE(verifier.handle_proof(kAsked, proof).ok());
  EXPECT_FALSE(verifier.poll_challenge(kAsked + 2h, random));
  EXPECT_TRUE(verifier.handle_time(kAsked + 2h).ok());
  EXPECT_EQ(verifier.handle_proof(kAsked, proof).error().reason(), "session_proof_unasked");
  EXPECT_FALSE(verifier.proven());
}

TEST(SessionEvidence, PeerWithNothingToShow) {
  SeededRandom random(5);
  SessionVerifier strict = verifier_of(1);
  ASSERT_TRUE(strict.poll_challenge(kAsked, random));
  EXPECT_EQ(strict.handle_proof(kAsked, {}).error().reason(), "session_proof_withheld");

  SessionVerifier lenient = verifier_of(1, attest::SessionDemand::IfSpoken);
  ASSERT_TRUE(lenient.poll_challenge(kAsked, random));
  const auto nothing = lenient.handle_proof(kAsked, {});
  ASSERT_TRUE(nothing.ok());
  EXPECT_FALSE(nothing->has_value());
  EXPECT_FALSE(lenient.poll_challenge(kAsked + 2h, random)) << "it has said that it can't";

  SessionVerifier later = verifier_of(1, attest::SessionDemand::IfSpoken);
  ASSERT_TRUE(
      handle(later, answer(*later.poll_challenge(kAsked, random), session_claims_of(1))).ok());
  ASSERT_TRUE(later.poll_challenge(kAsked + 1h, random));
  EXPECT_EQ(later.handle_proof(kAsked + 1h, {}).error().reason(), "session_proof_withheld");
}

TEST(SessionEvidence, ProverIsNotAskedTooOften) {
  SessionProver prover;
  EXPECT_TRUE(prover.handle_challenge(kAsked).ok());
  EXPECT_EQ(prover.handle_challenge(kAsked + 1min).error().reason(), "session_challenge_too_often");
  prover.handle_answered();
  EXPECT_TRUE(prover.handle_challenge(kAsked + 1min).ok());
  prover.handle_answered();
  EXPECT_EQ(prover.handle_challenge(kAsked + 1min + 4s).error().reason(),
            "session_challenge_too_often");
  EXPECT_TRUE(prover.handle_challenge(kAsked + 1min + 5s).ok());
}

// Content with whatever it is shown, and remembers it.
class AnyDevices final : public attest::DeviceVerifier {
 public:
  std::vector<attest::Factor> examine(base::WallTime, const attest::EnclaveClaims&,
                                      base::BytesView devices) const override {
    shown = base::to_bytes(devices);
    return {attest::passed(attest::FactorId::GpuChain)};
  }
  mutable Bytes shown;
};

TEST(SessionEvidence, DevicesAreThoseOfTheClaims) {
  const Bytes devices = base::to_bytes("what the GPUs have signed");
  attest::EnclaveClaims claims = session_claims_of(1);
  const auto judged = [&](const Bytes& shown) {
    SeededRandom random(5);
    SessionVerifier verifier = verifier_of(1);
    const Bytes proof = answer(*verifier.poll_challenge(kAsked, random), claims, 1, shown);
    const AnyDevices any;
    auto admission = handle(verifier, proof, kAsked, kPolicy, &any);
    if (admission) EXPECT_EQ(any.shown, shown);
    return admission;
  };
  EXPECT_EQ(reason_of_session(judged(devices)), "session_devices_mismatch") << "claimed by nobody";
  claims.gpu_evidence_hash = attest::gpu_evidence_hash(devices);
  EXPECT_EQ(reason_of_session(judged({})), "session_devices_mismatch") << "claimed and not shown";
  EXPECT_EQ(reason_of_session(judged(base::to_bytes("another's"))), "session_devices_mismatch");
  const auto good = judged(devices);
  ASSERT_TRUE(good.ok()) << good.error().message();
  EXPECT_EQ(good->verdict.factor(attest::FactorId::GpuChain).outcome, attest::Outcome::Passed);
}

TEST(SessionEvidence, RevokedKey) {
  attest::Policy policy = kPolicy;
  policy.lists.revoked_keys = {test_key(1).public_key()};
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const Bytes proof = answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1));
  EXPECT_EQ(reason_of_session(handle(verifier, proof, kAsked, policy)), "key_revoked");
}

TEST(SessionEvidence, SimulatedUnderAProductionPolicy) {
  SeededRandom random(5);
  SessionVerifier verifier = verifier_of(1);
  const Bytes proof = answer(*verifier.poll_challenge(kAsked, random), session_claims_of(1));
  EXPECT_EQ(reason_of_session(handle(verifier, proof, kAsked, attest::production_policy({}))),
            "simulated_evidence");
}

}  // namespace
}  // namespace cocoon::ratls
