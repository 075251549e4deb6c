// Session proof: what a peer answers inside a TLS session when it is asked to prove itself: its
// claims, fresh evidence over them, and what its GPUs have signed.
//
// Bytes in, bytes out; who asks whom, and when, is in session_evidence.h.
#pragma once

#include <string_view>

#include "attest/claims.h"
#include "attest/evidence.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::ratls {

enum class SessionError {
  ProofMalformed,
  ProofOversized,
  ProofUnasked,
  ProofLate,
  ProofWithheld,
  ChallengeTooOften,
  ClaimsOfAnotherKey,
  RoleMismatch,
  DevicesMismatch,
};
std::string_view reason_name(SessionError error);

// What to hand to the TLS exporter: this label, no context, 32 bytes (RFC 8446, 7.5).
inline constexpr std::string_view kSessionExporterLabel = "EXPORTER-cocoon-session-evidence-1";

// [WIRE-92] SHA-512 over "cocoon session evidence 1\n", the claims' encoding, the nonce and the
// exporter's value.
base::Bits512 session_report_data(const attest::EnclaveClaims& claims, const base::Bits256& nonce,
                                  const base::Bits256& exporter);

// What a proof says, before anybody believes it.
struct SessionProof {
  attest::EnclaveClaims claims;
  attest::Evidence evidence;  // TDX, SEV-SNP or simulated
  base::Bytes devices;  // what the claims' GPU evidence hash is of; empty: no GPUs are claimed
};

// [WIRE-91] "cocoon proof 1\n" | claims | u8 kind | u32 size and the quote or report | the same for
// the report key's certificate | the same for the devices; sizes little-endian. ProofMalformed for
// evidence of another kind.
base::Result<base::Bytes> encode_session_proof(const SessionProof& proof);
base::Result<SessionProof> parse_session_proof(base::BytesView bytes);

// What a prover shows beside the quote.
struct ProvenIdentity {
  attest::EnclaveClaims claims;
  base::Bytes devices;
};

// The answer to one challenge. The hardware takes a moment. The provider's error, or
// ProofMalformed.
base::Result<base::Bytes> make_session_proof(base::WallTime now, const base::Bits256& nonce,
                                             const base::Bits256& exporter,
                                             const ProvenIdentity& identity,
                                             attest::EvidenceProvider& provider);

}  // namespace cocoon::ratls
