// Recorded evidence of Azure guests, and each link of it broken.
#include "attest/azure/vtpm.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "attest/recorded.h"
#include "base/encoding.h"

namespace cocoon::attest::azure {
namespace {

using nlohmann::json;

base::Bytes hex(const json& text) { return *base::from_hex(text.get<std::string>()); }

VtpmEvidence evidence_of(const std::string& file) {
  const base::Bytes bytes = recorded("azvtpm/" + file);
  const json parsed = json::parse(bytes.begin(), bytes.end());
  VtpmEvidence evidence;
  evidence.hcl_report = *base::from_base64(parsed.at("hcl_report").get<std::string>());
  evidence.quote = hex(parsed.at("tpm_quote").at("message"));
  evidence.signature = hex(parsed.at("tpm_quote").at("signature"));
  const json& pcrs = parsed.at("tpm_quote").at("pcrs");
  EXPECT_EQ(pcrs.size(), kPcrCount);
  for (std::size_t i = 0; i < kPcrCount; ++i) {
    evidence.pcrs[i] = *base::bits256_from_hex(pcrs.at(i).get<std::string>());
  }
  return evidence;
}

TEST(VtpmVectors, Bindings) {
  std::size_t seen = 0;
  for (const json& vector : json::parse(recorded("azvtpm/manifest.json"))) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const auto evidence = evidence_of(vector.at("files").at("evidence").get<std::string>());
    const json& expect = vector.at("expect");
    const base::Bytes nonce = hex(expect.at("tpm_quote_extra_data"));
    const auto statement = check_vtpm(evidence, nonce);
    ASSERT_TRUE(statement.ok()) << statement.error().message();
    EXPECT_EQ(json(hcl_kind_name(statement->kind)), expect.at("report_type"));
    EXPECT_EQ(json(base::to_hex(statement->runtime_hash)), expect.at("runtime_sha256"));
    EXPECT_EQ(json(base::to_hex(statement->report_data)), expect.at("report_data"));
    EXPECT_EQ(check_vtpm(evidence, {}).error().reason(), "nonce_mismatch");
    ++seen;
  }
  EXPECT_EQ(seen, 2u);
}

std::string reason(const VtpmEvidence& evidence) {
  const auto statement = read_vtpm(evidence);
  return statement ? "holds" : std::string(statement.error().reason());
}

TEST(Vtpm, EachLink) {
  const VtpmEvidence genuine = evidence_of("trustee-az-snp.json");
  EXPECT_EQ(reason(genuine), "holds");
  VtpmEvidence report = genuine;
  report.hcl_report[32 + 0x50] ^= 1;  // report data
  EXPECT_EQ(reason(report), "report_data_mismatch");
  VtpmEvidence second_half = genuine;
  second_half.hcl_report[32 + 0x50 + 40] ^= 1;
  EXPECT_EQ(reason(second_half), "report_data_mismatch");
  VtpmEvidence claims = genuine;
  claims.hcl_report[32 + 1184 + 20 + 30] ^= 1;
  EXPECT_EQ(reason(claims), "report_data_mismatch");
  VtpmEvidence quote = genuine;
  quote.quote[50] ^= 1;
  EXPECT_EQ(reason(quote), "evidence_signature_invalid");
  VtpmEvidence signature = genuine;
  signature.signature[0] ^= 1;
  EXPECT_EQ(reason(signature), "evidence_signature_invalid");
  VtpmEvidence other = genuine;
  other.quote = evidence_of("trustee-az-tdx.json").quote;
  other.signature = evidence_of("trustee-az-tdx.json").signature;
  EXPECT_EQ(reason(other), "evidence_signature_invalid");
  VtpmEvidence pcr = genuine;
  pcr.pcrs[7][0] ^= 1;
  EXPECT_EQ(reason(pcr), "measurement_mismatch");
}

std::string parse_reason(const base::Bytes& bytes) {
  const auto report = parse_hcl_report(bytes);
  return report ? "parsed" : std::string(report.error().reason());
}

TEST(HclReports, Malformed) {
  const base::Bytes genuine = evidence_of("trustee-az-snp.json").hcl_report;
  EXPECT_EQ(parse_reason(genuine), "parsed");
  EXPECT_EQ(parse_reason({}), "hcl_report_truncated");
  EXPECT_EQ(parse_reason({genuine.begin(), genuine.begin() + 1235}), "hcl_report_truncated");
  EXPECT_EQ(parse_reason({genuine.begin(), genuine.begin() + 1300}), "hcl_report_truncated");
  EXPECT_EQ(parse_reason(base::Bytes(kHclSizeMax + 1)), "hcl_report_oversized");
  const std::pair<std::size_t, std::string_view> changes[] = {
      {0, "hcl_report_malformed"},                   // magic
      {1216, "hcl_report_malformed"},                // size of all
      {1224, "hcl_report_unsupported"},              // kind of report
      {1228, "hcl_report_unsupported"},              // kind of hash
      {1235, "hcl_report_truncated"},                // length of the claims
      {genuine.size() - 1, "hcl_report_malformed"},  // behind the claims
  };
  for (const auto& [offset, wanted] : changes) {
    base::Bytes bytes = genuine;
    bytes[offset] ^= 0x80;
    EXPECT_EQ(parse_reason(bytes), wanted) << offset;
  }
}

}  // namespace
}  // namespace cocoon::attest::azure
