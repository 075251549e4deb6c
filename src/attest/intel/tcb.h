// TCB statuses of Intel platforms and how several become one (Intel's quote verification library;
// facts about each status: Intel's provisioning certification service API, version 4).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace cocoon::attest::intel {

enum class TcbStatus {
  UpToDate,
  SwHardeningNeeded,
  ConfigurationNeeded,
  ConfigurationAndSwHardeningNeeded,
  OutOfDate,
  OutOfDateConfigurationNeeded,
  Revoked,
  // Never in collateral: what an old module at launch, updated since, amounts to.
  TdRelaunchAdvised,
  TdRelaunchAdvisedConfigurationNeeded,
};
// As Intel spells it: "SWHardeningNeeded".
std::string_view tcb_status_name(TcbStatus status);
// Nothing for words that collateral can't have: unknown words must not pass for something good.
std::optional<TcbStatus> tcb_status_from_name(std::string_view name);

using Svns = std::array<std::uint8_t, 16>;

// What one level of collateral says of those who reach it.
struct LevelVerdict {
  TcbStatus status = TcbStatus::Revoked;
  base::WallTime date;
  std::vector<std::string> advisories;
};

// The status of a platform whose module or quoting enclave has that of `part` (UpToDate, OutOfDate
// or Revoked).
TcbStatus converge(TcbStatus platform, TcbStatus part);

// The status of a trust domain of module 1.5, from that of the module that launched it and that of
// the module that runs now.
TcbStatus relaunch_status(TcbStatus at_launch, TcbStatus now);

}  // namespace cocoon::attest::intel
