// Factor: one thing that has to hold before evidence is worth anything, by name, with what was
// found.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attest/measurement.h"
#include "attest/platform.h"
#include "attest/refusal.h"
#include "base/result.h"

namespace cocoon::attest {

enum class FactorId {
  SignatureChain,
  CollateralDates,
  RevocationLists,
  TcbStatus,
  TdxModuleIdentity,
  QeIdentity,
  DebugOff,
  Attributes,
  Measurements,
  ReportDataBinding,
  Freshness,
  GpuChain,
  GpuFirmware,
  GpuConfidentialMode,
  PlatformIdentity,
  PlatformNotRevoked,
  PlatformEndorsement,
};
inline constexpr std::size_t kFactorCount =
    static_cast<std::size_t>(FactorId::PlatformEndorsement) + 1;
// "signature_chain", for programs; people read it with spaces.
std::string_view factor_name(FactorId id);

enum class Outcome { Passed, Failed, NotChecked };
std::string_view outcome_name(Outcome outcome);

using Values = std::vector<std::pair<std::string, std::string>>;

struct Factor {
  FactorId id{};
  Outcome outcome = Outcome::NotChecked;
  // Why a policy that requires this factor refuses; unused when it passed.
  Refusal refusal = Refusal::FactorNotChecked;
  std::string reason;  // a sentence; empty when it passed
  Values values;       // what was looked at: name and value
};

Factor passed(FactorId id, Values values = {});
Factor failed(FactorId id, Refusal refusal, std::string reason, Values values = {});
Factor not_checked(FactorId id, Refusal refusal, std::string reason, Values values = {});
// Passed, or failed with the error's reason, which is a Refusal, and its message.
Factor factor_of(FactorId id, const base::Result<void>& check, Values values = {});

// What a verifier found out about one piece of evidence: what it states, if it could be read, and
// the factors that it has an opinion on, each at most once. Binding and allowed images are not its
// business.
struct Findings {
  std::optional<Statement> statement;
  std::optional<PlatformId> platform;  // which machine signed, if the evidence names one
  std::vector<Factor> factors;
};

}  // namespace cocoon::attest
