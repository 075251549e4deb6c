// Reads Intel TDX quotes (versions 4 and 5), so that people can see what they say.
//
// Reading is not verifying: no signature is looked at here, and what is read is only a claim of
// whoever sent it. Formats: Intel TDX DCAP quote generation library and quote verification library
// specification, appendix 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "attest/evidence.h"
#include "attest/factor.h"
#include "attest/measurement.h"
#include "base/result.h"

namespace cocoon::attest {

enum class QuoteError {
  Truncated,
  Oversized,
  UnsupportedVersion,
  UnsupportedKeyType,
  NotTdx,
  BodySizeMismatch,
  TrailingBytes,
};
std::string_view reason_name(QuoteError error);

struct TdxQuote {
  std::uint16_t version = 0;  // 4 or 5
  base::Bits128 tee_tcb_svn{};
  base::Bits384 mr_seam{};
  std::uint64_t td_attributes = 0;  // bit 0: debug
  std::uint64_t xfam = 0;
  TdxMeasurements measurements;
  base::Bits512 report_data{};
};

// At most kQuoteSizeMax bytes. The zeros with which platforms pad a quote may follow it, other
// bytes not.
base::Result<TdxQuote> parse_tdx_quote(base::BytesView bytes);

// What evidence of a real TEE says, with the signature chain marked as not checked. Nothing for
// other kinds.
std::optional<Findings> read_unverified(const Evidence& evidence);

}  // namespace cocoon::attest
