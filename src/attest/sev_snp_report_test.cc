// Reports of real machines, and everything that can be wrong with the form of one.
#include "attest/sev_snp_report.h"

#include <gtest/gtest.h>

#include "attest/vector_file.h"

namespace cocoon::attest {
namespace {

TEST(SevSnpReport, OfARealMachine) {
  const base::Bytes bytes = vector_file("sev-snp-v2-debug.bin");
  const auto report = parse_sev_snp_report(bytes);
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->version, 2u);
  EXPECT_EQ(report->policy.bits, 720896u);
  EXPECT_TRUE(report->policy.debug_allowed());
  EXPECT_TRUE(report->policy.smt_allowed());
  EXPECT_TRUE(report->policy.reserved_one());
  EXPECT_FALSE(report->policy.migration_agent_allowed());
  EXPECT_FALSE(report->policy.single_socket());
  EXPECT_EQ(report->vmpl, 0u);
  EXPECT_EQ(report->signature_algorithm, 1u);
  EXPECT_EQ(report->signing_key, kSignedByVcek);
  EXPECT_TRUE(report->platform.smt_enabled());
  EXPECT_FALSE(report->platform.alias_check_complete());
  EXPECT_EQ(report->current_firmware, (SevSnpFirmwareVersion{.build = 3, .minor = 49, .major = 1}));
  EXPECT_EQ(base::to_hex(report->reported_tcb), "0200000000000544");
  EXPECT_EQ(
      base::to_hex(report->measurements.measurement),
      "b07af9620f3b839b47996422ddec6058338951d984e312115131ea82705eaf5b6bdf8a9ece31a5a608eb0cf2e"
      "4872b01");
  EXPECT_EQ(base::to_hex(base::BytesView(report->report_data).first(6)), "010203040500");
  EXPECT_EQ(base::to_hex(base::BytesView(report->chip_id).first(4)), "3ac3fe21");
}

TEST(SevSnpReport, FieldsOfLaterVersionsAreZeroBeforeThem) {
  base::Bytes bytes = vector_file("sev-snp-v2-debug.bin");
  bytes[0x188] = 0x19;
  bytes[0x1F8] = 1;
  EXPECT_EQ(parse_sev_snp_report(bytes)->cpu_family, 0);
  bytes[0] = 3;
  EXPECT_EQ(parse_sev_snp_report(bytes)->cpu_family, 0x19);
  EXPECT_EQ(parse_sev_snp_report(bytes)->launch_mitigations, 0u);
  bytes[0] = 5;
  EXPECT_EQ(parse_sev_snp_report(bytes)->launch_mitigations, 1u);
}

TEST(SevSnpReport, OtherSizesAndVersions) {
  base::Bytes bytes = vector_file("sev-snp-v2-debug.bin");
  const auto reason = [&] { return parse_sev_snp_report(bytes).error().reason(); };
  EXPECT_EQ(parse_sev_snp_report(base::BytesView(bytes).first(1183)).error().reason(),
            "sev_snp_report_truncated");
  EXPECT_EQ(parse_sev_snp_report({}).error().reason(), "sev_snp_report_truncated");
  bytes.push_back(0);
  EXPECT_EQ(reason(), "sev_snp_report_trailing_bytes");
  bytes.pop_back();
  for (const int version : {0, 1, 6, 255}) {
    bytes[0] = static_cast<std::uint8_t>(version);
    EXPECT_EQ(reason(), "sev_snp_report_version_unsupported") << version;
  }
  bytes[0] = 2;
  bytes[3] = 1;  // the version has four bytes
  EXPECT_EQ(reason(), "sev_snp_report_version_unsupported");
}

}  // namespace
}  // namespace cocoon::attest
