// admit(): the one door. Only here does a peer's certificate become trust, or a refusal with a
// name.
//
// It is pure: the same inputs give the same answer, so callers may keep answers, positive and
// negative, for as long as the certificate is valid and their policy stays the same.
#pragma once

#include <optional>
#include <span>

#include "attest/claims.h"
#include "attest/policy.h"
#include "attest/verdict.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "ratls/router_report.h"

namespace cocoon::ratls {

struct Admission {
  base::Bits256 public_key{};  // the peer's Ed25519 key, which TLS has proven that it holds
  // None if the policy looks at no evidence, whatever the peer showed.
  attest::EvidenceKind evidence_kind = attest::EvidenceKind::None;
  std::optional<base::Bits256> image_hash;  // of evidence that the policy believes
  attest::Tier tier = attest::Tier::T0;
  attest::Verdict verdict;
  std::optional<base::WallTime> certificate_expires;  // nothing, if there was no certificate
  std::optional<attest::EnclaveClaims> claims;        // that the evidence is over
};

// `der_chain` is what TLS received: exactly one certificate. Reasons of a refusal: CertificateError
// (error.h) for the certificate, attest::Refusal for its evidence; the message says what to do
// next. `blocks` are what this side knows of the chain: they give claims their age.
base::Result<Admission> admit(base::WallTime now, std::span<const base::Bytes> der_chain,
                              const attest::Policy& policy, attest::EvidenceVerifiers verifiers,
                              std::span<const attest::KnownBlock> blocks = {});

// The same for a peer whose certificate a router on this machine has seen instead of us. Since the
// evidence itself isn't at hand, only policies that want none, or fake evidence, can be content.
base::Result<Admission> admit_router_report(base::WallTime now, const RouterReport& report,
                                            const attest::Policy& policy,
                                            attest::EvidenceVerifiers verifiers);

}  // namespace cocoon::ratls
