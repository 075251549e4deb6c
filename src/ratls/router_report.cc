// The bytes of a router's report.
#include "ratls/router_report.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "ratls/limits.h"

namespace cocoon::ratls {
namespace {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

constexpr std::int32_t kTdx = 0;
constexpr std::int32_t kSgxOrSevSnp = 1;  // which of them depends on the layout
constexpr std::int32_t kSecondLayout = 2;

Error refuse(RouterReportError error, std::string_view sentence) {
  return {error, std::string(sentence)};
}

std::size_t padding_after(std::size_t size) { return (4 - size % 4) % 4; }

class Cursor {
 public:
  explicit Cursor(BytesView bytes) : rest_(bytes) {}

  Result<BytesView> take(std::size_t size) {
    if (rest_.size() < size) {
      return refuse(RouterReportError::Truncated, "The router's report is cut short.");
    }
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  Result<std::int32_t> take_int32() {
    const BytesView bytes = TRY(take(4));
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | bytes[i];
    return static_cast<std::int32_t>(value);
  }
  template <std::size_t N>
  Result<void> copy(std::array<std::uint8_t, N>& out) {
    const BytesView bytes = TRY(take(N));
    std::ranges::copy(bytes, out.begin());
    return {};
  }
  // Short TL strings only: nothing here has 254 bytes.
  Result<BytesView> take_string() {
    const BytesView prefix = TRY(take(1));
    const std::size_t size = prefix[0];
    if (size > kHostNameMax) {
      return refuse(RouterReportError::BadString, "A text in the router's report is too long.");
    }
    const BytesView text = TRY(take(size));
    const BytesView padding = TRY(take(padding_after(1 + size)));
    if (std::ranges::any_of(padding, [](std::uint8_t byte) { return byte != 0; })) {
      return refuse(RouterReportError::BadString, "A text in the router's report is badly padded.");
    }
    return text;
  }
  bool empty() const { return rest_.empty(); }

 private:
  BytesView rest_;
};

Result<attest::TdxMeasurements> take_tdx(Cursor& cursor) {
  attest::TdxMeasurements tdx;
  TRY(cursor.copy(tdx.mr_td));
  TRY(cursor.copy(tdx.mr_config_id));
  TRY(cursor.copy(tdx.mr_owner));
  TRY(cursor.copy(tdx.mr_owner_config));
  for (base::Bits384& rtmr : tdx.rtmr) TRY(cursor.copy(rtmr));
  return tdx;
}

Result<attest::Measurements> take_measurements(Cursor& cursor, RouterReportLayout layout) {
  const std::int32_t kind = TRY(cursor.take_int32());
  if (kind == kTdx) return attest::Measurements(TRY(take_tdx(cursor)));
  if (kind != kSgxOrSevSnp) {
    return refuse(RouterReportError::UnknownReportKind,
                  "The router's report is of an unknown kind of hardware.");
  }
  if (layout == RouterReportLayout::First) {
    attest::SgxMeasurements sgx;
    TRY(cursor.copy(sgx.mr_enclave));
    return attest::Measurements(sgx);
  }
  attest::SevSnpMeasurements sev_snp;
  TRY(cursor.copy(sev_snp.measurement));
  return attest::Measurements(sev_snp);
}

bool has_collateral(const RouterReport& report) {
  return report.layout == RouterReportLayout::First ||
         (report.statement &&
          std::holds_alternative<attest::TdxMeasurements>(report.statement->measurements));
}

Result<Endpoint> take_endpoint(Cursor& cursor) {
  Endpoint endpoint;
  const BytesView host = TRY(cursor.take_string());
  // Hosts reach logs and people, so only what addresses and names are made of.
  const auto is_plain = [](std::uint8_t c) { return c > 0x20 && c < 0x7f; };
  if (!std::ranges::all_of(host, is_plain)) {
    return refuse(RouterReportError::BadString, "The router's report names a strange host.");
  }
  endpoint.host = base::to_text(host);
  endpoint.port = TRY(cursor.take_int32());
  if (endpoint.port < 0 || endpoint.port > 65535) {
    return refuse(RouterReportError::BadPort, "The router's report names a port that can't be.");
  }
  return endpoint;
}

void append_int32(Bytes& out, std::int32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(value) >> 8 * i));
  }
}

