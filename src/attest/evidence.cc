// Kinds of evidence and their names.
#include "attest/evidence.h"

#include "base/check.h"

namespace cocoon::attest {
namespace {

struct KindOf {
  EvidenceKind operator()(const NoEvidence&) const { return EvidenceKind::None; }
  EvidenceKind operator()(const FakeTdxEvidence&) const { return EvidenceKind::FakeTdx; }
  EvidenceKind operator()(const SimulatedEvidence&) const { return EvidenceKind::Simulated; }
  EvidenceKind operator()(const RelayedEvidence&) const { return EvidenceKind::Relayed; }
  EvidenceKind operator()(const TdxEvidence&) const { return EvidenceKind::Tdx; }
  EvidenceKind operator()(const SevSnpEvidence&) const { return EvidenceKind::SevSnp; }
};

}  // namespace

EvidenceKind kind_of(const Evidence& evidence) { return std::visit(KindOf{}, evidence); }

std::string_view evidence_kind_name(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::None:
      return "none";
    case EvidenceKind::FakeTdx:
      return "fake_tdx";
    case EvidenceKind::Simulated:
      return "simulated";
    case EvidenceKind::Relayed:
      return "relayed";
    case EvidenceKind::Tdx:
      return "tdx";
    case EvidenceKind::SevSnp:
      return "sev_snp";
  }
  CHECK(false);
}

}  // namespace cocoon::attest
