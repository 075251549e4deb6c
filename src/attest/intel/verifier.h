// The verifier of TDX evidence that programs are given.
#pragma once

#include <memory>

#include "attest/collateral.h"
#include "attest/intel/findings.h"
#include "attest/policy.h"
#include "attest/verdict.h"
#include "crypto/public_key.h"

namespace cocoon::attest::intel {

class TdxVerifier final : public EvidenceVerifier {
 public:
  // `root` is intel_root() in every program; tests have their own. `source` outlives the verifier.
  TdxVerifier(const IntelCollateralSource& source, crypto::PublicKey root, TcbRules tcb,
              TdRules td = {});

  EvidenceKind kind() const override { return EvidenceKind::Tdx; }
  Findings examine(base::WallTime now, const Evidence& evidence) const override;

 private:
  const IntelCollateralSource& source_;
  crypto::PublicKey root_;
  TcbRules tcb_;
  TdRules td_;
};

}  // namespace cocoon::attest::intel
