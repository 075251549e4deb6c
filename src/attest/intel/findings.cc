// Checks become factors; attributes are judged by rules.
#include "attest/intel/findings.h"

#include <algorithm>
#include <chrono>

#include "attest/byte_fields.h"
#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::attest::intel {
namespace {

using base::Error;
using base::Result;

// Of TDATTRIBUTES (Intel TDX module ABI specification).
constexpr std::uint64_t kTdUntrustedBits = 0xff;  // any of them, and the TD has no secrets
constexpr std::uint64_t kTdSeptVeDisable = std::uint64_t{1} << 28;
constexpr std::uint64_t kTdMigratable = std::uint64_t{1} << 29;
constexpr std::uint64_t kTdPks = std::uint64_t{1} << 30;
constexpr std::uint64_t kTdKeyLocker = std::uint64_t{1} << 31;
constexpr std::uint64_t kTdPerfmon = std::uint64_t{1} << 63;
constexpr std::uint64_t kTdKnownBits =
    kTdUntrustedBits | kTdSeptVeDisable | kTdMigratable | kTdPks | kTdKeyLocker | kTdPerfmon;

Refusal refusal_of_error(const Error& error) {
  const std::optional<Fault> fault = error.as<Fault>();
  CHECK(fault.has_value());
  return refusal_of(*fault);
}

// A factor that rests on several checks: the first that failed, or one that could not run, decides.
Factor factor_of_checks(FactorId id, std::initializer_list<const Check*> checks, Values values) {
  for (const Check* check : checks) {
    if (*check && !(*check)->ok()) {
      const Error& error = (*check)->error();
      values.emplace_back("fault", std::string(error.reason()));
      return failed(id, refusal_of_error(error), error.message(), std::move(values));
    }
  }
  for (const Check* check : checks) {
    if (!*check) {
      return not_checked(id, Refusal::FactorNotChecked, "What this rests on does not hold.",
                         std::move(values));
    }
  }
  return passed(id, std::move(values));
}

std::string date_text(base::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  const std::chrono::hh_mm_ss clock(seconds - days);
  char text[48];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

template <class Integer>
std::string hex_number(Integer number) {
  base::Bytes bytes(sizeof(number));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  }
  return "0x" + base::to_hex(bytes);
}

// Of the machine, by its certificate.
Values platform_values(const Examination& found) {
  if (!found.platform) return {};
  const PckExtension& platform = *found.platform;
  Values values = {{"fmspc", base::to_hex(platform.fmspc)},
                   {"pce_id", base::to_hex(platform.pce_id)},
                   {"ppid", base::to_hex(platform.ppid)}};
  if (found.authority) {
    values.emplace_back("authority",
                        *found.authority == PckAuthority::Platform ? "platform" : "processor");
  }
  if (platform.platform_instance_id) {
    values.emplace_back("platform_instance_id", base::to_hex(*platform.platform_instance_id));
  }
  if (platform.configuration) {
    const auto add = [&values](const char* name, bool flag) {
      values.emplace_back(name, flag ? "true" : "false");
    };
    add("dynamic_platform", platform.configuration->dynamic_platform);
    add("cached_keys", platform.configuration->cached_keys);
    add("smt_enabled", platform.configuration->smt_enabled);
  }
  return values;
}

Factor chain_factor(const Examination& found) {
  return factor_of_checks(FactorId::SignatureChain,
                          {&found.pck, &found.qe_report, &found.signature}, platform_values(found));
}

Factor dates_factor(const Examination& found) {
  Values values;
  if (found.info) {
    values.emplace_back("tcb_info_issued", date_text(found.info->issued));
    values.emplace_back("tcb_info_next_update", date_text(found.info->next_update));
  }
  if (found.qe_identity) {
    values.emplace_back("qe_identity_issued", date_text(found.qe_identity->issued));
    values.emplace_back("qe_identity_next_update", date_text(found.qe_identity->next_update));
  }
  return factor_of_checks(FactorId::CollateralDates, {&found.signers, &found.dates},
                          std::move(values));
}

Factor lists_factor(const Examination& found) {
  Values values;
  if (found.revocation) {
    const auto add = [&values](const std::string& name, const crypto::Crl& list) {
      if (list.number()) values.emplace_back(name + "_number", base::to_hex(*list.number()));
      values.emplace_back(name + "_entries", std::to_string(list.size()));
      values.emplace_back(name + "_next_update", date_text(list.next_update()));
    };
    add("root_list", found.revocation->root);
    add("pck_list", found.revocation->pck);
  }
  return factor_of_checks(FactorId::RevocationLists, {&found.signers, &found.lists},
                          std::move(values));
}

Factor qe_factor(const Examination& found, const Quote& quote) {
  return factor_of_checks(FactorId::QeIdentity, {&found.signers, &found.identity, &found.qe},
                          {{"mr_signer", base::to_hex(quote.qe_report.mr_signer)},
                           {"isv_prod_id", std::to_string(quote.qe_report.isv_prod_id)},
                           {"isv_svn", std::to_string(quote.qe_report.isv_svn)}});
}

// Why the rules don't accept a platform of this state; empty if they do.
std::string tcb_objection(const TcbEvaluation& tcb, const TcbRules& rules) {
  const auto accepted = [&rules](TcbStatus status) {
    return status != TcbStatus::Revoked &&
           std::ranges::find(rules.statuses, tcb_status_name(status)) != rules.statuses.end();
  };
  if (!accepted(tcb.status)) {
    return "The platform's status is " + std::string(tcb_status_name(tcb.status)) + ".";
  }
  if (tcb.current && !accepted(*tcb.current)) {
    return "The status with the TDX module that runs now is " +
           std::string(tcb_status_name(*tcb.current)) + ".";
  }
  if (tcb.evaluation_number < rules.evaluation_number_min) {
    return "The collateral is of generation " + std::to_string(tcb.evaluation_number) +
           ", in which later findings are missing.";
  }
  if (tcb.status == TcbStatus::UpToDate || !rules.advisories) return "";
  for (const std::string& advisory : tcb.advisories) {
    if (std::ranges::find(*rules.advisories, advisory) == rules.advisories->end()) {
      return "The advisory " + advisory + " applies to the platform.";
    }
  }
  return "";
}

Factor tcb_factor(const Examination& found, const TcbRules& rules) {
  Values values;
  if (found.evaluation) {
    const TcbEvaluation& tcb = *found.evaluation;
    const auto add = [&values](const char* name, TcbStatus status) {
      values.emplace_back(name, tcb_status_name(status));
    };
    add("status", tcb.status);
    add("platform", tcb.platform);
    if (tcb.module) add("tdx_module", *tcb.module);
    add("quoting_enclave", tcb.qe);
    if (tcb.current) add("current", *tcb.current);
    values.emplace_back("tcb_date", date_text(tcb.date));
    values.emplace_back("evaluation_number", std::to_string(tcb.evaluation_number));
    values.emplace_back("advisories", joined(tcb.advisories));
  }
  Factor factor =
      factor_of_checks(FactorId::TcbStatus,
                       {&found.signers, &found.pck, &found.tcb_info, &found.identity, &found.tcb},
                       std::move(values));
  if (factor.outcome != Outcome::Passed) return factor;
  std::string objection = tcb_objection(*found.evaluation, rules);
  if (objection.empty()) return factor;
  return failed(FactorId::TcbStatus, Refusal::TcbTooOld, std::move(objection),
                std::move(factor.values));
}

// Whether the module was replaced by an older one under the running trust domain.
bool went_back(const TdReport& td) {
  if (!td.newer) return false;
  const auto version = [](const base::Bits128& svn) { return std::pair(svn[1], svn[0]); };
  return version(td.newer->tee_tcb_svn_2) < version(td.tee_tcb_svn);
}

Factor module_factor(const Examination& found, const TdReport& td, const TdRules& rules) {
  Factor factor = factor_of_checks(
      FactorId::TdxModuleIdentity, {&found.signers, &found.tcb_info, &found.tdx_module},
      {{"mr_seam", base::to_hex(td.mr_seam)}, {"tee_tcb_svn", base::to_hex(td.tee_tcb_svn)}});
  if (td.newer) {
    factor.values.emplace_back("tee_tcb_svn_2", base::to_hex(td.newer->tee_tcb_svn_2));
  }
  if (factor.outcome != Outcome::Passed) return factor;
  const bool listed = rules.tdx_modules.empty() ||
                      std::ranges::find(rules.tdx_modules, td.mr_seam) != rules.tdx_modules.end();
  if (listed && !went_back(td)) return factor;
  return failed(FactorId::TdxModuleIdentity, Refusal::TdxModuleMismatch,
                listed ? "The TDX module that runs now is older than the one at launch."
                       : "The TDX module is not among those that this policy accepts.",
                std::move(factor.values));
}

// Facts of a quote count once its signatures hold; what speaks against it counts always.
Factor body_factor(FactorId id, const Factor& chain, Refusal refusal, std::string objection,
                   Values values) {
  if (!objection.empty()) return failed(id, refusal, std::move(objection), std::move(values));
  if (chain.outcome == Outcome::Passed) return passed(id, std::move(values));
  return not_checked(id, Refusal::FactorNotChecked, "The quote's signatures don't hold.",
                     std::move(values));
}

std::string td_objection(const TdReport& td, const TdRules& rules) {
  const std::uint64_t bits = td.td_attributes;
  if ((bits & kTdUntrustedBits & ~kTdAttributeDebug) != 0) {
    return "The trust domain runs in a mode for which it must not be trusted.";
  }
  if ((bits & ~kTdKnownBits) != 0) return "The trust domain has attributes that nobody knows.";
  if ((bits & kTdSeptVeDisable) == 0) {
    return "The host can inject exceptions into the trust domain (SEPT_VE_DISABLE is off).";
  }
  if ((bits & kTdMigratable) != 0) return "The trust domain can be moved to another machine.";
  if ((bits & kTdPerfmon) != 0) return "The trust domain exposes performance counters (PERFMON).";
  if ((td.xfam & ~rules.xfam_allowed) != 0) return "The trust domain has unknown features (XFAM).";
  if (!td.newer || td.newer->mr_service_td == base::Bits384{}) return "";
  const bool listed =
      std::ranges::find(rules.service_tds, td.newer->mr_service_td) != rules.service_tds.end();
  return listed ? "" : "Another trust domain is bound to this one (MRSERVICETD).";
}

void add_td_factors(const TdReport& td, const TdRules& rules, const Factor& chain,
                    std::vector<Factor>& factors) {
  const Values attributes = {{"td_attributes", hex_number(td.td_attributes)}};
  const bool debug = (td.td_attributes & kTdAttributeDebug) != 0;
  factors.push_back(body_factor(FactorId::DebugOff, chain, Refusal::DebugOn,
                                debug ? "The host can read the trust domain's memory." : "",
                                attributes));
  Values values = attributes;
  values.emplace_back("xfam", hex_number(td.xfam));
  if (td.newer) values.emplace_back("mr_service_td", base::to_hex(td.newer->mr_service_td));
  factors.push_back(body_factor(FactorId::Attributes, chain, Refusal::AttributeNotAllowed,
                                td_objection(td, rules), std::move(values)));
}

void add_enclave_factors(const EnclaveReport& enclave, const Factor& chain,
                         std::vector<Factor>& factors) {
  const auto bits = little_endian<std::uint64_t>(enclave.attributes, 0);
  const Values values = {{"attributes", base::to_hex(enclave.attributes)}};
  const bool debug = (bits & kEnclaveAttributeDebug) != 0;
  factors.push_back(body_factor(FactorId::DebugOff, chain, Refusal::DebugOn,
                                debug ? "The host can read the enclave's memory." : "", values));
  const bool ready = (bits & kEnclaveAttributeInit) != 0;
  factors.push_back(body_factor(FactorId::Attributes, chain, Refusal::AttributeNotAllowed,
                                ready ? "" : "The enclave was never initialised.", values));
}

}  // namespace

Findings findings_of(const Examination& found, const TcbRules& tcb, const TdRules& rules) {
  Findings findings;
  CHECK(found.quote.has_value());
  if (!found.quote->ok()) {
    const Error& error = found.quote->error();
    findings.factors.push_back(
        failed(FactorId::SignatureChain, refusal_of_error(error), error.message()));
    return findings;
  }
  const Quote& quote = **found.quote;
  findings.statement = statement_of(quote);
  const Factor chain = chain_factor(found);
  std::vector<Factor>& factors = findings.factors;
  factors.push_back(chain);
  factors.push_back(dates_factor(found));
  factors.push_back(lists_factor(found));
  factors.push_back(tcb_factor(found, tcb));
  if (const TdReport* td = quote.td()) {
    factors.push_back(module_factor(found, *td, rules));
    add_td_factors(*td, rules, chain, factors);
  } else {
    add_enclave_factors(*quote.enclave(), chain, factors);
  }
  factors.push_back(qe_factor(found, quote));
  if (found.platform && chain.outcome == Outcome::Passed) {
    findings.platform = platform_id(kPlatformKindPpid, found.platform->ppid);
  }
  return findings;
}

}  // namespace cocoon::attest::intel
