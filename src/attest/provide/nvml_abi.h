// The part of NVML's binary interface that is used (nvml.h, NVIDIA driver 535 and later).
#pragma once

#include <cstdint>

namespace cocoon::attest::provide::nvml {

using Return = int;
inline constexpr Return kSuccess = 0;
using Device = void*;

struct ConfComputeGpuCertificate {
  unsigned cert_chain_size;
  unsigned attestation_cert_chain_size;
  unsigned char cert_chain[0x1000];
  unsigned char attestation_cert_chain[0x1400];
};

struct ConfComputeGpuAttestationReport {
  unsigned is_cec_attestation_report_present;
  unsigned attestation_report_size;
  unsigned cec_attestation_report_size;
  unsigned char nonce[0x20];
  unsigned char attestation_report[0x2000];
  unsigned char cec_attestation_report[0x1000];
};

struct ConfComputeSystemState {
  unsigned environment;
  unsigned feature;
  unsigned developer_tools;
};
inline constexpr unsigned kFeatureEnabled = 1;
inline constexpr unsigned kDeveloperToolsOff = 0;

using Init = Return (*)();
using Shutdown = Return (*)();
using DeviceGetCount = Return (*)(unsigned*);
using DeviceGetHandleByIndex = Return (*)(unsigned, Device*);
using GetCertificate = Return (*)(Device, ConfComputeGpuCertificate*);
using GetReport = Return (*)(Device, ConfComputeGpuAttestationReport*);
using GetState = Return (*)(ConfComputeSystemState*);

}  // namespace cocoon::attest::provide::nvml
