// Evidence of NVIDIA GPUs, by the driver's library (NVML), loaded when it is asked for, so that
// programs run on machines without it.
//
// Source: NVML API reference, confidential computing (nvmlDeviceGetConfComputeGpuAttestationReport,
// nvmlDeviceGetConfComputeGpuCertificate), driver 535 and later.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "attest/provide/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::provide {

inline constexpr char kNvmlLibrary[] = "libnvidia-ml.so.1";
inline constexpr unsigned kGpusMax = 64;

struct GpuReport {
  base::Bytes evidence;           // SPDM request and response, as signed by the GPU
  base::Bytes certificate_chain;  // PEM, leaf first
};

// What the driver says and no GPU signs.
enum class ConfidentialCompute { Off, On };
enum class DeveloperTools { Off, On };

struct GpuEvidence {
  ConfidentialCompute confidential = ConfidentialCompute::Off;
  DeveloperTools developer = DeveloperTools::Off;
  std::vector<GpuReport> reports;  // of every GPU, in the driver's order
};

// Over one nonce (gpu_nonce() in claims.h). DriverMissing, DriverTooOld, DriverFailed, NoGpus.
base::Result<GpuEvidence> take_gpu_evidence(const std::string& library, const base::Bits256& nonce);

}  // namespace cocoon::attest::provide
