// Certificates of this network: one self-signed Ed25519 certificate per peer, evidence in its
// extensions. Built and read as bytes; whether a peer is trusted is decided in admit.h only.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "attest/claims.h"
#include "attest/evidence.h"
#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/ed25519.h"
#include "ratls/error.h"
#include "ratls/limits.h"

namespace cocoon::ratls {

enum class Criticality { NonCritical, Critical };

struct Extension {
  base::Bytes oid;  // contents of the DER element (oid.h)
  Criticality criticality = Criticality::NonCritical;
  base::Bytes value;
};

// How evidence is written into a certificate. Simulated evidence is not critical, so that peers who
// don't know it pass over it; a TDX quote is, and stands as raw bytes beside the key that it
// vouches for. None and Relayed write nothing.
std::vector<Extension> evidence_extensions(const attest::Evidence& evidence,
                                           const base::Bits256& public_key);

struct CertificateSpec {
  base::WallTime not_before;                            // whole seconds
  std::chrono::seconds lifetime{kCertificateLifetime};  // 1 to kCertificateLifetime
  std::vector<Extension> evidence{};
};

// DER, X.509 v3. LifetimeTooLong, ExtensionOversized or CertificateOversized if the spec asks for
// that.
base::Result<base::Bytes> build_certificate(const CertificateSpec& spec,
                                            const crypto::Ed25519PrivateKey& key,
                                            base::Random& random);

// A certificate for `key` with fresh evidence of each provider (several: see choose_evidence in
// attest/verdict.h), valid from a minute ago, for peers whose clocks are behind. With claims, whose
// TLS key must be this one, the evidence is over them instead of the key alone: peers of the live
// network then don't accept it.
base::Result<base::Bytes> issue_certificate(
    base::WallTime now, const crypto::Ed25519PrivateKey& key,
    std::span<attest::EvidenceProvider* const> providers, base::Random& random,
    const std::optional<attest::EnclaveClaims>& claims = std::nullopt);

struct PeerCertificate {
  base::Bits256 public_key{};
  base::WallTime not_before;
  base::WallTime not_after;
  std::vector<attest::Evidence> evidence;  // empty: the certificate shows none
  std::optional<attest::EnclaveClaims> claims;
};

// Holds afterwards: strict DER without anything behind it, Ed25519 key, self-signed with that key,
// no repeated and no unknown critical extension, key claims (if any) equal to the key. Subject and
// alternative names are not looked at. X.509 v1 with extensions, as the reference implementation
// makes it, is read like v3.
base::Result<PeerCertificate> parse_certificate(base::BytesView der);

// NotYetValid or Expired, if the clocks differ by more than kClockSkew.
base::Result<void> check_dates(const PeerCertificate& certificate, base::WallTime now);

}  // namespace cocoon::ratls
