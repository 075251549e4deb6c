// The verifier as programs have it: through judge(), with a source of collateral.
#include "attest/intel/verifier.h"

#include <gtest/gtest.h>

#include "attest/intel/lab.h"
#include "attest/intel/vectors_lab.h"

namespace cocoon::attest::intel {
namespace {

class OneCollateral final : public IntelCollateralSource {
 public:
  OneCollateral(IntelCollateralId id, IntelCollateral collateral)
      : id_(id), collateral_(std::make_shared<IntelCollateral>(std::move(collateral))) {}
  std::shared_ptr<const IntelCollateral> find(const IntelCollateralId& id) const override {
    return id == id_ ? collateral_ : nullptr;
  }

 private:
  IntelCollateralId id_;
  std::shared_ptr<const IntelCollateral> collateral_;
};

Verdict verdict_of(const base::Bytes& quote, base::WallTime now, const TdxVerifier& verifier) {
  const EvidenceVerifier* verifiers[] = {&verifier};
  const auto parsed = parse_quote(quote);
  base::Bits512 report_data{};
  if (parsed) report_data = statement_of(*parsed).report_data;
  Policy policy{
      .name = "test",
      .accepted = {{EvidenceKind::Tdx,
                    {FactorId::SignatureChain, FactorId::CollateralDates, FactorId::RevocationLists,
                     FactorId::TcbStatus, FactorId::TdxModuleIdentity, FactorId::QeIdentity,
                     FactorId::DebugOff, FactorId::Attributes}}},
      .allowed_images = std::nullopt};
  return judge(now, TdxEvidence{quote}, {.report_data = report_data}, policy, verifiers);
}

TEST(TdxVerifier, AdmitsARealMachine) {
  const IntelVector vector = load_intel_vector("tdx", "cocoon-v4");
  const auto id = collateral_needed(vector.quote);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->tee, IntelTee::Tdx);
  EXPECT_EQ(id->authority, PckAuthority::Platform);
  const OneCollateral source(*id, vector.collateral);
  const TdxVerifier verifier(source, intel_root(), {});
  const Verdict verdict = verdict_of(vector.quote, vector.checks.front().time, verifier);
  EXPECT_TRUE(verdict.accepted()) << verdict.refusal->message();
  const Verdict later =
      verdict_of(vector.quote, vector.checks.front().time + std::chrono::hours(24 * 60), verifier);
  EXPECT_FALSE(later.accepted());
}

TEST(TdxVerifier, OtherCollateralIsNotFound) {
  const IntelVector vector = load_intel_vector("tdx", "cocoon-v4");
  IntelCollateralId id = *collateral_needed(vector.quote);
  id.fmspc[0] ^= 1;
  const OneCollateral source(id, vector.collateral);
  const TdxVerifier verifier(source, intel_root(), {});
  const Verdict verdict = verdict_of(vector.quote, vector.checks.front().time, verifier);
  ASSERT_FALSE(verdict.accepted());
  EXPECT_EQ(verdict.refusal->reason(), "collateral_missing");
}

TEST(TdxVerifier, RefusesEnclavesAndNonsense) {
  const IntelVector vector = load_intel_vector("sgx", "phala-sgx");
  const auto id = collateral_needed(vector.quote);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->tee, IntelTee::Sgx);
  const OneCollateral source(*id, vector.collateral);
  const TdxVerifier verifier(source, intel_root(), {});
  const base::WallTime now = vector.checks.front().time;
  for (const base::Bytes& quote : {vector.quote, base::Bytes(), base::Bytes(5000, 1)}) {
    const Verdict verdict = verdict_of(quote, now, verifier);
    ASSERT_FALSE(verdict.accepted());
    EXPECT_FALSE(verdict.statement && quote.empty());
  }
}

}  // namespace
}  // namespace cocoon::attest::intel
