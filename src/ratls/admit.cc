// The order of the checks: certificate, dates, evidence.
#include "ratls/admit.h"

#include "attest/claims.h"
#include "ratls/certificate.h"

namespace cocoon::ratls {
namespace {

base::Result<void> check_lifetime(const PeerCertificate& certificate) {
  const base::Duration lifetime = certificate.not_after - certificate.not_before;
  if (lifetime <= kCertificateLifetime + kClockSkew) return {};
  return base::Error(CertificateError::LifetimeTooLong,
                     "The peer's certificate is valid for more than a day, too long for evidence: "
                     "the peer has to make shorter ones.");
}

// Evidence of real hardware has an age only if its claims name a block; that of others says it
// itself.
attest::Expectation expectation(base::WallTime now, const PeerCertificate& certificate,
                                std::span<const attest::KnownBlock> blocks) {
  attest::Expectation expected{.key = certificate.public_key};
  if (certificate.claims) {
    expected.report_data = attest::report_data(*certificate.claims);
    const attest::Factor freshness = attest::freshness_of(now, certificate.claims->block, blocks);
    if (freshness.outcome != attest::Outcome::NotChecked) expected.freshness = freshness;
  } else {
    expected.report_data = attest::report_data(attest::Claims{certificate.public_key});
  }
  return expected;
}

base::Result<Admission> admit_evidence(base::WallTime now, const base::Bits256& public_key,
                                       const attest::Evidence& evidence,
                                       const attest::Expectation& expected,
                                       const attest::Policy& policy,
                                       attest::EvidenceVerifiers verifiers) {
  attest::Verdict verdict = attest::judge(now, evidence, expected, policy, verifiers);
  if (!verdict.accepted()) return *verdict.refusal;
  Admission admission;
  admission.public_key = public_key;
  admission.evidence_kind = verdict.kind;
  admission.image_hash = verdict.image_hash;
  admission.tier = verdict.tier;
  admission.verdict = std::move(verdict);
  return admission;
}

}  // namespace

base::Result<Admission> admit(base::WallTime now, std::span<const base::Bytes> der_chain,
                              const attest::Policy& policy, attest::EvidenceVerifiers verifiers,
                              std::span<const attest::KnownBlock> blocks) {
  if (der_chain.empty()) {
    return base::Error(CertificateError::NoCertificate, "The peer showed no certificate.");
  }
  if (der_chain.size() > 1) {
    return base::Error(CertificateError::ChainNotAllowed,
                       "The peer showed a chain of certificates; each peer signs its own.");
  }
  const PeerCertificate certificate = TRY(parse_certificate(der_chain.front()));
  TRY(check_dates(certificate, now));
  const attest::Evidence& evidence = attest::choose_evidence(certificate.evidence, policy);
  Admission admission =
      TRY(admit_evidence(now, certificate.public_key, evidence,
                         expectation(now, certificate, blocks), policy, verifiers));
  // Certificates without evidence may live longer: they promise nothing that could get old.
  if (admission.evidence_kind != attest::EvidenceKind::None) TRY(check_lifetime(certificate));
  admission.certificate_expires = certificate.not_after;
  if (admission.evidence_kind != attest::EvidenceKind::None) admission.claims = certificate.claims;
  return admission;
}

base::Result<Admission> admit_router_report(base::WallTime now, const RouterReport& report,
                                            const attest::Policy& policy,
                                            attest::EvidenceVerifiers verifiers) {
  const attest::Expectation expected{
      .report_data = attest::report_data(attest::Claims{report.public_key}),
      .key = report.public_key};
  return admit_evidence(now, report.public_key, evidence_of(report), expected, policy, verifiers);
}

}  // namespace cocoon::ratls
