// dlopen, ask every device, dlclose.
#include "attest/provide/gpus.h"

#include <dlfcn.h>

#include <algorithm>

#include "attest/provide/nvml_abi.h"

namespace cocoon::attest::provide {
namespace {

class Library {
 public:
  explicit Library(const std::string& name)
      : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  bool loaded() const { return handle_ != nullptr; }

  template <class Function>
  Function find(const char* name) const {
    return reinterpret_cast<Function>(dlsym(handle_, name));
  }

 private:
  void* handle_;
};

struct Driver {
  nvml::Init init = nullptr;
  nvml::Shutdown shutdown = nullptr;
  nvml::DeviceGetCount count = nullptr;
  nvml::DeviceGetHandleByIndex device = nullptr;
  nvml::GetCertificate certificate = nullptr;
  nvml::GetReport report = nullptr;
  nvml::GetState state = nullptr;

  bool complete() const {
    return init != nullptr && shutdown != nullptr && count != nullptr && device != nullptr &&
           certificate != nullptr && report != nullptr && state != nullptr;
  }
};

Driver find_driver(const Library& library) {
  Driver driver;
  driver.init = library.find<nvml::Init>("nvmlInit_v2");
  driver.shutdown = library.find<nvml::Shutdown>("nvmlShutdown");
  driver.count = library.find<nvml::DeviceGetCount>("nvmlDeviceGetCount_v2");
  driver.device = library.find<nvml::DeviceGetHandleByIndex>("nvmlDeviceGetHandleByIndex_v2");
  driver.certificate = library.find<nvml::GetCertificate>("nvmlDeviceGetConfComputeGpuCertificate");
  driver.report = library.find<nvml::GetReport>("nvmlDeviceGetConfComputeGpuAttestationReport");
  driver.state = library.find<nvml::GetState>("nvmlSystemGetConfComputeState");
  return driver;
}

class DriverSession {
 public:
  explicit DriverSession(const Driver& driver) : driver_(driver) {}
  ~DriverSession() { driver_.shutdown(); }
  DriverSession(const DriverSession&) = delete;
  DriverSession& operator=(const DriverSession&) = delete;

 private:
  const Driver& driver_;
};

base::Result<void> check(nvml::Return code, std::string_view doing) {
  if (code == nvml::kSuccess) return {};
  return base::Error(ProvideError::DriverFailed,
                     "The GPU driver failed at " + std::string(doing) + " with code " +
                         std::to_string(code) +
                         "; is the GPU in confidential mode (nvidia-smi conf-compute -f)?");
}

base::Result<GpuReport> ask_gpu(const Driver& driver, unsigned index, const base::Bits256& nonce) {
  nvml::Device device = nullptr;
  TRY(check(driver.device(index, &device), "opening a GPU"));
  const auto report = std::make_unique<nvml::ConfComputeGpuAttestationReport>();
  std::ranges::copy(nonce, report->nonce);
  TRY(check(driver.report(device, report.get()), "making a report"));
  const auto certificate = std::make_unique<nvml::ConfComputeGpuCertificate>();
  TRY(check(driver.certificate(device, certificate.get()), "reading its certificates"));
  if (report->attestation_report_size > sizeof(report->attestation_report) ||
      certificate->attestation_cert_chain_size > sizeof(certificate->attestation_cert_chain)) {
    return base::Error(ProvideError::DriverFailed, "The GPU driver answered impossible sizes.");
  }
  GpuReport out;
  out.evidence.assign(report->attestation_report,
                      report->attestation_report + report->attestation_report_size);
  out.certificate_chain.assign(
      certificate->attestation_cert_chain,
      certificate->attestation_cert_chain + certificate->attestation_cert_chain_size);
  return out;
}

}  // namespace

base::Result<GpuEvidence> take_gpu_evidence(const std::string& name, const base::Bits256& nonce) {
  const Library library(name);
  if (!library.loaded()) {
    return base::Error(ProvideError::DriverMissing, "The GPU driver's library " + name +
                                                        " can't be loaded; install the driver.");
  }
  const Driver driver = find_driver(library);
  if (!driver.complete()) {
    return base::Error(ProvideError::DriverTooOld,
                       "The GPU driver can't make reports; install version 535 or later.");
  }
  TRY(check(driver.init(), "its start"));
  const DriverSession session(driver);
  nvml::ConfComputeSystemState state{};
  TRY(check(driver.state(&state), "reading its modes"));
  unsigned count = 0;
  TRY(check(driver.count(&count), "counting GPUs"));
  if (count == 0 || count > kGpusMax) {
    return base::Error(ProvideError::NoGpus,
                       "The driver knows " + std::to_string(count) + " GPUs.");
  }
  GpuEvidence evidence;
  if (state.feature == nvml::kFeatureEnabled) evidence.confidential = ConfidentialCompute::On;
  if (state.developer_tools != nvml::kDeveloperToolsOff) evidence.developer = DeveloperTools::On;
  for (unsigned i = 0; i < count; ++i) {
    evidence.reports.push_back(TRY(ask_gpu(driver, i, nonce)));
  }
  return evidence;
}

}  // namespace cocoon::attest::provide
