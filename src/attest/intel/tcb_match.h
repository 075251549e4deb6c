// What a platform's versions are worth by Intel's collateral (Intel's quote verification library,
// "TCB evaluation"; provisioning certification service API, version 4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attest/intel/pck.h"
#include "attest/intel/tcb.h"
#include "attest/intel/tcb_info.h"
#include "attest/quote.h"
#include "base/result.h"

namespace cocoon::attest::intel {

struct TcbEvaluation {
  TcbStatus status = TcbStatus::Revoked;    // all of the below joined
  TcbStatus platform = TcbStatus::Revoked;  // of the level that the platform reaches
  std::optional<TcbStatus> module;          // of the TDX module at launch, if levels know modules
  TcbStatus qe = TcbStatus::Revoked;
  TcbStatus at_launch = TcbStatus::Revoked;
  // Of module 1.5: with the module that runs now; nothing if the quote doesn't say. As Revoked
  // counts a module that no level knows.
  std::optional<TcbStatus> current;
  base::WallTime date;                  // the oldest of the levels
  std::vector<std::string> advisories;  // of all levels, sorted, each once
  std::uint64_t evaluation_number = 0;  // of the TCB info
};

// QeIdentityMismatch
base::Result<void> check_qe(const QeIdentity& identity, const EnclaveReport& report);
// The level of a quoting enclave; TcbNotSupported if there is none.
base::Result<LevelVerdict> qe_level(const QeIdentity& identity, const EnclaveReport& report);

// That the module is Intel's: TdxModuleMismatch; TcbNotSupported if its version is unknown.
base::Result<void> check_tdx_module(const TcbInfo& info, const TdReport& report);

// TcbNotSupported if the platform reaches no level.
base::Result<TcbEvaluation> evaluate_td(const TcbInfo& info, const LevelVerdict& qe,
                                        const PckExtension& pck, const TdReport& report);
base::Result<TcbEvaluation> evaluate_enclave(const TcbInfo& info, const LevelVerdict& qe,
                                             const PckExtension& pck);

}  // namespace cocoon::attest::intel
