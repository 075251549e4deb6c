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

// Of every GPU, over one nonce, in the driver's order. DriverMissing, DriverTooOld, DriverFailed,
// NoGpus.
base::Result<std::vector<GpuReport>> take_gpu_reports(const std::string& library,
                                                      const base::Bits256& nonce);

// What the claims say about the GPUs: SHA-256 over "cocoon gpus 1\n" and, of each report in order,
// u32 size (little-endian) and evidence. Zero without reports.
base::Bits256 gpu_evidence_hash(const std::vector<GpuReport>& reports);
// The nonce for them, from the claims' own keys: SHA-256 over "cocoon gpu nonce 1\n" and the TLS
// key.
base::Bits256 gpu_nonce(const base::Bits256& tls_public_key);

}  // namespace cocoon::attest::provide
