// Every recorded and synthetic quote with its collateral, at every time of its manifest.
#include <gtest/gtest.h>

#include <algorithm>

#include "attest/intel/findings.h"
#include "attest/intel/vectors_lab.h"
#include "attest/intel/verify.h"

namespace cocoon::attest::intel {
namespace {

using nlohmann::json;

json class_name_of(const base::Error& error) {
  const auto fault = error.as<Fault>();
  EXPECT_TRUE(fault.has_value()) << error.reason();
  return fault ? json(fault_class_name(class_of(*fault))) : json();
}

void expect_verified(const VerifiedQuote& quote, const json& expect) {
  const auto name = [](TcbStatus status) { return json(tcb_status_name(status)); };
  EXPECT_EQ(name(quote.tcb.status), expect.at("tcb_status"));
  if (expect.contains("platform_tcb_status")) {
    EXPECT_EQ(name(quote.tcb.platform), expect["platform_tcb_status"]);
  }
  if (expect.contains("qe_status")) EXPECT_EQ(name(quote.tcb.qe), expect["qe_status"]);
  if (expect.contains("tdx_module_status")) {
    const json& module = expect["tdx_module_status"];
    EXPECT_EQ(quote.tcb.module.has_value(), !module.is_null());
    if (quote.tcb.module && module.is_string()) EXPECT_EQ(name(*quote.tcb.module), module);
  }
  EXPECT_EQ(json(quote.tcb.advisories), expect.at("advisories"));
}

// The refusals that the manifest's "strict_reasons" amount to, and no others.
void expect_strict(const Examination& found, const json& expect) {
  const Findings findings = findings_of(found, TcbRules{}, TdRules{});
  std::vector<FactorId> wanted;
  for (const json& entry : expect.at("strict_reasons")) {
    const std::string reason = entry;
    wanted.push_back(reason.starts_with("tcb:") ? FactorId::TcbStatus
                     : reason == "debug"        ? FactorId::DebugOff
                                                : FactorId::Attributes);
  }
  for (const Factor& factor : findings.factors) {
    const bool refused = std::ranges::find(wanted, factor.id) != wanted.end();
    EXPECT_EQ(factor.outcome, refused ? Outcome::Failed : Outcome::Passed)
        << factor_name(factor.id) << ": " << factor.reason;
  }
  EXPECT_EQ(wanted.empty(), expect.at("strict_policy") == "accept");
}

void expect_as_in_manifest(const IntelVector& vector, const VectorCheck& check) {
  SCOPED_TRACE(vector.folder + "/" + vector.id + " " + check.name);
  const auto verified = verify_quote(check.time, vector.quote, vector.collateral, vector.root);
  const Examination found =
      examine_quote(check.time, vector.quote, &vector.collateral, vector.root);
  EXPECT_EQ(verified.ok(), found.fault() == nullptr);
  if (check.expect.at("result") == "rejected") {
    ASSERT_FALSE(verified.ok());
    // Where several things are wrong, any of them may be named.
    json named = check.expect.value("also", json::array());
    named.push_back(check.expect.at("reason_class"));
    EXPECT_TRUE(std::ranges::find(named, class_name_of(verified.error())) != named.end())
        << verified.error().reason() << ": " << verified.error().message();
    return;
  }
  ASSERT_TRUE(verified.ok()) << verified.error().reason() << ": " << verified.error().message();
  expect_verified(*verified, check.expect);
  if (check.expect.contains("strict_policy")) expect_strict(found, check.expect);
  if (!check.expect.contains("flags")) return;
  const auto* enclave = std::get_if<EnclaveReport>(&verified->body);
  ASSERT_NE(enclave, nullptr);
  const bool debug = (enclave->attributes[0] & kEnclaveAttributeDebug) != 0;
  EXPECT_EQ(debug, !check.expect["flags"].empty());
}

class EveryVector : public testing::TestWithParam<const char*> {};

TEST_P(EveryVector, HasTheExpectedVerdict) {
  std::size_t checks = 0;
  for (const IntelVector& vector : load_intel_vectors(GetParam())) {
    for (const VectorCheck& check : vector.checks) {
      expect_as_in_manifest(vector, check);
      ++checks;
    }
  }
  EXPECT_GE(checks, 3u);
}

// What was made under a test root must not pass under Intel's.
TEST_P(EveryVector, TestRootsAreNotTrusted) {
  for (const IntelVector& vector : load_intel_vectors(GetParam())) {
    if (!vector.test_root) continue;
    for (const VectorCheck& check : vector.checks) {
      EXPECT_FALSE(verify_quote(check.time, vector.quote, vector.collateral, intel_root()).ok())
          << vector.id;
    }
  }
}

TEST_P(EveryVector, FieldsAreReadAsRecorded) {
  for (const IntelVector& vector : load_intel_vectors(GetParam())) {
    if (!vector.fields.is_object() || !vector.fields.contains("pck")) continue;
    SCOPED_TRACE(vector.id);
    const base::BytesView bytes = vector.quote;
    const auto quote = parse_quote(
        bytes.first(bytes.size() - vector.fields.at("trailing_bytes").get<std::size_t>()));
    ASSERT_TRUE(quote.ok() && quote->td() != nullptr);
    const TdReport& td = *quote->td();
    const json& body = vector.fields.at("body");
    EXPECT_EQ(json(quote->version), vector.fields.at("version"));
    EXPECT_EQ(td.newer.has_value(), vector.fields.at("body_type") == 3);
    EXPECT_EQ(json(base::to_hex(quote->user_data)), vector.fields.at("user_data"));
    EXPECT_EQ(json(base::to_hex(quote->qe_authentication_data)), vector.fields.at("qe_auth_data"));
    EXPECT_EQ(json(quote->qe_report.isv_svn), vector.fields.at("qe_isv_svn"));
    EXPECT_EQ(json(base::to_hex(quote->qe_report.mr_signer)), vector.fields.at("qe_mrsigner"));
    EXPECT_EQ(json(base::to_hex(td.tee_tcb_svn)), body.at("tee_tcb_svn"));
    EXPECT_EQ(json(base::to_hex(td.mr_seam)), body.at("mr_seam"));
    EXPECT_EQ(json(base::to_hex(td.measurements.mr_td)), body.at("mr_td"));
    EXPECT_EQ(json(base::to_hex(td.measurements.mr_config_id)), body.at("mr_config_id"));
    EXPECT_EQ(json(base::to_hex(td.measurements.mr_owner)), body.at("mr_owner"));
    EXPECT_EQ(json(base::to_hex(td.measurements.mr_owner_config)), body.at("mr_owner_config"));
    EXPECT_EQ(json(base::to_hex(td.measurements.rtmr[0])), body.at("rtmr0"));
    EXPECT_EQ(json(base::to_hex(td.measurements.rtmr[3])), body.at("rtmr3"));
    EXPECT_EQ(json(base::to_hex(td.report_data)), body.at("report_data"));
    const auto chain = read_pck_chain(quote->pck_chain);
    ASSERT_TRUE(chain.ok());
    const auto pck = pck_extension_of(chain->front());
    ASSERT_TRUE(pck.ok()) << pck.error().message();
    const json& fields = vector.fields.at("pck");
    EXPECT_EQ(json(base::to_hex(pck->fmspc)), fields.at("fmspc"));
    EXPECT_EQ(json(base::to_hex(pck->pce_id)), fields.at("pceid"));
    EXPECT_EQ(json(base::to_hex(pck->ppid)), fields.at("ppid"));
    EXPECT_EQ(json(base::to_hex(pck->cpu_svn)), fields.at("cpusvn"));
    EXPECT_EQ(json(pck->pce_svn), fields.at("pcesvn"));
    EXPECT_EQ(json(pck->sgx_svns), fields.at("sgx_tcb_comp"));
    EXPECT_EQ(json(static_cast<int>(pck->sgx_type)), fields.at("sgx_type"));
    ASSERT_TRUE(pck->platform_instance_id && pck->configuration);
    EXPECT_EQ(json(base::to_hex(*pck->platform_instance_id)), fields.at("platform_instance_id"));
    EXPECT_EQ(json(pck->configuration->smt_enabled), fields.at("configuration").at("smt_enabled"));
  }
}

INSTANTIATE_TEST_SUITE_P(Intel, EveryVector, testing::Values("tdx", "sgx", "tdx-synth"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace cocoon::attest::intel
