// Fixed offsets behind one length check each; every length that the sender chose is compared with
// what is there.
#include "attest/quote.h"

#include <algorithm>
#include <array>

#include "attest/byte_fields.h"
#include "attest/limits.h"
#include "attest/sev_snp_report.h"
#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::attest {
namespace {

constexpr std::size_t kHeaderSize = 48;
constexpr std::size_t kDescriptorSize = 6;  // version 5: u16 type, u32 size
constexpr std::uint32_t kTdxTeeType = 0x81;
constexpr std::uint16_t kEcdsaP256 = 2;
constexpr std::size_t kTd10BodySize = 584;
constexpr std::size_t kTd15BodySize = 648;
constexpr std::uint64_t kTdDebugBit = 1;

base::Error refuse(QuoteError error, std::string_view sentence) {
  return {error, std::string(sentence)};
}

base::Result<std::size_t> body_size_in_version_5(base::BytesView bytes) {
  if (bytes.size() < kHeaderSize + kDescriptorSize) {
    return refuse(QuoteError::Truncated, "The quote ends within its body descriptor.");
  }
  const auto type = little_endian<std::uint16_t>(bytes, kHeaderSize);
  const auto stated = little_endian<std::uint32_t>(bytes, kHeaderSize + 2);
  if (type != 2 && type != 3) {
    return refuse(QuoteError::NotTdx, "The quote's body is not that of a trust domain.");
  }
  const std::size_t size = type == 2 ? kTd10BodySize : kTd15BodySize;
  if (stated != size) {
    return refuse(QuoteError::BodySizeMismatch, "The quote's body has not the size of its type.");
  }
  return size;
}

struct Extent {
  std::size_t offset;
  std::size_t size;
};

base::Result<Extent> find_body(base::BytesView bytes) {
  if (bytes.size() > kQuoteSizeMax) {
    return refuse(QuoteError::Oversized, "The quote is larger than any quote can be.");
  }
  if (bytes.size() < kHeaderSize) {
    return refuse(QuoteError::Truncated, "The quote ends within its header.");
  }
  const auto version = little_endian<std::uint16_t>(bytes, 0);
  if (version != 4 && version != 5) {
    return refuse(QuoteError::UnsupportedVersion,
                  "Quotes of version " + std::to_string(version) + " are not supported.");
  }
  if (little_endian<std::uint16_t>(bytes, 2) != kEcdsaP256) {
    return refuse(QuoteError::UnsupportedKeyType, "The quote's key is not ECDSA P-256.");
  }
  if (little_endian<std::uint32_t>(bytes, 4) != kTdxTeeType) {
    return refuse(QuoteError::NotTdx, "The quote is not of a trust domain.");
  }
  if (version == 4) return Extent{kHeaderSize, kTd10BodySize};
  const std::size_t size = TRY(body_size_in_version_5(bytes));
  return Extent{kHeaderSize + kDescriptorSize, size};
}

base::Result<void> check_rest(base::BytesView rest) {
  if (rest.size() < 4) {
    return refuse(QuoteError::Truncated, "The quote ends before its signature.");
  }
  const std::size_t signature_size = little_endian<std::uint32_t>(rest, 0);
  rest = rest.subspan(4);
  if (signature_size > rest.size()) {
    return refuse(QuoteError::Truncated, "The quote ends within its signature.");
  }
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  if (!std::ranges::all_of(rest.subspan(signature_size), is_zero)) {
    return refuse(QuoteError::TrailingBytes, "Other bytes than zeros follow the quote.");
  }
  return {};
}

Factor not_verified(FactorId id, std::string_view kind, Values values = {}) {
  return not_checked(id, Refusal::RealEvidenceUnverified,
                     "Real " + std::string(kind) + " evidence can't be verified by this build yet.",
                     std::move(values));
}

Factor debug_on(Values values) {
  return failed(FactorId::DebugOff, Refusal::DebugOn,
                "The evidence itself says that debugging is on.", std::move(values));
}

Findings malformed(const base::Error& error) {
  Findings findings;
  findings.factors.push_back(failed(FactorId::SignatureChain, Refusal::EvidenceMalformed,
                                    error.message() + " (" + std::string(error.reason()) + ")"));
  return findings;
}

Findings read(const TdxEvidence& evidence) {
  const base::Result<TdxQuote> quote = parse_tdx_quote(evidence.quote);
  if (!quote) return malformed(quote.error());
  Findings findings;
  findings.statement = Statement{quote->measurements, quote->report_data};
  findings.factors.push_back(not_verified(FactorId::SignatureChain, "TDX"));
  Values values = {{"td_attributes", std::to_string(quote->td_attributes)}};
  findings.factors.push_back((quote->td_attributes & kTdDebugBit) != 0
                                 ? debug_on(std::move(values))
                                 : not_verified(FactorId::DebugOff, "TDX", std::move(values)));
  return findings;
}

Findings read(const SevSnpEvidence& evidence) {
  const base::Result<SevSnpReport> report = parse_sev_snp_report(evidence.report);
  if (!report) return malformed(report.error());
  Findings findings;
  if (report->report_data != evidence.report_data) {
    findings.factors.push_back(failed(FactorId::SignatureChain, Refusal::ReportDataMismatch,
                                      "The report data beside the report is not that within it."));
    return findings;
  }
  findings.statement = Statement{report->measurements, report->report_data};
  findings.factors.push_back(not_verified(FactorId::SignatureChain, "SEV-SNP"));
  Values values = {{"policy", std::to_string(report->policy.bits)}};
  findings.factors.push_back(report->policy.debug_allowed()
                                 ? debug_on(std::move(values))
                                 : not_verified(FactorId::DebugOff, "SEV-SNP", std::move(values)));
  return findings;
}

}  // namespace

