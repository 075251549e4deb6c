// Reports of GPUs by a library with the driver's names.
#include "attest/provide/gpus.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cocoon::attest::provide {
namespace {

const base::Bits256 kNonce = {1, 2, 3};

std::string_view reason_with(const char* fault) {
  setenv("COCOON_FAKE_NVML_FAULT", fault, 1);
  const auto reports = take_gpu_evidence(COCOON_FAKE_NVML, kNonce);
  unsetenv("COCOON_FAKE_NVML_FAULT");
  return reports ? "taken" : reports.error().reason();
}

TEST(Gpus, EveryGpuAnswersTheNonce) {
  const auto taken = take_gpu_evidence(COCOON_FAKE_NVML, kNonce);
  ASSERT_TRUE(taken.ok()) << taken.error().message();
  EXPECT_EQ(taken->confidential, ConfidentialCompute::On);
  EXPECT_EQ(taken->developer, DeveloperTools::Off);
  ASSERT_EQ(taken->reports.size(), 2u);
  for (std::uint8_t i = 0; i < 2; ++i) {
    const GpuReport& report = taken->reports[i];
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
  EXPECT_EQ(take_gpu_evidence("libno-such-driver.so", kNonce).error().reason(),
            "gpu_driver_missing");
  EXPECT_EQ(take_gpu_evidence("libm.so.6", kNonce).error().reason(), "gpu_driver_too_old");
}

TEST(Gpus, ModesAreTheDrivers) {
  setenv("COCOON_FAKE_NVML_FAULT", "off", 1);
  EXPECT_EQ(take_gpu_evidence(COCOON_FAKE_NVML, kNonce)->confidential, ConfidentialCompute::Off);
  setenv("COCOON_FAKE_NVML_FAULT", "developer", 1);
  EXPECT_EQ(take_gpu_evidence(COCOON_FAKE_NVML, kNonce)->developer, DeveloperTools::On);
  unsetenv("COCOON_FAKE_NVML_FAULT");
}

}  // namespace
}  // namespace cocoon::attest::provide
