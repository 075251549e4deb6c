// Every recorded and made-up report of tests/vectors/attestation/snp: fields and verdicts.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "attest/amd/verify.h"
#include "attest/recorded.h"
#include "base/encoding.h"

namespace cocoon::attest::amd {
namespace {

using nlohmann::json;

// The test root stands for all products: its chains keep the names of one of them.
Roots roots_of(const json& vector) {
  if (!vector.contains("trusted_root")) return pinned_roots();
  const auto pem = recorded("snp/" + vector.at("trusted_root").get<std::string>());
  Roots roots;
  for (const Product product : {Product::Milan, Product::Genoa, Product::Turin}) {
    roots.push_back(*parse_root(product, pem));
  }
  return roots;
}

struct Files {
  base::Bytes report, key, chain, list;
  explicit Files(const json& vector)
      : report(file_of("snp", vector, "report")),
        key(file_of("snp", vector, "key")),
        chain(file_of("snp", vector, "chain")),
        list(file_of("snp", vector, "list")) {}
  Question question() const { return {report, key, chain, list}; }
};

Requirements any_level() {
  Requirements requirements;
  requirements.vmpl_max = 3;
  return requirements;
}

constexpr FactorId kGenuine[] = {FactorId::SignatureChain, FactorId::CollateralDates,
                                 FactorId::TcbStatus};

bool genuine(const Findings& findings) {
  for (const FactorId id : kGenuine) {
    const Factor* factor = find_factor(findings, id);
    if (factor == nullptr || factor->outcome != Outcome::Passed) return false;
  }
  const Factor* lists = find_factor(findings, FactorId::RevocationLists);
  return lists != nullptr && lists->outcome != Outcome::Failed;
}

bool strict(const Findings& findings) { return genuine(findings) && failures(findings).empty(); }

const std::map<std::string, std::string> kReasons = {
    {"EK_CERT_TIME", "certificate_not_valid_now"},
    {"EK_SIGNATURE", "certificate_chain_invalid"},
    {"REPORT_SIGNATURE", "evidence_signature_invalid"},
    {"UNSUPPORTED_VERSION", "evidence_unsupported"},
    {"TRUNCATED", "evidence_malformed"},
    {"SIGNING_KEY_UNSUPPORTED", "evidence_unsupported"},
    {"SIGNING_KEY_MISMATCH", "signing_key_mismatch"},
    {"SIG_ALGO", "evidence_unsupported"},
    {"EK_TCB_MISMATCH", "tcb_mismatch"},
    {"CHIP_ID_MISMATCH", "platform_mismatch"},
    {"ARK_UNTRUSTED", "root_not_allowed"},
    {"REVOKED", "certificate_revoked"},
    {"CRL_TIME", "revocation_list_stale"},
    {"CRL_SIGNATURE", "revocation_list_invalid"},
};

json tcb_json(const Tcb& tcb) {
  json result = {
      {"bl", tcb.boot_loader}, {"tee", tcb.tee}, {"snp", tcb.snp}, {"ucode", tcb.microcode}};
  if (tcb.fmc) result["fmc"] = *tcb.fmc;
  return result;
}

void expect_verdict(const json& expect, const Examination& examination) {
  const Findings& findings = examination.findings;
  if (expect.at("result") == "rejected") {
    EXPECT_FALSE(genuine(findings));
    const std::string wanted = kReasons.at(expect.at("reason").get<std::string>());
    EXPECT_THAT(failures(findings), testing::Contains(wanted));
    return;
  }
  EXPECT_TRUE(genuine(findings)) << testing::PrintToString(failures(findings));
  ASSERT_TRUE(examination.key && examination.report);
  EXPECT_EQ(json(product_name(examination.key->product)), expect.at("product"));
  EXPECT_EQ(json(report_key_name(examination.key->key)), expect.at("ek"));
  EXPECT_EQ(tcb_json(read_tcb(examination.key->product, examination.report->reported_tcb)),
            expect.at("reported_tcb"));
  EXPECT_EQ(strict(findings), expect.at("strict_policy") == "accept");
  const auto flags = expect.at("flags").get<std::vector<std::string>>();
  const auto flagged = [&](const char* flag) {
    return std::ranges::find(flags, flag) != flags.end();
  };
  const SevSnpPolicy& policy = examination.report->policy;
  EXPECT_EQ(policy.debug_allowed(), flagged("DEBUG"));
  EXPECT_EQ(find_factor(findings, FactorId::DebugOff)->outcome == Outcome::Failed,
            flagged("DEBUG"));
  EXPECT_EQ(policy.migration_agent_allowed(), flagged("MIGRATE_MA"));
  EXPECT_EQ(!policy.reserved_one(), flagged("POLICY_BIT17_ZERO"));
}

TEST(SevSnpVectors, Verdicts) {
  std::size_t checks = 0;
  for (const json& vector : json::parse(recorded("snp/manifest.json"))) {
    const Files files(vector);
    const Roots roots = roots_of(vector);
    for (const json& check : vector.at("checks")) {
      const auto now = base::from_unix_seconds(check.at("time").get<std::int64_t>());
      SCOPED_TRACE(vector.at("id").get<std::string>() + " at " + check.at("time").dump());
      expect_verdict(check.at("expect"), examine_report(now, files.question(), roots, any_level()));
      ++checks;
    }
  }
  EXPECT_GE(checks, 53u);
}

// What vouches for tests vouches for nothing else.
TEST(SevSnpVectors, TestRootIsNotAmds) {
  for (const json& vector : json::parse(recorded("snp/manifest.json"))) {
    if (!vector.contains("trusted_root")) continue;
    const json& check = vector.at("checks").at(0);
    const auto now = base::from_unix_seconds(check.at("time").get<std::int64_t>());
    const Examination examination =
        examine_report(now, Files(vector).question(), pinned_roots(), any_level());
    EXPECT_FALSE(genuine(examination.findings)) << vector.at("id");
  }
}

// Peers show no chain: what the pinned roots have issued is enough.
TEST(SevSnpVectors, WithoutAShownChain) {
  std::size_t verified = 0;
  for (const json& vector : json::parse(recorded("snp/manifest.json"))) {
    if (vector.contains("trusted_root")) continue;
    const json& check = vector.at("checks").at(0);
    if (check.at("expect").at("result") != "verified") continue;
    const Files files(vector);
    Question question = files.question();
    question.chain = {};
    const auto now = base::from_unix_seconds(check.at("time").get<std::int64_t>());
    EXPECT_TRUE(genuine(examine_report(now, question, pinned_roots(), any_level()).findings))
        << vector.at("id");
    ++verified;
  }
  EXPECT_GE(verified, 11u);
}

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  return base::to_hex(bytes);
}

json fields_of(const SevSnpReport& r) {
  const auto mitigations = [](std::uint64_t bits) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(bits >> 8 * i);
    return hex(bytes);
  };
  return {{"version", r.version},
          {"guest_svn", r.guest_svn},
          {"policy", r.policy.bits},
          {"family_id", hex(r.family_id)},
          {"image_id", hex(r.image_id)},
          {"vmpl", r.vmpl},
          {"signature_algo", r.signature_algorithm},
          {"current_tcb", hex(r.current_tcb)},
          {"platform_info", r.platform.bits},
          {"report_data", hex(r.report_data)},
          {"measurement", hex(r.measurements.measurement)},
          {"host_data", hex(r.host_data)},
          {"id_key_digest", hex(r.id_key_digest)},
          {"author_key_digest", hex(r.author_key_digest)},
          {"report_id", hex(r.report_id)},
          {"report_id_ma", hex(r.report_id_of_migration_agent)},
          {"reported_tcb", hex(r.reported_tcb)},
          {"cpuid_fam", r.cpu_family},
          {"cpuid_mod", r.cpu_model},
          {"cpuid_step", r.cpu_stepping},
          {"chip_id", hex(r.chip_id)},
          {"committed_tcb", hex(r.committed_tcb)},
          {"current_build", r.current_firmware.build},
          {"current_minor", r.current_firmware.minor},
          {"current_major", r.current_firmware.major},
          {"committed_build", r.committed_firmware.build},
          {"committed_minor", r.committed_firmware.minor},
          {"committed_major", r.committed_firmware.major},
          {"launch_tcb", hex(r.launch_tcb)},
          {"launch_mit_vector", mitigations(r.launch_mitigations)},
          {"current_mit_vector", mitigations(r.current_mitigations)},
          {"author_key_en", r.author_key_present ? 1 : 0},
          {"mask_chip_key", r.chip_key_masked ? 1 : 0},
          {"signing_key", r.signing_key}};
}