std::string_view reason_name(QuoteError error) {
  switch (error) {
    case QuoteError::Truncated:
      return "quote_truncated";
    case QuoteError::Oversized:
      return "quote_oversized";
    case QuoteError::UnsupportedVersion:
      return "quote_version_unsupported";
    case QuoteError::UnsupportedKeyType:
      return "quote_key_type_unsupported";
    case QuoteError::NotTdx:
      return "quote_not_tdx";
    case QuoteError::BodySizeMismatch:
      return "quote_body_size_mismatch";
    case QuoteError::TrailingBytes:
      return "quote_trailing_bytes";
  }
  CHECK(false);
}

base::Result<TdxQuote> parse_tdx_quote(base::BytesView bytes) {
  const Extent extent = TRY(find_body(bytes));
  if (bytes.size() < extent.offset + extent.size) {
    return refuse(QuoteError::Truncated, "The quote ends within its body.");
  }
  TRY(check_rest(bytes.subspan(extent.offset + extent.size)));
  const base::BytesView body = bytes.subspan(extent.offset, extent.size);
  TdxQuote quote;
  quote.version = little_endian<std::uint16_t>(bytes, 0);
  copy_from(body, 0, quote.tee_tcb_svn);
  copy_from(body, 16, quote.mr_seam);
  quote.td_attributes = little_endian<std::uint64_t>(body, 120);
  quote.xfam = little_endian<std::uint64_t>(body, 128);
  copy_from(body, 136, quote.measurements.mr_td);
  copy_from(body, 184, quote.measurements.mr_config_id);
  copy_from(body, 232, quote.measurements.mr_owner);
  copy_from(body, 280, quote.measurements.mr_owner_config);
  for (std::size_t i = 0; i < 4; ++i) copy_from(body, 328 + 48 * i, quote.measurements.rtmr[i]);
  copy_from(body, 520, quote.report_data);
  return quote;
}

std::optional<Findings> read_unverified(const Evidence& evidence) {
  if (const auto* tdx = std::get_if<TdxEvidence>(&evidence)) return read(*tdx);
  if (const auto* sev_snp = std::get_if<SevSnpEvidence>(&evidence)) return read(*sev_snp);
  return std::nullopt;
}

}  // namespace cocoon::attest
