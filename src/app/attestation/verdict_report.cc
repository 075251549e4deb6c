// The words for factors.
#include "app/attestation/verdict_report.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::app::attestation {
namespace {

using attest::FactorId;
using nlohmann::json;

constexpr std::size_t kValueLettersMax = 48;

json hex_or_null(const std::optional<base::Bits256>& bits) {
  return bits ? json(base::to_hex(*bits)) : json();
}

json measurements_json(const attest::Measurements& measurements) {
  if (const auto* tdx = std::get_if<attest::TdxMeasurements>(&measurements)) {
    json rtmr = json::array();
    for (const base::Bits384& value : tdx->rtmr) rtmr.push_back(base::to_hex(value));
    return {{"mr_td", base::to_hex(tdx->mr_td)},
            {"mr_config_id", base::to_hex(tdx->mr_config_id)},
            {"mr_owner", base::to_hex(tdx->mr_owner)},
            {"mr_owner_config", base::to_hex(tdx->mr_owner_config)},
            {"rtmr", std::move(rtmr)}};
  }
  if (const auto* snp = std::get_if<attest::SevSnpMeasurements>(&measurements)) {
    return {{"measurement", base::to_hex(snp->measurement)}};
  }
  const auto& sgx = std::get<attest::SgxMeasurements>(measurements);
  return {{"mr_enclave", base::to_hex(sgx.mr_enclave)}};
}

json factor_json(const attest::Factor& factor) {
  json values = json::object();
  for (const auto& [name, value] : factor.values) values[name] = value;
  json out{{"name", attest::factor_name(factor.id)},
           {"outcome", attest::outcome_name(factor.outcome)},
           {"reason", factor.reason},
           {"values", std::move(values)}};
  if (factor.outcome == attest::Outcome::Failed) {
    out["refusal"] = attest::reason_name(factor.refusal);
  }
  return out;
}

}  // namespace

std::string verdict_json(const attest::Verdict& verdict) {
  json factors = json::array();
  for (const attest::Factor& factor : verdict.factors) factors.push_back(factor_json(factor));
  json out{{"accepted", verdict.accepted()},
           {"policy", verdict.policy},
           {"evidence", attest::evidence_kind_name(verdict.kind)},
           {"tier", attest::tier_name(verdict.tier)},
           {"image_hash", hex_or_null(verdict.image_hash)},
           {"platform", hex_or_null(verdict.platform)},
           {"refusal", json()},
           {"measurements", json()},
           {"report_data", json()},
           {"factors", std::move(factors)}};
  if (verdict.refusal) {
    out["refusal"] = {{"reason", verdict.refusal->reason()},
                      {"message", verdict.refusal->message()}};
  }
  if (verdict.statement) {
    out["measurements"] = measurements_json(verdict.statement->measurements);
    out["report_data"] = base::to_hex(verdict.statement->report_data);
  }
  return out.dump(2, ' ', false, json::error_handler_t::replace);
}

std::string_view meaning_of(FactorId id) {
  switch (id) {
    case FactorId::SignatureChain:
      return "hardware of the vendor has signed it";
    case FactorId::CollateralDates:
      return "certificates and collateral are of now";
    case FactorId::RevocationLists:
      return "the vendor has revoked nothing of the chain";
    case FactorId::TcbStatus:
      return "the firmware has no known holes that matter here";
    case FactorId::TdxModuleIdentity:
      return "the vendor's own module runs the trust domain";
    case FactorId::QeIdentity:
      return "the vendor's own enclave has signed";
    case FactorId::DebugOff:
      return "debugging is off: the host can't read its memory";
    case FactorId::Attributes:
      return "the guest was started with safe settings";
    case FactorId::Measurements:
      return "the software is one of the allowed images";
    case FactorId::ReportDataBinding:
      return "it was made for the peer's own key";
    case FactorId::Freshness:
      return "it is recent";
    case FactorId::GpuChain:
      return "the GPUs are genuine";
    case FactorId::GpuFirmware:
      return "the GPUs run the vendor's firmware";
    case FactorId::GpuConfidentialMode:
      return "the GPUs are in confidential mode";
    case FactorId::PlatformIdentity:
      return "the machine is enrolled with a bond";
    case FactorId::PlatformNotRevoked:
      return "the network has not revoked machine or key";
    case FactorId::PlatformEndorsement:
      return "somebody vouches for the machine's place or owner";
  }
  CHECK(false);
}

std::vector<ReportLine> report_lines(const attest::Verdict& verdict) {
  std::vector<ReportLine> lines;
  for (const attest::Factor& factor : verdict.factors) {
    ReportLine line{.id = factor.id, .outcome = factor.outcome, .text = {}};
    line.text = factor.outcome == attest::Outcome::Passed ? std::string(meaning_of(factor.id))
                                                          : factor.reason;
    for (const auto& [name, value] : factor.values) {
      const bool is_long = value.size() > kValueLettersMax;
      line.text += "; " + name + "=" + value.substr(0, kValueLettersMax) + (is_long ? "..." : "");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> caveats(const attest::Verdict& verdict) {
  using attest::Outcome;
  std::vector<std::string> list;
  const auto missing = [&](FactorId id, const char* sentence) {
    if (verdict.factor(id).outcome != Outcome::Passed) list.emplace_back(sentence);
  };
  missing(FactorId::Measurements, "which software runs is not known to be good");
  missing(FactorId::ReportDataBinding, "that the peer you talk to made it was not checked");
  missing(FactorId::Freshness, "how old it is was not checked");
  missing(FactorId::GpuChain, "nothing is proven about GPUs");
  missing(FactorId::PlatformEndorsement,
          "where the machine stands is not proven: an owner with its memory bus open may have "
          "forged all of it");
  return list;
}

}  // namespace cocoon::app::attestation
