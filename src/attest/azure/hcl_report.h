// Reads what the paravisor of an Azure confidential guest keeps in the guest's virtual TPM: a
// hardware report and the claims that it is bound to.
//
// Format: Microsoft's documentation of Azure confidential guests, "HCL report": header "HCLA",
// hardware report (an SEV-SNP report, or a TDX TDREPORT, padded to 1184 bytes), runtime data with
// JSON claims. Reading is not verifying: vtpm.h does that.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::azure {

enum class HclError { Truncated, Oversized, Malformed, Unsupported };
std::string_view reason_name(HclError error);

enum class HclKind { SevSnp, Tdx };
std::string_view hcl_kind_name(HclKind kind);

inline constexpr std::size_t kHclSizeMax = 64 * 1024;

// Views are into the bytes that were parsed.
struct HclReport {
  HclKind kind{};
  base::BytesView hardware_report;  // 1184 bytes of SEV-SNP, 1024 of TDX
  base::Bits512 report_data{};      // of the hardware report
  base::BytesView runtime_claims;   // JSON, exactly the bytes that are hashed
};

base::Result<HclReport> parse_hcl_report(base::BytesView bytes);

}  // namespace cocoon::attest::azure
