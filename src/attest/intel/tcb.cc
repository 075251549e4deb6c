// The tables by which statuses are joined.
#include "attest/intel/tcb.h"

#include "base/check.h"

namespace cocoon::attest::intel {

std::string_view tcb_status_name(TcbStatus status) {
  switch (status) {
    case TcbStatus::UpToDate:
      return "UpToDate";
    case TcbStatus::SwHardeningNeeded:
      return "SWHardeningNeeded";
    case TcbStatus::ConfigurationNeeded:
      return "ConfigurationNeeded";
    case TcbStatus::ConfigurationAndSwHardeningNeeded:
      return "ConfigurationAndSWHardeningNeeded";
    case TcbStatus::OutOfDate:
      return "OutOfDate";
    case TcbStatus::OutOfDateConfigurationNeeded:
      return "OutOfDateConfigurationNeeded";
    case TcbStatus::Revoked:
      return "Revoked";
    case TcbStatus::TdRelaunchAdvised:
      return "TDRelaunchAdvised";
    case TcbStatus::TdRelaunchAdvisedConfigurationNeeded:
      return "TDRelaunchAdvisedConfigurationNeeded";
  }
  CHECK(false);
}

std::optional<TcbStatus> tcb_status_from_name(std::string_view name) {
  using enum TcbStatus;
  for (const TcbStatus status :
       {UpToDate, SwHardeningNeeded, ConfigurationNeeded, ConfigurationAndSwHardeningNeeded,
        OutOfDate, OutOfDateConfigurationNeeded, Revoked}) {
    if (tcb_status_name(status) == name) return status;
  }
  return std::nullopt;
}

TcbStatus converge(TcbStatus platform, TcbStatus part) {
  if (platform == TcbStatus::Revoked || part == TcbStatus::Revoked) return TcbStatus::Revoked;
  if (part != TcbStatus::OutOfDate) return platform;
  switch (platform) {
    case TcbStatus::UpToDate:
    case TcbStatus::SwHardeningNeeded:
      return TcbStatus::OutOfDate;
    case TcbStatus::ConfigurationNeeded:
    case TcbStatus::ConfigurationAndSwHardeningNeeded:
      return TcbStatus::OutOfDateConfigurationNeeded;
    case TcbStatus::OutOfDate:
    case TcbStatus::OutOfDateConfigurationNeeded:
    case TcbStatus::Revoked:
    case TcbStatus::TdRelaunchAdvised:
    case TcbStatus::TdRelaunchAdvisedConfigurationNeeded:
      return platform;
  }
  CHECK(false);
}

TcbStatus relaunch_status(TcbStatus at_launch, TcbStatus now) {
  using enum TcbStatus;
  const bool old_at_launch = at_launch == OutOfDate || at_launch == OutOfDateConfigurationNeeded;
  const bool good_now = now == UpToDate || now == SwHardeningNeeded || now == ConfigurationNeeded ||
                        now == ConfigurationAndSwHardeningNeeded;
  if (!old_at_launch || !good_now) return at_launch;
  const bool configuration = at_launch == OutOfDateConfigurationNeeded ||
                             now == ConfigurationNeeded || now == ConfigurationAndSwHardeningNeeded;
  return configuration ? TdRelaunchAdvisedConfigurationNeeded : TdRelaunchAdvised;
}

}  // namespace cocoon::attest::intel
