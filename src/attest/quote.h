// Reads Intel quotes: TDX versions 4 and 5, SGX versions 3 to 5.
//
// Reading is not verifying: no signature is looked at here, and what is read is only a claim of
// whoever sent it (attest/intel verifies). Formats: Intel SGX ECDSA quote library reference, Intel
// TDX DCAP quoting library API, appendices "quote format"; the same in Intel's quote verification
// library.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

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
  UnsupportedTee,
  UnsupportedBodyType,
  UnsupportedCertificationData,  // the platform's certificates did not come along
  BodySizeMismatch,
  SignatureSizeMismatch,
  TrailingBytes,
};
std::string_view reason_name(QuoteError error);

// Of TDATTRIBUTES.
inline constexpr std::uint64_t kTdAttributeDebug = 1;
// Of an enclave's ATTRIBUTES, first 8 bytes little-endian.
inline constexpr std::uint64_t kEnclaveAttributeInit = 1;
inline constexpr std::uint64_t kEnclaveAttributeDebug = 2;

// SGX report body: an enclave that is quoted, or the quoting enclave itself.
struct EnclaveReport {
  base::Bits128 cpu_svn{};
  std::array<std::uint8_t, 4> misc_select{};
  base::Bits128 attributes{};
  base::Bits256 mr_enclave{};
  base::Bits256 mr_signer{};
  std::uint16_t isv_prod_id = 0;
  std::uint16_t isv_svn = 0;
  base::Bits512 report_data{};
};

// What a TD report of module 1.5 has beyond one of 1.0.
struct TdReport15 {
  base::Bits128 tee_tcb_svn_2{};  // of the module that runs now, after updates under the TD
  base::Bits384 mr_service_td{};  // hash over bound service TDs, zero without any
};

struct TdReport {
  base::Bits128 tee_tcb_svn{};
  base::Bits384 mr_seam{};
  base::Bits384 mr_signer_seam{};
  std::array<std::uint8_t, 8> seam_attributes{};
  std::uint64_t td_attributes = 0;
  std::uint64_t xfam = 0;
  TdxMeasurements measurements;
  base::Bits512 report_data{};
  std::optional<TdReport15> newer;
};

// Views are into the bytes that were parsed.
struct Quote {
  std::uint16_t version = 0;  // 3, 4 or 5
  base::Bits128 qe_vendor_id{};
  std::array<std::uint8_t, 20> user_data{};
  std::variant<TdReport, EnclaveReport> body;

  base::BytesView signed_part;      // header, body descriptor, body
  base::Bits512 signature{};        // r then s, big-endian
  base::Bits512 attestation_key{};  // x then y, big-endian

  EnclaveReport qe_report;  // of the quoting enclave, which vouches for the key
  base::BytesView qe_report_bytes;
  base::Bits512 qe_report_signature{};
  base::BytesView qe_authentication_data;
  base::BytesView pck_chain;  // PEM, platform's certificate first

  const TdReport* td() const { return std::get_if<TdReport>(&body); }
  const EnclaveReport* enclave() const { return std::get_if<EnclaveReport>(&body); }
};

// At most kQuoteSizeMax bytes. The zeros with which platforms pad a quote may follow it, other
// bytes not. All lengths within add up exactly.
base::Result<Quote> parse_quote(base::BytesView bytes);

// What the quoted software says of itself.
Statement statement_of(const Quote& quote);

// What evidence of a real TEE says, with the signature chain marked as not checked. Nothing for
// other kinds.
std::optional<Findings> read_unverified(const Evidence& evidence);

}  // namespace cocoon::attest
