// The bytes of a proof.
#include "ratls/session_proof.h"

#include <algorithm>

#include "attest/limits.h"
#include "base/check.h"
#include "crypto/hash.h"
#include "ratls/limits.h"

namespace cocoon::ratls {
namespace {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

constexpr std::string_view kProofTag = "cocoon proof 1\n";
constexpr std::string_view kReportTag = "cocoon session evidence 1\n";

void append_sized(Bytes& out, BytesView bytes) {
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(bytes.size() >> shift));
  }
  base::append(out, bytes);
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

}  // namespace

std::string_view reason_name(SessionError error) {
  switch (error) {
    case SessionError::ProofMalformed:
      return "session_proof_malformed";
    case SessionError::ProofOversized:
      return "session_proof_oversized";
    case SessionError::ProofUnasked:
      return "session_proof_unasked";
    case SessionError::ProofLate:
      return "session_proof_late";
    case SessionError::ProofWithheld:
      return "session_proof_withheld";
    case SessionError::ChallengeTooOften:
      return "session_challenge_too_often";
    case SessionError::ClaimsOfAnotherKey:
      return "session_claims_of_another_key";
    case SessionError::RoleMismatch:
      return "session_role_mismatch";
    case SessionError::DevicesMismatch:
      return "session_devices_mismatch";
  }
  CHECK(false);
}

base::Bits512 session_report_data(const attest::EnclaveClaims& claims, const base::Bits256& nonce,
                                  const base::Bits256& exporter) {
  return crypto::sha512(
      {base::as_bytes(kReportTag), attest::encode_claims(claims), nonce, exporter});
}

Result<Bytes> encode_session_proof(const SessionProof& proof) {
  Bytes out = base::to_bytes(kProofTag);
  base::append(out, attest::encode_claims(proof.claims));
  base::append(out, TRY(encode_evidence(proof.evidence)));
  append_sized(out, proof.devices);
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
  out.devices = TRY(take_sized(proof, "devices"));
  if (!proof.empty()) return malformed("end");
  return out;
}

Result<Bytes> make_session_proof(base::WallTime now, const base::Bits256& nonce,
                                 const base::Bits256& exporter, const ProvenIdentity& identity,
                                 attest::EvidenceProvider& provider) {
  SessionProof proof{.claims = identity.claims, .evidence = {}, .devices = identity.devices};
  proof.evidence = TRY(provider.quote(now, session_report_data(identity.claims, nonce, exporter)));
  return encode_session_proof(proof);
}

}  // namespace cocoon::ratls
