// Messages: challenge = "cocoon challenge 1\n" | 32 nonce; proof = "cocoon proof 1\n" | claims |
// u8 kind | u32 size, little-endian, and the quote or report | the same for the key's certificate.
#include "ratls/session_evidence.h"

#include <algorithm>

#include "attest/limits.h"
#include "base/check.h"
#include "crypto/hash.h"
#include "ratls/limits.h"

namespace cocoon::ratls {
namespace {

using attest::EvidenceKind;
using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

constexpr std::string_view kChallengeTag = "cocoon challenge 1\n";
constexpr std::string_view kProofTag = "cocoon proof 1\n";
constexpr std::string_view kReportTag = "cocoon session evidence 1\n";

void append(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void append_sized(Bytes& out, BytesView bytes) {
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(bytes.size() >> shift));
  }
  append(out, bytes);
}

Error malformed(std::string_view what) {
  return {SessionError::ProofMalformed,
          "The peer's proof is not well-formed at its " + std::string(what) + "."};
}

Result<BytesView> take(BytesView& bytes, std::size_t size, std::string_view what) {
  if (bytes.size() < size) return malformed(what);
  const BytesView taken = bytes.first(size);
  bytes = bytes.subspan(size);
  return taken;
}

Result<Bytes> take_sized(BytesView& bytes, std::string_view what) {
  const BytesView prefix = TRY(take(bytes, 4, what));
  std::size_t size = 0;
  for (std::size_t i = 4; i-- > 0;) size = size << 8 | prefix[i];
  return base::to_bytes(TRY(take(bytes, size, what)));
}

enum class WireKind : std::uint8_t { Simulated = 0, Tdx = 1, SevSnp = 2 };

Result<Bytes> encode_evidence(const attest::Evidence& evidence) {
  const auto encode = [](WireKind kind, BytesView quote, BytesView certificate) {
    Bytes out{static_cast<std::uint8_t>(kind)};
    append_sized(out, quote);
    append_sized(out, certificate);
    return out;
  };
  if (const auto* tdx = std::get_if<attest::TdxEvidence>(&evidence)) {
    return encode(WireKind::Tdx, tdx->quote, {});
  }
  if (const auto* snp = std::get_if<attest::SevSnpEvidence>(&evidence)) {
    return encode(WireKind::SevSnp, snp->report, snp->vcek);
  }
  if (const auto* simulated = std::get_if<attest::SimulatedEvidence>(&evidence)) {
    return encode(WireKind::Simulated, simulated->quote, {});
  }
  return malformed("kind of evidence");
}

Result<attest::Evidence> parse_evidence(BytesView& bytes) {
  const std::uint8_t kind = TRY(take(bytes, 1, "kind of evidence"))[0];
  Bytes quote = TRY(take_sized(bytes, "evidence"));
  Bytes certificate = TRY(take_sized(bytes, "certificate"));
  if (!bytes.empty()) return malformed("end");
  if (kind != static_cast<std::uint8_t>(WireKind::SevSnp) && !certificate.empty()) {
    return malformed("certificate");
  }
  switch (static_cast<WireKind>(kind)) {
    case WireKind::Simulated:
      return attest::Evidence(attest::SimulatedEvidence{std::move(quote)});
    case WireKind::Tdx:
      return attest::Evidence(attest::TdxEvidence{std::move(quote)});
    case WireKind::SevSnp: {
      // The report data stands beside the report in certificates; here within it only.
      attest::SevSnpEvidence evidence{.report = std::move(quote), .vcek = std::move(certificate)};
      constexpr std::size_t kReportDataOffset = 0x50;
      if (evidence.report.size() < kReportDataOffset + evidence.report_data.size()) {
        return malformed("evidence");
      }
      std::ranges::copy(
          BytesView(evidence.report).subspan(kReportDataOffset, evidence.report_data.size()),
          evidence.report_data.begin());
      return attest::Evidence(std::move(evidence));
    }
  }
  return malformed("kind of evidence");
}

Result<base::Bits256> parse_challenge(BytesView challenge) {
  base::Bits256 nonce;
  if (challenge.size() != kChallengeTag.size() + nonce.size() ||
      base::as_text(challenge.first(kChallengeTag.size())) != kChallengeTag) {
    return Error(SessionError::ChallengeMalformed, "The peer's challenge is not well-formed.");
  }
  std::ranges::copy(challenge.subspan(kChallengeTag.size()), nonce.begin());
  return nonce;
}

}  // namespace

