// Evidence of Azure's confidential guests, which never talk to the hardware themselves: hardware
// report, claims, key of the virtual TPM, and the TPM's answer to our question, each bound to the
// next.
//
// Says nothing about the hardware report itself: whoever verifies it (attest/amd, attest/intel)
// learns from here which report data it must have. Formats: TPM 2.0 library specification, part 2
// (TPMS_ATTEST, TPMS_QUOTE_INFO), RSASSA with SHA-256; JSON Web Keys (RFC 7517).
#pragma once

#include <array>
#include <vector>

#include "attest/azure/hcl_report.h"
#include "attest/refusal.h"

namespace cocoon::attest::azure {

inline constexpr std::size_t kPcrCount = 24;
using Pcrs = std::array<base::Bits256, kPcrCount>;  // SHA-256 bank

struct VtpmEvidence {
  base::Bytes hcl_report;
  base::Bytes quote;      // TPMS_ATTEST
  base::Bytes signature;  // over it, as long as the key's modulus
  Pcrs pcrs{};
};

struct VtpmStatement {
  HclKind kind{};
  base::Bytes hardware_report;
  base::Bits512 report_data{};
  base::Bits256 runtime_hash{};  // SHA-256 of the claims: the first half of the report data
  base::Bytes nonce;             // what the TPM was asked with
};

// Holds afterwards: the report data names the claims, the claims name the TPM's key, that key
// signed the quote, the quote is over these PCRs. The errors' reasons are Refusals.
base::Result<VtpmStatement> read_vtpm(const VtpmEvidence& evidence);
// The same, and the quote answers this nonce.
base::Result<VtpmStatement> check_vtpm(const VtpmEvidence& evidence, base::BytesView nonce);

}  // namespace cocoon::attest::azure
