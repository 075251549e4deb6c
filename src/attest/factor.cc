// Names of factors and outcomes.
#include "attest/factor.h"

#include "base/check.h"

namespace cocoon::attest {

std::string_view factor_name(FactorId id) {
  switch (id) {
    case FactorId::SignatureChain:
      return "signature_chain";
    case FactorId::CollateralDates:
      return "collateral_dates";
    case FactorId::RevocationLists:
      return "revocation_lists";
    case FactorId::TcbStatus:
      return "tcb_status";
    case FactorId::TdxModuleIdentity:
      return "tdx_module_identity";
    case FactorId::QeIdentity:
      return "qe_identity";
    case FactorId::DebugOff:
      return "debug_off";
    case FactorId::Attributes:
      return "attributes";
    case FactorId::Measurements:
      return "measurements";
    case FactorId::ReportDataBinding:
      return "report_data_binding";
    case FactorId::Freshness:
      return "freshness";
    case FactorId::GpuChain:
      return "gpu_chain";
    case FactorId::GpuFirmware:
      return "gpu_firmware";
    case FactorId::GpuConfidentialMode:
      return "gpu_confidential_mode";
    case FactorId::PlatformIdentity:
      return "platform_identity";
    case FactorId::PlatformNotRevoked:
      return "platform_not_revoked";
    case FactorId::PlatformEndorsement:
      return "platform_endorsement";
  }
  CHECK(false);
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed:
      return "passed";
    case Outcome::Failed:
      return "failed";
    case Outcome::NotChecked:
      return "not_checked";
  }
  CHECK(false);
}

Factor passed(FactorId id, Values values) {
  return {.id = id, .outcome = Outcome::Passed, .reason = {}, .values = std::move(values)};
}

Factor failed(FactorId id, Refusal refusal, std::string reason, Values values) {
  return {id, Outcome::Failed, refusal, std::move(reason), std::move(values)};
}

Factor not_checked(FactorId id, Refusal refusal, std::string reason, Values values) {
  return {id, Outcome::NotChecked, refusal, std::move(reason), std::move(values)};
}

Factor factor_of(FactorId id, const base::Result<void>& check, Values values) {
  if (check) return passed(id, std::move(values));
  const std::optional<Refusal> refusal = check.error().as<Refusal>();
  CHECK(refusal);
  return failed(id, *refusal, check.error().message(), std::move(values));
}

}  // namespace cocoon::attest
