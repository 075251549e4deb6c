// Reports of routers: recorded ones byte by byte, both layouts, and every refusal.
#include "ratls/router_report.h"

#include <gtest/gtest.h>

#include "attest/claims.h"
#include "attest/vector_file.h"
#include "ratls/limits.h"

namespace cocoon::ratls {
namespace {

using base::Bytes;
using base::BytesView;

constexpr std::size_t kKeyAt = 4 + 4 + 448 + 48;
constexpr std::size_t kSourceAt = kKeyAt + 36;

Bytes recorded(const std::string& whose = "client") {
  return attest::vector_file_of_hex("router-report-of-" + whose + ".hex");
}

Bytes body_of(const Bytes& report) { return base::to_bytes(BytesView(report).subspan(4)); }

std::string_view reason_of_body(BytesView body) {
  const auto report = parse_router_report(body);
  return report ? "accepted" : report.error().reason();
}

TEST(RouterReport, RecordedOnesAreReadAndWrittenAlike) {
  for (const char* whose : {"client", "worker", "proxy", "proxy-to-worker"}) {
    const Bytes bytes = recorded(whose);
    ASSERT_EQ(bytes.size(), 576u);
    const auto report = parse_router_report(BytesView(bytes).subspan(4));
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_EQ(serialize_router_report(*report), bytes);
    EXPECT_EQ(report->statement->report_data, attest::report_data({report->public_key}));
    EXPECT_EQ(attest::kind_of(evidence_of(*report)), attest::EvidenceKind::FakeTdx);
  }
}

TEST(RouterReport, WhatTheRecordedOneSays) {
  const auto report = parse_router_report(body_of(recorded()));
  EXPECT_EQ(report->layout, RouterReportLayout::First);
  EXPECT_EQ(base::to_hex(report->public_key),
            "c9a9c1fc5b20e9b04dd8a6c25beb1f148a742b65c0770893f520526823ec82a9");
  EXPECT_EQ(report->source.host, "127.0.0.1");
  EXPECT_EQ(report->source.port, 0x9a12);
  EXPECT_EQ(report->destination.host, "127.0.0.1");
  EXPECT_EQ(report->destination.port, 0x2b5e);
  EXPECT_EQ(report->collateral_root_hash, base::Bits384{});
}

TEST(RouterReport, EachKindInEachLayout) {
  using enum RouterReportLayout;
  struct Case {
    RouterReportLayout layout;
    std::optional<attest::Statement> statement;
    std::size_t size;
  };
  // Length, marker, and what comes after the report: key, "10.0.0.1" and port, "::1" and port.
  constexpr std::size_t kRest = 4 + 4 + 36 + 12 + 4 + 4 + 4;
  const base::Bits512 data = {5};
  const Case cases[] = {
      {First, std::nullopt, kRest + 48},
      {First, attest::Statement{attest::TdxMeasurements{.mr_td = {1}, .rtmr = {}}, data},
       kRest + 4 + 448 + 48},
      {First, attest::Statement{attest::SgxMeasurements{{2}}, data}, kRest + 4 + 96 + 48},
      {Second, attest::Statement{attest::TdxMeasurements{.mr_owner = {3}, .rtmr = {}}, data},
       kRest + 4 + 448 + 48},
      {Second, attest::Statement{attest::SevSnpMeasurements{{4}}, data}, kRest + 4 + 112},
  };
  for (const Case& one : cases) {
    RouterReport report;
    report.layout = one.layout;
    report.statement = one.statement;
    report.public_key = {6};
    report.source = {"10.0.0.1", 443};
    report.destination = {"::1", 65535};
    const Bytes bytes = serialize_router_report(report);
    EXPECT_EQ(bytes.size(), one.size);
    const auto read = parse_router_report(BytesView(bytes).subspan(4));
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(serialize_router_report(*read), bytes);
    EXPECT_EQ(read->statement.has_value(), one.statement.has_value());
    if (one.statement) EXPECT_EQ(read->statement->measurements, one.statement->measurements);
    EXPECT_EQ(attest::kind_of(evidence_of(*read)),
              one.statement ? attest::EvidenceKind::Relayed : attest::EvidenceKind::None);
  }
}

TEST(RouterReport, EveryTruncationAndTrailingBytes) {
  Bytes body = body_of(recorded());
  for (std::size_t size = 0; size < body.size(); ++size) {
    ASSERT_EQ(reason_of_body(BytesView(body).first(size)), "router_report_truncated") << size;
  }
  body.push_back(0);
  EXPECT_EQ(reason_of_body(body), "router_report_trailing_bytes");
  body.resize(kRouterReportSizeMax + 1);
  EXPECT_EQ(reason_of_body(body), "router_report_oversized");
}

TEST(RouterReport, NamedRefusals) {
  struct Change {
    std::size_t offset;
    std::uint8_t value;
    std::string_view reason;
  };
  const Change changes[] = {
      {0, 3, "router_report_layout_unknown"},
      {3, 0x80, "router_report_layout_unknown"},
      {4, 2, "router_report_kind_unknown"},
      {kKeyAt, 31, "router_report_bad_public_key"},
      {kKeyAt, 0xfe, "router_report_bad_string"},
      {kKeyAt + 33, 1, "router_report_bad_string"},
      {kSourceAt + 1, '\n', "router_report_bad_string"},
      {kSourceAt + 1, 0xc3, "router_report_bad_string"},
      {kSourceAt + 12 + 3, 0x80, "router_report_bad_port"},
      {kSourceAt + 12 + 2, 1, "router_report_bad_port"},
  };
  for (const Change& change : changes) {
    Bytes body = body_of(recorded());
    body[change.offset] = change.value;
    EXPECT_EQ(reason_of_body(body), change.reason) << change.offset;
  }
}

TEST(RouterReport, KeyOfAnotherSize) {
  Bytes body = body_of(recorded());
  body[kKeyAt] = 35;
  EXPECT_EQ(reason_of_body(body), "router_report_bad_public_key");
}

}  // namespace
}  // namespace cocoon::ratls
