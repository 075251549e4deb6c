// Session evidence: the proof, inside one TLS session, that its other end is the enclave of the
// claims, and is so now.
//
// A certificate's evidence could be shown by whoever got hold of the TLS key, and says little about
// its age. So the verifier sends a nonce, and the prover answers with a quote over its claims, the
// nonce and a value that TLS derives from this very session (RFC 8446, 7.5): a quote can't be
// carried over from another session or another time. Asked again every hour, and when the lists of
// what is revoked change.
// Both sides are machines without sockets: bytes of a message in, bytes of a message out.
#pragma once

#include <optional>

#include "attest/claims.h"
#include "attest/policy.h"
#include "attest/verdict.h"
#include "base/random.h"
#include "base/time.h"
#include "ratls/admit.h"

namespace cocoon::ratls {

enum class SessionError {
  ChallengeMalformed,
  ProofMalformed,
  ProofOversized,
  ProofUnasked,
  ProofLate,
  ClaimsOfAnotherKey,
  RoleMismatch,
};
std::string_view reason_name(SessionError error);

// What to hand to the TLS exporter: this label, no context, 32 bytes.
inline constexpr std::string_view kSessionExporterLabel = "EXPORTER-cocoon-session-evidence-1";

// SHA-512 over "cocoon session evidence 1\n", the claims' encoding, the nonce and the exporter's
// value.
base::Bits512 session_report_data(const attest::EnclaveClaims& claims, const base::Bits256& nonce,
                                  const base::Bits256& exporter);

// The prover's answer to one challenge. ChallengeMalformed, or the provider's error.
base::Result<base::Bytes> answer_challenge(base::WallTime now, base::BytesView challenge,
                                           const attest::EnclaveClaims& claims,
                                           const base::Bits256& exporter,
                                           attest::EvidenceProvider& provider);

// What an answer says, before anybody believes it.
struct SessionProof {
  attest::EnclaveClaims claims;
  attest::Evidence evidence;  // TDX, SEV-SNP or simulated
};
base::Result<SessionProof> parse_session_proof(base::BytesView proof);

// Of one session. After each input ask poll_challenge() and poll_deadline().
class SessionVerifier {
 public:
  struct Peer {
    base::Bits256 tls_public_key{};  // what the certificate showed
    attest::EnclaveRole role{};      // what it is expected to be
    base::Bits256 exporter{};
  };
  SessionVerifier(base::WallTime now, const Peer& peer) : peer_(peer), ask_at_(now) {}

  // The message to send, when it is time to ask.
  std::optional<base::Bytes> poll_challenge(base::WallTime now, base::Random& random);
  // The verdict on the peer from now on. An error is final: the session has to be closed.
  base::Result<Admission> handle_proof(base::WallTime now, base::BytesView proof,
                                       const attest::Policy& policy,
                                       attest::EvidenceVerifiers verifiers);
  // ProofLate if the peer has not answered in time: the session has to be closed.
  base::Result<void> handle_time(base::WallTime now) const;
  // What the verdict rested on has changed: collateral, or a list of what is revoked.
  void ask_again(base::WallTime now);

  // When to call poll_challenge() or handle_time() next.
  base::WallTime poll_deadline() const { return nonce_ ? answer_by_ : ask_at_; }
  bool proven() const { return proven_; }

 private:
  Peer peer_;
  base::WallTime ask_at_;
  base::WallTime answer_by_{};
  std::optional<base::Bits256> nonce_;  // while an answer is awaited
  bool proven_ = false;
  bool ask_again_ = false;
};

}  // namespace cocoon::ratls
