// Verifiers of evidence that proves nothing about hardware. Only development programs are given
// these.
#pragma once

#include <vector>

#include "attest/verdict.h"

namespace cocoon::attest::simulated {

// Accepts what one of these root keys has signed within the last day.
class QuoteVerifier final : public EvidenceVerifier {
 public:
  explicit QuoteVerifier(std::vector<base::Bits256> allowed_roots)
      : allowed_roots_(std::move(allowed_roots)) {}
  EvidenceKind kind() const override { return EvidenceKind::Simulated; }
  Findings examine(base::WallTime now, const Evidence& evidence) const override;

 private:
  std::vector<base::Bits256> allowed_roots_;
};

// Reads bare report data as measurements that are all zero. There is no signature to check.
class FakeTdxVerifier final : public EvidenceVerifier {
 public:
  EvidenceKind kind() const override { return EvidenceKind::FakeTdx; }
  Findings examine(base::WallTime now, const Evidence& evidence) const override;
};

}  // namespace cocoon::attest::simulated
