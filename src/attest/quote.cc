// Reading in order, each length compared with what is left; fixed fields by their offsets.
#include "attest/quote.h"

#include <algorithm>

#include "attest/byte_fields.h"
#include "attest/limits.h"
#include "attest/sev_snp_report.h"
#include "base/check.h"

namespace cocoon::attest {
namespace {

using base::BytesView;
using base::Error;
using base::Result;

constexpr std::size_t kHeaderSize = 48;
constexpr std::uint32_t kTeeSgx = 0;
constexpr std::uint32_t kTeeTdx = 0x81;
constexpr std::uint16_t kEcdsaP256 = 2;
constexpr std::uint16_t kCertificationPckChain = 5;
constexpr std::uint16_t kCertificationQeReport = 6;
constexpr std::size_t kEnclaveReportSize = 384;
constexpr std::size_t kTd10ReportSize = 584;
constexpr std::size_t kTd15ReportSize = 648;

Error refuse(QuoteError error, std::string_view sentence) { return {error, std::string(sentence)}; }

// What is left of the quote, taken from the front.
class Rest {
 public:
  explicit Rest(BytesView bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  BytesView bytes() const { return bytes_; }

  Result<BytesView> take(std::size_t size, std::string_view what) {
    if (size > bytes_.size()) {
      return refuse(QuoteError::Truncated, "The quote ends within its " + std::string(what) + ".");
    }
    const BytesView taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  template <class Integer>
  Result<Integer> take_integer(std::string_view what) {
    const BytesView taken = TRY(take(sizeof(Integer), what));
    return little_endian<Integer>(taken, 0);
  }

  template <std::size_t N>
  Result<void> take_into(std::array<std::uint8_t, N>& out, std::string_view what) {
    const BytesView taken = TRY(take(N, what));
    copy_from(taken, 0, out);
    return {};
  }

 private:
  BytesView bytes_;
};

enum class BodyType { Enclave, Td10, Td15 };

std::size_t size_of(BodyType type) {
  switch (type) {
    case BodyType::Enclave:
      return kEnclaveReportSize;
    case BodyType::Td10:
      return kTd10ReportSize;
    case BodyType::Td15:
      return kTd15ReportSize;
  }
  CHECK(false);
}

EnclaveReport read_enclave_report(BytesView body) {
  EnclaveReport report;
  copy_from(body, 0, report.cpu_svn);
  copy_from(body, 16, report.misc_select);
  copy_from(body, 48, report.attributes);
  copy_from(body, 64, report.mr_enclave);
  copy_from(body, 128, report.mr_signer);
  report.isv_prod_id = little_endian<std::uint16_t>(body, 256);
  report.isv_svn = little_endian<std::uint16_t>(body, 258);
  copy_from(body, 320, report.report_data);
  return report;
}

TdReport read_td_report(BytesView body) {
  TdReport report;
  copy_from(body, 0, report.tee_tcb_svn);
  copy_from(body, 16, report.mr_seam);
  copy_from(body, 64, report.mr_signer_seam);
  copy_from(body, 112, report.seam_attributes);
  report.td_attributes = little_endian<std::uint64_t>(body, 120);
  report.xfam = little_endian<std::uint64_t>(body, 128);
  TdxMeasurements& measurements = report.measurements;
  copy_from(body, 136, measurements.mr_td);
  copy_from(body, 184, measurements.mr_config_id);
  copy_from(body, 232, measurements.mr_owner);
  copy_from(body, 280, measurements.mr_owner_config);
  for (std::size_t i = 0; i < 4; ++i) copy_from(body, 328 + 48 * i, measurements.rtmr[i]);
  copy_from(body, 520, report.report_data);
  if (body.size() == kTd15ReportSize) {
    report.newer.emplace();
    copy_from(body, 584, report.newer->tee_tcb_svn_2);
    copy_from(body, 600, report.newer->mr_service_td);
  }
  return report;
}

struct Header {
  std::uint16_t version = 0;
  std::uint32_t tee = 0;
};

Result<Header> read_header(BytesView bytes) {
  Header header;
  header.version = little_endian<std::uint16_t>(bytes, 0);
  if (header.version < 3 || header.version > 5) {
    return refuse(QuoteError::UnsupportedVersion,
                  "Quotes of version " + std::to_string(header.version) + " are not supported.");
  }
  if (little_endian<std::uint16_t>(bytes, 2) != kEcdsaP256) {
    return refuse(QuoteError::UnsupportedKeyType, "The quote's key is not ECDSA P-256.");
  }
  header.tee = little_endian<std::uint32_t>(bytes, 4);
  // Version 3 knows enclaves only, and has zeros here.
  const bool known = header.tee == kTeeSgx || (header.tee == kTeeTdx && header.version > 3);
  if (!known) return refuse(QuoteError::UnsupportedTee, "The quote is of an unknown kind of TEE.");
  return header;
}

Result<BodyType> take_body_type(const Header& header, Rest& rest) {
  if (header.version < 5) return header.tee == kTeeTdx ? BodyType::Td10 : BodyType::Enclave;
  const std::uint16_t number = TRY(rest.take_integer<std::uint16_t>("body descriptor"));
  const std::uint32_t size = TRY(rest.take_integer<std::uint32_t>("body descriptor"));
  if (number < 1 || number > 3 || (number == 1) != (header.tee == kTeeSgx)) {
    return refuse(QuoteError::UnsupportedBodyType,
                  "The quote's body is of an unknown type, or of one for other TEEs.");
  }
  constexpr BodyType kTypes[] = {BodyType::Enclave, BodyType::Td10, BodyType::Td15};
  const BodyType type = kTypes[number - 1];
  if (size != size_of(type)) {
    return refuse(QuoteError::BodySizeMismatch, "The quote's body has not the size of its type.");
  }
  return type;
}

// Certification data of the wanted type: a type, a length, and exactly that much until the end.
Result<BytesView> take_certification(Rest& rest, std::uint16_t wanted) {
  const std::uint16_t type = TRY(rest.take_integer<std::uint16_t>("certification data"));
  const std::uint32_t size = TRY(rest.take_integer<std::uint32_t>("certification data"));
  if (type != wanted) {
    return refuse(QuoteError::UnsupportedCertificationData,
                  "The quote has certification data of type " + std::to_string(type) + " where " +
                      std::to_string(wanted) + " is supported.");
  }
  const BytesView data = TRY(rest.take(size, "certification data"));
  if (!rest.empty()) {
    return refuse(QuoteError::SignatureSizeMismatch,
                  "Something follows the certification data within the quote's signature.");
  }
  return data;
}

Result<void> read_qe_part(Rest& rest, Quote& quote) {
  quote.qe_report_bytes = TRY(rest.take(kEnclaveReportSize, "quoting enclave's report"));
  quote.qe_report = read_enclave_report(quote.qe_report_bytes);
  TRY(rest.take_into(quote.qe_report_signature, "quoting enclave's signature"));
  const std::uint16_t size = TRY(rest.take_integer<std::uint16_t>("authentication data"));
  quote.qe_authentication_data = TRY(rest.take(size, "authentication data"));
  quote.pck_chain = TRY(take_certification(rest, kCertificationPckChain));
  return {};
}

Result<void> read_signature(BytesView data, Quote& quote) {
  Rest rest(data);
  TRY(rest.take_into(quote.signature, "signature"));
  TRY(rest.take_into(quote.attestation_key, "attestation key"));
  if (quote.version == 3) return read_qe_part(rest, quote);
  Rest inner(TRY(take_certification(rest, kCertificationQeReport)));
  return read_qe_part(inner, quote);
}

Factor not_verified(FactorId id, std::string_view kind, Values values = {}) {
  return not_checked(id, Refusal::VerifierMissing,
                     "This program has no verifier for " + std::string(kind) + " evidence.",
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
  const base::Result<Quote> quote = parse_quote(evidence.quote);
  if (!quote) return malformed(quote.error());
  Findings findings;
  findings.statement = statement_of(*quote);
  const TdReport* td = quote->td();
  if (td == nullptr) {
    findings.factors.push_back(failed(FactorId::SignatureChain, Refusal::EvidenceMalformed,
                                      "The quote is of an enclave, not of a trust domain."));
    return findings;
  }
  findings.factors.push_back(not_verified(FactorId::SignatureChain, "TDX"));
  Values values = {{"td_attributes", std::to_string(td->td_attributes)}};
  findings.factors.push_back((td->td_attributes & kTdAttributeDebug) != 0
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
    case QuoteError::UnsupportedTee:
      return "quote_tee_unsupported";
    case QuoteError::UnsupportedBodyType:
      return "quote_body_type_unsupported";
    case QuoteError::UnsupportedCertificationData:
      return "quote_certification_data_unsupported";
    case QuoteError::BodySizeMismatch:
      return "quote_body_size_mismatch";
    case QuoteError::SignatureSizeMismatch:
      return "quote_signature_size_mismatch";
    case QuoteError::TrailingBytes:
      return "quote_trailing_bytes";
  }
  CHECK(false);
}

Result<Quote> parse_quote(BytesView bytes) {
  if (bytes.size() > kQuoteSizeMax) {
    return refuse(QuoteError::Oversized, "The quote is larger than any quote can be.");
  }
  Rest rest(bytes);
  const BytesView header_bytes = TRY(rest.take(kHeaderSize, "header"));
  const Header header = TRY(read_header(header_bytes));
  const BodyType type = TRY(take_body_type(header, rest));
  const BytesView body = TRY(rest.take(size_of(type), "body"));

  Quote quote;
  quote.version = header.version;
  copy_from(header_bytes, 12, quote.qe_vendor_id);
  copy_from(header_bytes, 28, quote.user_data);
  if (type == BodyType::Enclave) {
    quote.body = read_enclave_report(body);
  } else {
    quote.body = read_td_report(body);
  }
  quote.signed_part = bytes.first(bytes.size() - rest.bytes().size());
  const std::uint32_t size = TRY(rest.take_integer<std::uint32_t>("signature"));
  const BytesView signature = TRY(rest.take(size, "signature"));
  TRY(read_signature(signature, quote));
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  if (!std::ranges::all_of(rest.bytes(), is_zero)) {
    return refuse(QuoteError::TrailingBytes, "Other bytes than zeros follow the quote.");
  }
  return quote;
}

Statement statement_of(const Quote& quote) {
  if (const TdReport* td = quote.td()) return {td->measurements, td->report_data};
  const EnclaveReport* enclave = quote.enclave();
  CHECK(enclave != nullptr);
  return {SgxMeasurements{enclave->mr_enclave}, enclave->report_data};
}

std::optional<Findings> read_unverified(const Evidence& evidence) {
  if (const auto* tdx = std::get_if<TdxEvidence>(&evidence)) return read(*tdx);
  if (const auto* sev_snp = std::get_if<SevSnpEvidence>(&evidence)) return read(*sev_snp);
  return std::nullopt;
}

}  // namespace cocoon::attest
