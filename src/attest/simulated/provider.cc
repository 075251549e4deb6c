// Evidence without hardware.
#include "attest/simulated/provider.h"

#include "attest/simulated/quote.h"

namespace cocoon::attest::simulated {

base::Result<Evidence> Provider::quote(base::WallTime now, const base::Bits512& report_data) {
  return Evidence(SimulatedEvidence{TRY(issue_quote(root_, program_, report_data, now))});
}

base::Result<Evidence> FakeTdxProvider::quote(base::WallTime, const base::Bits512& report_data) {
  return Evidence(FakeTdxEvidence{report_data});
}

}  // namespace cocoon::attest::simulated
