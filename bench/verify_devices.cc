// What verifying an SEV-SNP report and a GPU costs in processor time: `bench_verify_devices
// [SECONDS]`, run in the root of a checkout. Prints a line of JSON for each.
#include <string_view>

#include "attest/amd/verify.h"
#include "attest/nvidia/device_set.h"
#include "bench/verify_cost.h"

namespace {

using namespace cocoon;
using namespace cocoon::attest;

base::Bytes vector_bytes(const std::string& name) {
  return base::to_bytes(bench::read_vector(name));
}

bool all_passed_but(const std::vector<Factor>& factors, FactorId not_asked) {
  return std::ranges::all_of(factors, [&](const Factor& factor) {
    return factor.id == not_asked || factor.outcome == Outcome::Passed;
  });
}

nlohmann::json sev_snp(double seconds) {
  const base::Bytes report = vector_bytes("snp/ms-milan-v3.bin");
  const base::Bytes key = vector_bytes("snp/ms-milan-v3-key.der");
  const amd::Roots roots = amd::pinned_roots();
  const auto now = base::from_unix_seconds(1748736000);
  return bench::verification_cost("SEV-SNP report, all checks, nothing cached", seconds, [&] {
    const auto found = amd::examine_report(now, {report, key, {}, {}}, roots, {});
    return all_passed_but(found.findings.factors, FactorId::RevocationLists);
  });
}

struct Gpu {
  base::WallTime now = base::from_unix_seconds(1719215673);
  nvidia::Roots roots = nvidia::pinned_roots();
  base::Bytes driver = vector_bytes("nvidia/h100-545-full-driver.xml");
  base::Bytes vbios = vector_bytes("nvidia/h100-545-full-vbios.xml");
  nvidia::DeviceSet set = [] {
    nvidia::DeviceSet made;
    made.gpus = {
        {vector_bytes("nvidia/h100-545-full.bin"), vector_bytes("nvidia/h100-545-full-chain.pem")}};
    made.confidential = nvidia::ConfidentialMode::On;
    made.nonce = nvidia::parse_report(made.gpus[0].report)->request_nonce;
    return made;
  }();

  nvidia::ManifestStore verified_manifests() const {
    nvidia::ManifestStore manifests(roots.manifest);
    if (!manifests.add(now, driver) || !manifests.add(now, vbios)) std::exit(1);
    return manifests;
  }
  bool verify(const nvidia::ManifestStore& manifests) const {
    const auto factors =
        nvidia::examine_device_set(now, set, set.nonce, manifests, {}, roots, {1, 1});
    return all_passed_but(factors, FactorId::RevocationLists);
  }
};

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 2.0;
  const Gpu gpu;
  const nvidia::ManifestStore kept = gpu.verified_manifests();
  const nlohmann::json results[] = {
      sev_snp(seconds),
      bench::verification_cost("GPU, all checks, with both manifests", seconds,
                               [&] { return gpu.verify(gpu.verified_manifests()); }),
      bench::verification_cost("GPU, all checks, manifests kept", seconds,
                               [&] { return gpu.verify(kept); })};
  for (const nlohmann::json& result : results) std::puts(result.dump().c_str());
  return 0;
}