std::string_view reason_name(SessionError error) {
  switch (error) {
    case SessionError::ChallengeMalformed:
      return "session_challenge_malformed";
    case SessionError::ProofMalformed:
      return "session_proof_malformed";
    case SessionError::ProofOversized:
      return "session_proof_oversized";
    case SessionError::ProofUnasked:
      return "session_proof_unasked";
    case SessionError::ProofLate:
      return "session_proof_late";
    case SessionError::ClaimsOfAnotherKey:
      return "session_claims_of_another_key";
    case SessionError::RoleMismatch:
      return "session_role_mismatch";
  }
  CHECK(false);
}

base::Bits512 session_report_data(const attest::EnclaveClaims& claims, const base::Bits256& nonce,
                                  const base::Bits256& exporter) {
  return crypto::sha512(
      {base::as_bytes(kReportTag), attest::encode_claims(claims), nonce, exporter});
}

Result<Bytes> answer_challenge(base::WallTime now, BytesView challenge,
                               const attest::EnclaveClaims& claims, const base::Bits256& exporter,
                               attest::EvidenceProvider& provider) {
  const base::Bits256 nonce = TRY(parse_challenge(challenge));
  const attest::Evidence evidence =
      TRY(provider.quote(now, session_report_data(claims, nonce, exporter)));
  Bytes out = base::to_bytes(kProofTag);
  append(out, attest::encode_claims(claims));
  append(out, TRY(encode_evidence(evidence)));
  return out;
}

Result<SessionProof> parse_session_proof(BytesView proof) {
  if (proof.size() > kSessionProofSizeMax) {
    return Error(SessionError::ProofOversized, "The peer's proof is too large.");
  }
  const BytesView tag = TRY(take(proof, kProofTag.size(), "beginning"));
  if (base::as_text(tag) != kProofTag) return malformed("beginning");
  SessionProof out;
  const BytesView claims = TRY(take(proof, attest::kEnclaveClaimsSize, "claims"));
  out.claims = TRY(attest::parse_claims(claims));
  out.evidence = TRY(parse_evidence(proof));
  return out;
}

std::optional<Bytes> SessionVerifier::poll_challenge(base::WallTime now, base::Random& random) {
  if (nonce_ || now < ask_at_) return std::nullopt;
  nonce_ = random.bits256();
  answer_by_ = now + kSessionProofTimeout;
  Bytes challenge = base::to_bytes(kChallengeTag);
  append(challenge, *nonce_);
  return challenge;
}

Result<Admission> SessionVerifier::handle_proof(base::WallTime now, BytesView bytes,
                                                const attest::Policy& policy,
                                                attest::EvidenceVerifiers verifiers) {
  TRY(handle_time(now));
  if (!nonce_) {
    return Error(SessionError::ProofUnasked, "The peer sent a proof that nobody asked for.");
  }
  const SessionProof proof = TRY(parse_session_proof(bytes));
  if (proof.claims.tls_public_key != peer_.tls_public_key) {
    return Error(SessionError::ClaimsOfAnotherKey,
                 "The peer's claims are of another key than that of this connection.");
  }
  if (proof.claims.role != peer_.role) {
    return Error(SessionError::RoleMismatch,
                 "The peer claims to be a " + std::string(role_name(proof.claims.role)) + ".");
  }
  // The nonce is fresh, so the evidence is.
  const attest::Expectation expected{
      .report_data = session_report_data(proof.claims, *nonce_, peer_.exporter),
      .key = peer_.tls_public_key,
      .freshness = attest::passed(attest::FactorId::Freshness, {{"by", "nonce of this session"}})};
  attest::Verdict verdict = attest::judge(now, proof.evidence, expected, policy, verifiers);
  if (!verdict.accepted()) return *verdict.refusal;
  nonce_.reset();
  proven_ = true;
  ask_at_ = ask_again_
                ? now
                : now + std::min<base::Duration>(policy.verdict_lifetime, kSessionProofLifetime);
  ask_again_ = false;
  Admission admission;
  admission.public_key = peer_.tls_public_key;
  admission.evidence_kind = verdict.kind;
  admission.image_hash = verdict.image_hash;
  admission.tier = verdict.tier;
  admission.claims = proof.claims;
  admission.verdict = std::move(verdict);
  return admission;
}

Result<void> SessionVerifier::handle_time(base::WallTime now) const {
  if (!nonce_ || now < answer_by_) return {};
  return Error(SessionError::ProofLate, "The peer did not prove itself in time.");
}

void SessionVerifier::ask_again(base::WallTime now) {
  if (nonce_) {
    ask_again_ = true;  // what is on its way was asked for before the change
  } else {
    ask_at_ = std::min(ask_at_, now);
  }
}

}  // namespace cocoon::ratls
