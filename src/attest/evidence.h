// Evidence: what a peer shows to prove which software it runs, as found in its certificate. Nothing
// here is believed before judge() (verdict.h) has looked at it.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "attest/measurement.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::attest {

enum class EvidenceKind { None, FakeTdx, Simulated, Relayed, Tdx, SevSnp };
std::string_view evidence_kind_name(EvidenceKind kind);

struct NoEvidence {};
// Bare report data in the place of a quote: what test networks of the reference implementation use.
struct FakeTdxEvidence {
  base::Bits512 report_data{};
};
// Signed by a development network's own root key (attest/simulated). Says in its first bytes that
// it is simulated.
struct SimulatedEvidence {
  base::Bytes quote;
};
// What a router on this machine says it has verified; the evidence itself did not come along.
struct RelayedEvidence {
  Statement statement;
};
struct TdxEvidence {
  base::Bytes quote;
};
struct SevSnpEvidence {
  base::Bits512 report_data{};  // beside the report, which has its own copy
  base::Bytes report;
  base::Bytes vcek;
};

using Evidence = std::variant<NoEvidence, FakeTdxEvidence, SimulatedEvidence, RelayedEvidence,
                              TdxEvidence, SevSnpEvidence>;
EvidenceKind kind_of(const Evidence& evidence);

// Makes this program's own evidence. Implemented by attest/simulated and by what talks to the
// hardware.
class EvidenceProvider {
 public:
  virtual ~EvidenceProvider() = default;
  virtual base::Result<Evidence> quote(base::WallTime now, const base::Bits512& report_data) = 0;
};

}  // namespace cocoon::attest
