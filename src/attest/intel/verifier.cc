// Finds the collateral that a quote asks for, and examines it.
#include "attest/intel/verifier.h"

#include "attest/intel/verify.h"
#include "base/check.h"

namespace cocoon::attest::intel {

TdxVerifier::TdxVerifier(const IntelCollateralSource& source, crypto::PublicKey root, TcbRules tcb,
                         TdRules td)
    : source_(source), root_(std::move(root)), tcb_(std::move(tcb)), td_(std::move(td)) {}

Findings TdxVerifier::examine(base::WallTime now, const Evidence& evidence) const {
  const auto* tdx = std::get_if<TdxEvidence>(&evidence);
  CHECK(tdx != nullptr);
  const base::Result<IntelCollateralId> needed = collateral_needed(tdx->quote);
  if (needed && needed->tee != IntelTee::Tdx) {
    Findings findings;
    findings.factors.push_back(failed(FactorId::SignatureChain, Refusal::EvidenceMalformed,
                                      "The quote is of an enclave, not of a trust domain."));
    return findings;
  }
  // Without an answer there is no collateral to look for, and the examination says why.
  const std::shared_ptr<const IntelCollateral> collateral =
      needed ? source_.find(*needed) : nullptr;
  return findings_of(examine_quote(now, tdx->quote, collateral.get(), root_), tcb_, td_);
}

}  // namespace cocoon::attest::intel