json policy_of(const SevSnpPolicy& policy) {
  const auto bit = [](bool value) { return value ? 1 : 0; };
  return {{"abi_minor", policy.abi_minor()},
          {"abi_major", policy.abi_major()},
          {"smt", bit(policy.smt_allowed())},
          {"rsvd1", bit(policy.reserved_one())},
          {"migrate_ma", bit(policy.migration_agent_allowed())},
          {"debug", bit(policy.debug_allowed())},
          {"single_socket", bit(policy.single_socket())},
          {"cxl", bit(policy.cxl_allowed())},
          {"mem_aes_256", bit(policy.aes_256_xts_required())},
          {"rapl_dis", bit(policy.rapl_disable_required())},
          {"ciphertext_hiding", bit(policy.ciphertext_hiding_required())},
          {"page_swap_disable", bit(policy.page_swap_disabled())}};
}

TEST(SevSnpVectors, FieldsOfReports) {
  std::size_t seen = 0;
  for (const json& vector : json::parse(recorded("snp/manifest.json"))) {
    if (!vector.contains("fields") || !vector.at("fields").contains("version")) continue;
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const auto report = parse_sev_snp_report(file_of("snp", vector, "report"));
    ASSERT_TRUE(report.ok());
    json expected = vector.at("fields");
    EXPECT_EQ(policy_of(report->policy), expected.at("pol"));
    const json found = fields_of(*report);
    for (const auto& [name, value] : found.items()) EXPECT_EQ(value, expected.at(name)) << name;
    ++seen;
  }
  EXPECT_GE(seen, 40u);
}

TEST(SevSnpVectors, FieldsOfKeyCertificates) {
  std::size_t seen = 0;
  for (const json& vector : json::parse(recorded("snp/manifest.json"))) {
    if (!vector.contains("key") || !vector.at("key").contains("product")) continue;
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const json& expected = vector.at("key");
    const auto key = parse_key_certificate(file_of("snp", vector, "key"));
    ASSERT_TRUE(key.ok()) << key.error().message();
    EXPECT_EQ(json(key->product_text), expected.at("product"));
    const json tcb = tcb_json(key->tcb);
    for (const auto& [name, value] : tcb.items()) EXPECT_EQ(value, expected.at(name)) << name;
    if (key->key == ReportKey::Vcek) {
      EXPECT_EQ(json(base::to_hex(key->hardware_id)), expected.at("hwid"));
    } else {
      EXPECT_EQ(json(key->cloud_id), expected.at("csp_id"));
    }
    ++seen;
  }
  EXPECT_GE(seen, 40u);
}

}  // namespace
}  // namespace cocoon::attest::amd
