// The PCK certificate: what Intel says about one machine in the certificate of its attestation
// (Intel SGX PCK certificate and CRL profile, extension 1.2.840.113741.1.13.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "attest/collateral.h"
#include "attest/intel/fault.h"
#include "attest/intel/tcb.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/certificate.h"

namespace cocoon::attest::intel {

enum class SgxType { Standard, Scalable, ScalableWithIntegrity };

struct PckConfiguration {
  bool dynamic_platform = false;
  bool cached_keys = false;
  bool smt_enabled = false;
};

struct PckExtension {
  base::Bits128 ppid{};
  Svns sgx_svns{};
  std::uint16_t pce_svn = 0;
  base::Bits128 cpu_svn{};
  std::array<std::uint8_t, 2> pce_id{};
  Fmspc fmspc{};
  SgxType sgx_type = SgxType::Standard;
  // Of platforms with several processors.
  std::optional<base::Bits128> platform_instance_id;
  std::optional<PckConfiguration> configuration;
};

// The extension's value, strict DER, each field at most once: PckExtensionInvalid.
base::Result<PckExtension> parse_pck_extension(base::BytesView value);
// PckExtensionInvalid also if there is none.
base::Result<PckExtension> pck_extension_of(const crypto::Certificate& certificate);

}  // namespace cocoon::attest::intel
