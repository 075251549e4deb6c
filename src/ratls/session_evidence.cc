// [WIRE-95] Who may ask and answer when, and what a proof is held against.
#include "ratls/session_evidence.h"

#include <algorithm>

#include "ratls/limits.h"

namespace cocoon::ratls {

using base::BytesView;
using base::Error;
using base::Result;

namespace {

// What the GPUs have signed counts only if the CPU's evidence names it.
Result<std::vector<attest::Factor>> device_factors(base::WallTime now, const SessionProof& proof,
                                                   const attest::Verifiers& verifiers) {
  if (proof.devices.empty() && proof.claims.gpu_evidence_hash == base::Bits256{}) {
    return std::vector<attest::Factor>();
  }
  if (attest::gpu_evidence_hash(proof.devices) != proof.claims.gpu_evidence_hash) {
    return Error(SessionError::DevicesMismatch,
                 "What the peer shows of its GPUs is not what its claims name.");
  }
  if (verifiers.devices == nullptr) return std::vector<attest::Factor>();
  return verifiers.devices->examine(now, proof.claims, proof.devices);
}

}  // namespace

Result<Admission> judge_session(base::WallTime now, const SessionCase& session,
                                const attest::Policy& policy, const attest::Verifiers& verifiers) {
  const attest::EnclaveClaims& claims = session.proof.claims;
  // The nonce is fresh, so the evidence is.
  const attest::Expectation expected{
      .report_data = session.report_data,
      .key = claims.tls_public_key,
      .freshness = attest::passed(attest::FactorId::Freshness, {{"by", "nonce of this session"}}),
      .devices = TRY(device_factors(now, session.proof, verifiers))};
  attest::Verdict verdict =
      attest::judge(now, session.proof.evidence, expected, policy, verifiers.evidence);
  if (!verdict.accepted()) return *verdict.refusal;
  Admission admission;
  admission.public_key = claims.tls_public_key;
  admission.evidence_kind = verdict.kind;
  admission.image_hash = verdict.image_hash;
  admission.tier = verdict.tier;
  admission.claims = claims;
  admission.verdict = std::move(verdict);
  return admission;
}

std::optional<base::Bits256> SessionVerifier::poll_challenge(base::Instant now,
                                                             base::Random& random) {
  if (state_ != State::Waiting || now < ask_at_) return std::nullopt;
  nonce_ = random.bits256();
  asked_at_ = now;
  state_ = State::Asked;
  return nonce_;
}

Result<std::optional<SessionCase>> SessionVerifier::handle_proof(base::Instant now,
                                                                 BytesView bytes) {
  TRY(handle_time(now));
  if (state_ != State::Asked) {
    return Error(SessionError::ProofUnasked, "The peer sent a proof that nobody asked for.");
  }
  if (bytes.empty()) {
    if (proven_ || demand_ == attest::SessionDemand::Required) {
      return Error(SessionError::ProofWithheld,
                   "The peer has nothing to prove itself with inside the session.");
    }
    state_ = State::Excused;
    return std::optional<SessionCase>();
  }
  SessionCase session{.proof = TRY(parse_session_proof(bytes)), .report_data = {}};
  const attest::EnclaveClaims& claims = session.proof.claims;
  if (claims.tls_public_key != peer_.tls_public_key) {
    return Error(SessionError::ClaimsOfAnotherKey,
                 "The peer's claims are of another key than that of this connection.");
  }
  if (claims.role != peer_.role) {
    return Error(SessionError::RoleMismatch,
                 "The peer claims to be a " + std::string(role_name(claims.role)) + ".");
  }
  session.report_data = session_report_data(claims, nonce_, peer_.exporter);
  state_ = State::Judging;
  return std::optional(std::move(session));
}

void SessionVerifier::handle_accepted(base::Instant now, base::Duration lifetime) {
  state_ = State::Waiting;
  proven_ = true;
  ask_at_ = now + std::min<base::Duration>(lifetime, kSessionProofLifetime);
  if (std::exchange(ask_again_, false)) ask_again(now);
}

Result<void> SessionVerifier::handle_time(base::Instant now) const {
  if (state_ != State::Asked || now < asked_at_ + kSessionProofTimeout) return {};
  return Error(SessionError::ProofLate, "The peer did not prove itself in time.");
}

void SessionVerifier::ask_again(base::Instant now) {
  switch (state_) {
    case State::Waiting:
      // The first question needs no other; later ones leave the hardware time between them.
      if (proven_) {
        ask_at_ = std::min(ask_at_, std::max(now, asked_at_ + kSessionChallengeSpacing));
      }
      return;
    case State::Asked:
    case State::Judging:
      ask_again_ = true;  // what is on its way was asked for before the change
      return;
    case State::Excused:
      return;
  }
}

base::Instant SessionVerifier::poll_deadline() const {
  switch (state_) {
    case State::Waiting:
      return ask_at_;
    case State::Asked:
      return asked_at_ + kSessionProofTimeout;
    case State::Judging:
    case State::Excused:
      return base::Instant::max();
  }
  return base::Instant::max();
}

Result<void> SessionProver::handle_challenge(base::Instant now) {
  if (answering_ || (asked_at_ && now < *asked_at_ + kSessionChallengesLeast)) {
    return Error(SessionError::ChallengeTooOften, "The peer asks for proofs too often.");
  }
  asked_at_ = now;
  answering_ = true;
  return {};
}

}  // namespace cocoon::ratls
