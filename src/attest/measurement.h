// Measurements: what the hardware hashed of the software it started; and the image hash, one number
// for all of it, which is what the network's root contract lists.
#pragma once

#include <array>
#include <variant>

#include "base/bytes.h"

namespace cocoon::attest {

// Registers of a trust domain (Intel TDX module base architecture specification, TDREPORT).
struct TdxMeasurements {
  base::Bits384 mr_td{};
  base::Bits384 mr_config_id{};
  base::Bits384 mr_owner{};
  base::Bits384 mr_owner_config{};
  std::array<base::Bits384, 4> rtmr{};
  friend bool operator==(const TdxMeasurements&, const TdxMeasurements&) = default;
};

struct SgxMeasurements {
  base::Bits256 mr_enclave{};
  friend bool operator==(const SgxMeasurements&, const SgxMeasurements&) = default;
};

// Launch digest (AMD SEV-SNP firmware ABI, ATTESTATION_REPORT).
struct SevSnpMeasurements {
  base::Bits384 measurement{};
  friend bool operator==(const SevSnpMeasurements&, const SevSnpMeasurements&) = default;
};

using Measurements = std::variant<TdxMeasurements, SgxMeasurements, SevSnpMeasurements>;

// SHA-256 over all registers in the order above, then 64 zero bytes in the place of the report
// data.
base::Bits256 image_hash(const Measurements& measurements);

// What evidence says: who runs, and for which claims.
struct Statement {
  Measurements measurements;
  base::Bits512 report_data{};
};

}  // namespace cocoon::attest
