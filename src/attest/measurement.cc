// The image hash of each kind of measurements.
#include "attest/measurement.h"

#include "crypto/hash.h"

namespace cocoon::attest {
namespace {

constexpr base::Bits512 kNoReportData{};

base::Bits256 hash_of(const TdxMeasurements& m) {
  return crypto::sha256({m.mr_td, m.mr_config_id, m.mr_owner, m.mr_owner_config, m.rtmr[0],
                         m.rtmr[1], m.rtmr[2], m.rtmr[3], kNoReportData});
}
base::Bits256 hash_of(const SgxMeasurements& m) {
  return crypto::sha256({m.mr_enclave, kNoReportData});
}
base::Bits256 hash_of(const SevSnpMeasurements& m) {
  return crypto::sha256({m.measurement, kNoReportData});
}

}  // namespace

base::Bits256 image_hash(const attest::Measurements& measurements) {
  return std::visit([](const auto& kind) { return hash_of(kind); }, measurements);
}

}  // namespace cocoon::attest
