// Reports of GPUs by a library with the driver's names.
#include "attest/provide/gpus.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cocoon::attest::provide {
namespace {

const base::Bits256 kNonce = {1, 2, 3};

std::string_view reason_with(const char* fault) {
  setenv("COCOON_FAKE_NVML_FAULT", fault, 1);
  const auto reports = take_gpu_reports(COCOON_FAKE_NVML, kNonce);
  unsetenv("COCOON_FAKE_NVML_FAULT");
  return reports ? "taken" : reports.error().reason();
}

TEST(Gpus, EveryGpuAnswersTheNonce) {
  const auto reports = take_gpu_reports(COCOON_FAKE_NVML, kNonce);
  ASSERT_TRUE(reports.ok()) << reports.error().message();
  ASSERT_EQ(reports->size(), 2u);
  for (std::uint8_t i = 0; i < 2; ++i) {
    const GpuReport& report = (*reports)[i];
    ASSERT_EQ(report.evidence.size(), 33u);
    EXPECT_EQ(report.evidence[0], i + 1);
    EXPECT_TRUE(std::equal(kNonce.begin(), kNonce.end(), report.evidence.begin() + 1));
    EXPECT_EQ(base::as_text(report.certificate_chain), i == 0 ? "B" : "C");
  }
}

TEST(Gpus, Refusals) {
  EXPECT_EQ(reason_with(""), "taken");
  EXPECT_EQ(reason_with("init"), "gpu_driver_failed");
  EXPECT_EQ(reason_with("none"), "gpu_none_found");
  EXPECT_EQ(reason_with("report"), "gpu_driver_failed");
  EXPECT_EQ(reason_with("size"), "gpu_driver_failed");
  EXPECT_EQ(take_gpu_reports("libno-such-driver.so", kNonce).error().reason(),
            "gpu_driver_missing");
  EXPECT_EQ(take_gpu_reports("libm.so.6", kNonce).error().reason(), "gpu_driver_too_old");
}

TEST(Gpus, HashCountsOrderAndBorders) {
  const GpuReport a{{1, 2}, {}}, b{{3}, {}}, c{{1}, {}}, d{{2, 3}, {}};
  EXPECT_NE(gpu_evidence_hash({a, b}), gpu_evidence_hash({b, a}));
  EXPECT_NE(gpu_evidence_hash({a, b}), gpu_evidence_hash({c, d}));
  EXPECT_EQ(gpu_evidence_hash({}), base::Bits256{});
  EXPECT_NE(gpu_nonce({1}), gpu_nonce({2}));
}

}  // namespace
}  // namespace cocoon::attest::provide