void append_string(Bytes& out, BytesView text) {
  CHECK(text.size() <= kHostNameMax);
  out.push_back(static_cast<std::uint8_t>(text.size()));
  base::append(out, text);
  out.resize(out.size() + padding_after(1 + text.size()));
}

void append_statement(Bytes& out, const attest::Statement& statement) {
  const auto* tdx = std::get_if<attest::TdxMeasurements>(&statement.measurements);
  append_int32(out, tdx != nullptr ? kTdx : kSgxOrSevSnp);
  if (tdx != nullptr) {
    for (const base::Bits384* one :
         {&tdx->mr_td, &tdx->mr_config_id, &tdx->mr_owner, &tdx->mr_owner_config}) {
      base::append(out, *one);
    }
    for (const base::Bits384& rtmr : tdx->rtmr) base::append(out, rtmr);
  } else if (const auto* sgx = std::get_if<attest::SgxMeasurements>(&statement.measurements)) {
    base::append(out, sgx->mr_enclave);
  } else {
    base::append(out, std::get<attest::SevSnpMeasurements>(statement.measurements).measurement);
  }
  base::append(out, statement.report_data);
}

void append_endpoint(Bytes& out, const Endpoint& endpoint) {
  append_string(out, base::as_bytes(endpoint.host));
  append_int32(out, endpoint.port);
}

}  // namespace

Result<RouterReport> parse_router_report(BytesView bytes) {
  if (bytes.size() > kRouterReportSizeMax) {
    return refuse(RouterReportError::Oversized, "The router's report is too large.");
  }
  Cursor cursor(bytes);
  RouterReport report;
  const std::int32_t marker = TRY(cursor.take_int32());
  if (marker < 0 || marker > kSecondLayout) {
    return refuse(RouterReportError::UnknownLayout, "The router's report has an unknown layout.");
  }
  if (marker == kSecondLayout) report.layout = RouterReportLayout::Second;
  if (marker != 0) {
    attest::Statement statement;
    statement.measurements = TRY(take_measurements(cursor, report.layout));
    TRY(cursor.copy(statement.report_data));
    report.statement = std::move(statement);
  }
  if (has_collateral(report)) TRY(cursor.copy(report.collateral_root_hash));
  const BytesView key = TRY(cursor.take_string());
  if (key.size() != report.public_key.size()) {
    return refuse(RouterReportError::BadPublicKey,
                  "The public key in the router's report has not 32 bytes.");
  }
  std::ranges::copy(key, report.public_key.begin());
  report.source = TRY(take_endpoint(cursor));
  report.destination = TRY(take_endpoint(cursor));
  if (!cursor.empty()) {
    return refuse(RouterReportError::TrailingBytes, "Bytes follow the router's report.");
  }
  return report;
}

Bytes serialize_router_report(const RouterReport& report) {
  const bool second = report.layout == RouterReportLayout::Second;
  CHECK(!second || report.statement);
  Bytes body;
  append_int32(body, second ? kSecondLayout : report.statement ? 1 : 0);
  if (report.statement) append_statement(body, *report.statement);
  if (has_collateral(report)) base::append(body, report.collateral_root_hash);
  append_string(body, report.public_key);
  append_endpoint(body, report.source);
  append_endpoint(body, report.destination);
  Bytes out;
  append_int32(out, static_cast<std::int32_t>(body.size()));
  base::append(out, body);
  return out;
}

attest::Evidence evidence_of(const RouterReport& report) {
  if (!report.statement) return attest::NoEvidence{};
  const attest::Statement& statement = *report.statement;
  // Routers report a peer without evidence, and one with fake evidence, as a trust domain that
  // measured nothing.
  if (statement.measurements != attest::Measurements(attest::TdxMeasurements{})) {
    return attest::RelayedEvidence{statement};
  }
  if (statement.report_data == base::Bits512{}) return attest::NoEvidence{};
  return attest::FakeTdxEvidence{statement.report_data};
}

}  // namespace cocoon::ratls
