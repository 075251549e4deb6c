// Session evidence: the proof, inside one TLS session, that its other end is the enclave of the
// claims, and is so now.
//
// A certificate's evidence could be shown by whoever got hold of the TLS key, and says little about
// its age. So the verifier sends a nonce, and the prover answers with a quote over its claims, the
// nonce and a value that TLS derives from this very session (RFC 8446, 7.5): a quote can't be
// carried over from another session or another time. Asked again every hour, and when collateral or
// the lists of what is revoked change.
// Both sides are machines without sockets; to quote and to judge takes long, so whoever drives them
// does that where it holds up nobody.
#pragma once

#include <optional>

#include "attest/policy.h"
#include "attest/verdict.h"
#include "base/random.h"
#include "base/time.h"
#include "ratls/admit.h"
#include "ratls/session_proof.h"

namespace cocoon::ratls {

// A proof and what it has to be about: the input of judge_session().
struct SessionCase {
  SessionProof proof;
  base::Bits512 report_data{};
};

// The verdict on a proof. Pure, and takes milliseconds. attest::Refusal, or DevicesMismatch.
base::Result<Admission> judge_session(base::WallTime now, const SessionCase& session,
                                      const attest::Policy& policy,
                                      const attest::Verifiers& verifiers);

// The asking side of one session. After each input ask poll_challenge() and poll_deadline().
class SessionVerifier {
 public:
  struct Peer {
    base::Bits256 tls_public_key{};  // what the certificate showed
    attest::EnclaveRole role{};      // what it is expected to be
    base::Bits256 exporter{};
  };
  SessionVerifier(base::Instant now, const Peer& peer, attest::SessionDemand demand)
      : peer_(peer), demand_(demand), ask_at_(now) {}

  // The nonce to send, when it is time to ask.
  std::optional<base::Bits256> poll_challenge(base::Instant now, base::Random& random);
  // What is to be judged now; the outcome goes to handle_accepted(). An empty proof says that the
  // peer has none to give: then nothing comes back if the policy is content with the certificate,
  // and ProofWithheld if it is not or if the peer has already proven itself. An error is final.
  base::Result<std::optional<SessionCase>> handle_proof(base::Instant now, base::BytesView proof);
  // The verdict was good, and is for so long.
  void handle_accepted(base::Instant now, base::Duration lifetime);
  // ProofLate if the peer has not answered in time: final too.
  base::Result<void> handle_time(base::Instant now) const;
  // What the verdict rested on has changed: collateral, or a list of what is revoked.
  void ask_again(base::Instant now);

  // When to call poll_challenge() or handle_time() next.
  base::Instant poll_deadline() const;
  bool proven() const { return proven_; }

 private:
  enum class State { Waiting, Asked, Judging, Excused };

  Peer peer_;
  attest::SessionDemand demand_;
  State state_ = State::Waiting;
  base::Instant ask_at_;
  base::Instant asked_at_{};
  base::Bits256 nonce_{};  // of the challenge that was asked last
  bool proven_ = false;
  bool ask_again_ = false;
};

// The answering side of one session: how often it lets itself be asked.
class SessionProver {
 public:
  // ChallengeTooOften while an answer is in the making, and shortly after one.
  base::Result<void> handle_challenge(base::Instant now);
  void handle_answered() { answering_ = false; }

 private:
  bool answering_ = false;
  std::optional<base::Instant> asked_at_;
};

}  // namespace cocoon::ratls
