// For tests: a library with the names of the GPU driver's. Its two GPUs "sign" by echoing the
// nonce. COCOON_FAKE_NVML_FAULT makes it fail: "init", "none", "report", "size"; "off" and
// "developer" are modes.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "attest/provide/nvml_abi.h"

namespace {

using namespace cocoon::attest::provide::nvml;

bool fault(std::string_view name) {
  const char* wanted = std::getenv("COCOON_FAKE_NVML_FAULT");
  return wanted != nullptr && name == wanted;
}

int devices[2] = {1, 2};

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED Return nvmlInit_v2() { return fault("init") ? 9 : kSuccess; }
EXPORTED Return nvmlShutdown() { return kSuccess; }
EXPORTED Return nvmlDeviceGetCount_v2(unsigned* count) {
  *count = fault("none") ? 0 : 2;
  return kSuccess;
}
EXPORTED Return nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
  *device = &devices[index];
  return kSuccess;
}
EXPORTED Return nvmlDeviceGetConfComputeGpuCertificate(Device device,
                                                       ConfComputeGpuCertificate* certificate) {
  certificate->attestation_cert_chain_size = 1;
  certificate->attestation_cert_chain[0] =
      static_cast<unsigned char>('A' + *static_cast<int*>(device));
  return kSuccess;
}
EXPORTED Return nvmlDeviceGetConfComputeGpuAttestationReport(
    Device device, ConfComputeGpuAttestationReport* report) {
  if (fault("report")) return 3;
  report->attestation_report[0] = static_cast<unsigned char>(*static_cast<int*>(device));
  std::copy_n(report->nonce, sizeof(report->nonce), report->attestation_report + 1);
  report->attestation_report_size = fault("size") ? 0xffff'ffff : 33;
  return kSuccess;
}
EXPORTED Return nvmlSystemGetConfComputeState(ConfComputeSystemState* state) {
  *state = {.environment = 2,
            .feature = fault("off") ? 0u : 1u,
            .developer_tools = fault("developer") ? 1u : 0u};
  return kSuccess;
}
