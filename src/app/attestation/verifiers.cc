// The vendors' verifiers, each with what it needs.
#include "app/attestation/verifiers.h"

#include "attest/intel/root.h"
#include "attest/intel/verifier.h"
#include "base/check.h"

namespace cocoon::app::attestation {

SnpVerifier::SnpVerifier(std::shared_ptr<const LiveCollateral> collateral,
                         attest::amd::Requirements requirements)
    : collateral_(std::move(collateral)),
      requirements_(std::move(requirements)),
      roots_(attest::amd::pinned_roots()) {}

attest::Findings SnpVerifier::examine(base::WallTime now, const attest::Evidence& evidence) const {
  const auto* snp = std::get_if<attest::SevSnpEvidence>(&evidence);
  CHECK(snp != nullptr);
  base::Bytes list;
  if (const auto key = attest::amd::parse_key_certificate(snp->vcek)) {
    const bool chip = key->key == attest::amd::ReportKey::Vcek;
    list = collateral_->body_of(attest::collateral::amd_crl(
        chip ? "vcek" : "vlek", attest::amd::product_name(key->product)));
  }
  const attest::amd::Question question{
      .report = snp->report, .key_certificate = snp->vcek, .chain = {}, .revocation_list = list};
  return attest::amd::examine_report(now, question, roots_, requirements_).findings;
}

namespace {

// Keeps the collateral alive as long as Intel's verifier looks at it.
class TdxVerifier final : public attest::EvidenceVerifier {
 public:
  TdxVerifier(std::shared_ptr<const LiveCollateral> collateral, attest::TcbRules tcb)
      : collateral_(std::move(collateral)),
        verifier_(*collateral_, attest::intel::intel_root(), std::move(tcb)) {}
  attest::EvidenceKind kind() const override { return attest::EvidenceKind::Tdx; }
  attest::Findings examine(base::WallTime now, const attest::Evidence& evidence) const override {
    return verifier_.examine(now, evidence);
  }

 private:
  std::shared_ptr<const LiveCollateral> collateral_;
  attest::intel::TdxVerifier verifier_;
};

}  // namespace

std::vector<std::unique_ptr<attest::EvidenceVerifier>> real_verifiers(
    std::shared_ptr<const LiveCollateral> collateral, const attest::Policy& policy) {
  std::vector<std::unique_ptr<attest::EvidenceVerifier>> list;
  list.push_back(std::make_unique<TdxVerifier>(collateral, policy.tcb));
  list.push_back(
      std::make_unique<SnpVerifier>(std::move(collateral), attest::amd::production_requirements()));
  return list;
}

}  // namespace cocoon::app::attestation
