// Each factor on its own, so that a report of many faults names them all.
#include "attest/amd/verify.h"

#include <algorithm>

#include "attest/x509_refusal.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/certificate_chain.h"
#include "crypto/crl.h"

namespace cocoon::attest::amd {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using crypto::Certificate;

constexpr std::uint32_t kEcdsaP384Sha384 = 1;
constexpr std::uint32_t kVmplOfGuestsMax = 3;
constexpr std::size_t kScalarSize = 48;
constexpr std::string_view kVlekIssuerPrefix = "SEV-VLEK-";

// Where a report's key comes from: its issuer and the root above, as shown or as pinned.
struct Lineage {
  const Root* root = nullptr;
  std::vector<Certificate> leaf_first;
};

// Of the root's own intermediates the one that names itself as the key's issuer.
Result<Certificate> pinned_issuer(const Root& root, const Certificate& key) {
  for (const Certificate& candidate : root.intermediates) {
    if (std::ranges::equal(candidate.subject(), key.issuer())) return candidate;
  }
  return refuse(Refusal::CertificateChainInvalid,
                "The issuer of the report key's certificate is not known.");
}

Result<Lineage> find_lineage(const KeyCertificate& key, BytesView chain, const Roots& roots) {
  Lineage lineage;
  const auto root = std::ranges::find(roots, key.product, &Root::product);
  if (root == roots.end()) {
    return refuse(Refusal::RootNotAllowed,
                  "No root is trusted for " + std::string(product_name(key.product)) + ".");
  }
  lineage.root = &*root;
  lineage.leaf_first.push_back(key.certificate);
  if (chain.empty()) {
    lineage.leaf_first.push_back(TRY(pinned_issuer(*root, key.certificate)));
    lineage.leaf_first.push_back(root->certificate);
    return lineage;
  }
  const auto shown = crypto::parse_certificates_pem(chain);
  if (!shown) return chain_refusal(shown.error());
  if (shown->size() != 2) {
    return refuse(Refusal::CertificateChainInvalid,
                  "The chain is not one of a signing key and a root.");
  }
  lineage.leaf_first.insert(lineage.leaf_first.end(), shown->begin(), shown->end());
  return lineage;
}

// ASVKs issue VLEKs only, and nothing else does.
Result<void> check_issuer_role(const KeyCertificate& key, const Certificate& issuer) {
  const std::string name = crypto::common_name(issuer.subject()).value_or("");
  if (name.starts_with(kVlekIssuerPrefix) != (key.key == ReportKey::Vlek)) {
    return refuse(
        Refusal::CertificateChainInvalid,
        "The issuer '" + name + "' is not for a " + std::string(report_key_name(key.key)) + ".");
  }
  return {};
}

// Dates are looked at last by crypto::check_chain: these two say that all else is in order.
bool only_dates_fail(const Result<void>& chain) {
  return !chain && (chain.error().is(crypto::X509Error::Expired) ||
                    chain.error().is(crypto::X509Error::NotYetValid));
}

Result<void> check_form(const SevSnpReport& report, const KeyCertificate& key) {
  if (report.signature_algorithm != kEcdsaP384Sha384) {
    return refuse(Refusal::EvidenceUnsupported,
                  "The report's signature is not ECDSA P-384 with SHA-384.");
  }
  if (report.signing_key != kSignedByVcek && report.signing_key != kSignedByVlek) {
    return refuse(Refusal::EvidenceUnsupported, "The report says that no known key signed it.");
  }
  const ReportKey stated = report.signing_key == kSignedByVcek ? ReportKey::Vcek : ReportKey::Vlek;
  if (stated != key.key) {
    return refuse(Refusal::SigningKeyMismatch, "The report says that a " +
                                                   std::string(report_key_name(stated)) +
                                                   " signed it, and the certificate is of a " +
                                                   std::string(report_key_name(key.key)) + ".");
  }
  if (report.version >= 3) {
    const auto product = product_of_cpu(report.cpu_family, report.cpu_model);
    if (!product) {
      return refuse(Refusal::EvidenceUnsupported, "The report's processor is not known here.");
    }
    if (*product != key.product) {
      return refuse(Refusal::SigningKeyMismatch, "The report is of a " +
                                                     std::string(product_name(*product)) +
                                                     " processor and the certificate of a " +
                                                     std::string(product_name(key.product)) + ".");
    }
  }
  return {};
}

// A chip may hide its id: then the certificate alone says which chip signed.
Result<void> check_chip(const SevSnpReport& report, const KeyCertificate& key) {
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  if (key.key == ReportKey::Vlek || std::ranges::all_of(report.chip_id, is_zero)) return {};
  const BytesView id(report.chip_id);
  const std::size_t size = key.hardware_id.size();
  if (!std::ranges::equal(id.first(size), key.hardware_id) ||
      !std::ranges::all_of(id.subspan(size), is_zero)) {
    return refuse(Refusal::PlatformMismatch, "The certificate is of another chip than the report.");
  }
  return {};
}

// Little-endian in the report, big-endian for everybody else.
std::optional<base::Bytes> signature_of(const SevSnpReport& report) {
  base::Bytes signature;
  for (const auto* scalar : {&report.signature_r, &report.signature_s}) {
    const BytesView bytes(*scalar);
    if (!std::ranges::all_of(bytes.subspan(kScalarSize), [](auto byte) { return byte == 0; })) {
      return std::nullopt;
    }
    signature.insert(signature.end(), std::make_reverse_iterator(bytes.begin() + kScalarSize),
                     bytes.rend());
  }
  return signature;
}

Result<void> check_signature(BytesView bytes, const SevSnpReport& report,
                             const KeyCertificate& key) {
  const auto signature = signature_of(report);
  const crypto::PublicKey& public_key = key.certificate.public_key();
  if (!signature || !public_key.verify_raw(bytes.first(kSevSnpSignedSize), *signature)) {
    return refuse(Refusal::SignatureInvalid, "The report's signature doesn't hold.");
  }
  return {};
}

Values chain_values(const SevSnpReport& report, const KeyCertificate& key) {
  Values values = {{"report_version", std::to_string(report.version)},
                   {"product", key.product_text},
                   {"key", std::string(report_key_name(key.key))}};
  if (key.key == ReportKey::Vcek) {
    values.emplace_back("chip_id", base::to_hex(key.hardware_id));
  } else {
    values.emplace_back("cloud_id", key.cloud_id);
  }
  return values;
}

Result<void> check_all_of_chain(const Question& question, const SevSnpReport& report,
                                const KeyCertificate& key, const Result<Lineage>& lineage,
                                const Result<void>& chain) {
  TRY(check_form(report, key));
  if (!lineage) return lineage.error();
  TRY(check_issuer_role(key, lineage->leaf_first[1]));
  if (!chain && !only_dates_fail(chain)) return chain_refusal(chain.error());
  TRY(check_signature(question.report, report, key));
  return check_chip(report, key);
}

Factor dates_factor(const KeyCertificate& key, const Result<void>& chain) {
  const Certificate& certificate = key.certificate;
  Values values = {
      {"not_before", std::to_string(base::to_unix_whole_seconds(certificate.not_before()))},
      {"not_after", std::to_string(base::to_unix_whole_seconds(certificate.not_after()))}};
  if (chain) return passed(FactorId::CollateralDates, std::move(values));
  const Error error = chain_refusal(chain.error());
  if (only_dates_fail(chain)) {
    return failed(FactorId::CollateralDates, Refusal::CertificateNotValidNow, error.message(),
                  std::move(values));
  }
  return not_checked(FactorId::CollateralDates, *error.as<Refusal>(), error.message(),
                     std::move(values));
}

Result<void> check_list(base::WallTime now, BytesView bytes, const Lineage& lineage) {
  const auto list = crypto::Crl::parse_any(bytes);
  if (!list) return list_refusal(list.error());
  const Result<void> check = crypto::check_crl(now, *list, lineage.root->certificate);
  if (!check) return list_refusal(check.error());
  for (const Certificate& certificate : lineage.leaf_first) {
    if (list->is_revoked(certificate.serial())) {
      return refuse(Refusal::CertificateRevoked,
                    "AMD has withdrawn the certificate '" +
                        crypto::common_name(certificate.subject()).value_or("") + "'.");
    }
  }
  return {};
}

Factor list_factor(base::WallTime now, BytesView list, const Result<Lineage>& lineage) {
  if (list.empty()) {
    return not_checked(FactorId::RevocationLists, Refusal::FactorNotChecked,
                       "There is no revocation list of AMD.");
  }
  if (!lineage) {
    return not_checked(FactorId::RevocationLists, Refusal::FactorNotChecked,
                       "There is no chain whose certificates could be looked up.");
  }
  return factor_of(FactorId::RevocationLists, check_list(now, list, *lineage));
}

Result<void> check_tcb(const SevSnpReport& report, const KeyCertificate& key,
                       const Requirements& requirements) {
  const Tcb reported = read_tcb(key.product, report.reported_tcb);
  if (reported != key.tcb) {
    return refuse(Refusal::TcbMismatch,
                  "The report claims other firmware than its key was made for: " +
                      tcb_text(reported) + " instead of " + tcb_text(key.tcb) + ".");
  }
  const auto minimum = requirements.tcb_min.find(key.product);
  if (minimum == requirements.tcb_min.end()) return {};
  for (const SevSnpTcb& tcb : {report.reported_tcb, report.committed_tcb, report.current_tcb}) {
    if (!at_least(read_tcb(key.product, tcb), minimum->second)) {
      return refuse(Refusal::TcbTooOld, "The firmware (" + tcb_text(read_tcb(key.product, tcb)) +
                                            ") is older than the policy allows (" +
                                            tcb_text(minimum->second) + ").");
    }
  }
  return {};
}

Values tcb_values(const SevSnpReport& report, const KeyCertificate& key) {
  const auto text = [&](const SevSnpTcb& tcb) { return tcb_text(read_tcb(key.product, tcb)); };
  return {{"reported", text(report.reported_tcb)},
          {"committed", text(report.committed_tcb)},
          {"current", text(report.current_tcb)},
          {"launch", text(report.launch_tcb)}};
}

Result<void> check_attributes(const SevSnpReport& report, const Requirements& requirements) {
  const auto refuse_attribute = [](std::string sentence) {
    return refuse(Refusal::AttributeNotAllowed, std::move(sentence));
  };
  if (report.vmpl > kVmplOfGuestsMax) {
    return refuse_attribute("The report was asked for by the host, not by a guest.");
  }
  if (report.vmpl > requirements.vmpl_max) {
    return refuse_attribute("The report was asked for at privilege level " +
                            std::to_string(report.vmpl) + ", and only " +
                            std::to_string(requirements.vmpl_max) + " and below are trusted.");
  }
  if ((report.policy.bits & requirements.policy_set) != requirements.policy_set) {
    return refuse_attribute("The guest's policy lacks something that is asked for.");
  }
  if ((report.policy.bits & requirements.policy_clear) != 0) {
    return refuse_attribute("The guest's policy allows what it must not, such as migration.");
  }
  if ((report.platform.bits & requirements.platform_set) != requirements.platform_set) {
    return refuse_attribute("The machine lacks a protection that is asked for.");
  }
  const auto version = [](std::uint8_t major, std::uint8_t minor) { return major << 8 | minor; };
  if (version(report.policy.abi_major(), report.policy.abi_minor()) <
      version(requirements.abi_major_min, requirements.abi_minor_min)) {
    return refuse_attribute("The guest allows a firmware interface that is too old.");
  }
  return {};
}

Factor attributes_factor(const SevSnpReport& report, const Requirements& requirements) {
  const SevSnpPolicy& policy = report.policy;
  const auto text = [](bool value) { return std::string(value ? "yes" : "no"); };
  Values values = {{"vmpl", std::to_string(report.vmpl)},
                   {"policy", std::to_string(policy.bits)},
                   {"platform", std::to_string(report.platform.bits)},
                   {"migration_agent", text(policy.migration_agent_allowed())},
                   {"smt_allowed", text(policy.smt_allowed())},
                   {"single_socket", text(policy.single_socket())},
                   {"alias_check", text(report.platform.alias_check_complete())},
                   {"ciphertext_hiding", text(report.platform.ciphertext_hiding())},
                   {"guest_svn", std::to_string(report.guest_svn)},
                   {"id_key_digest", base::to_hex(report.id_key_digest)},
                   {"host_data", base::to_hex(report.host_data)}};
  return factor_of(FactorId::Attributes, check_attributes(report, requirements), std::move(values));
}

PlatformId platform_of(const KeyCertificate& key) {
  switch (key.key) {
    case ReportKey::Vcek:
      return platform_id(kPlatformKindChip, key.hardware_id);
    case ReportKey::Vlek:
      return platform_id(kPlatformKindCloud, base::as_bytes(key.cloud_id));
  }
  CHECK(false);
}

Factor debug_factor(const SevSnpReport& report) {
  if (!report.policy.debug_allowed()) return passed(FactorId::DebugOff);
  return failed(FactorId::DebugOff, Refusal::DebugOn, "The guest's policy allows debugging.");
}

Examination refused_whole(Examination examination, Refusal refusal, const Error& error) {
  examination.findings.factors.push_back(
      failed(FactorId::SignatureChain, refusal,
             error.message() + " (" + std::string(error.reason()) + ")"));
  return examination;
}

void examine_genuineness(base::WallTime now, const Question& question, const Roots& roots,
                         Examination& examination) {
  const SevSnpReport& report = *examination.report;
  const KeyCertificate& key = *examination.key;
  std::vector<Factor>& factors = examination.findings.factors;
  const Result<Lineage> lineage = find_lineage(key, question.chain, roots);
  const Result<void> chain = lineage ? crypto::check_chain(now, lineage->leaf_first,
                                                           lineage->root->certificate.public_key())
                                     : Result<void>(lineage.error());
  factors.push_back(factor_of(FactorId::SignatureChain,
                              check_all_of_chain(question, report, key, lineage, chain),
                              chain_values(report, key)));
  factors.push_back(dates_factor(key, chain));
  factors.push_back(list_factor(now, question.revocation_list, lineage));
}

}  // namespace

Requirements production_requirements() {
  Requirements requirements;
  requirements.platform_set = kPlatformAliasCheckComplete;
  return requirements;
}

Examination examine_report(base::WallTime now, const Question& question, const Roots& roots,
                           const Requirements& requirements) {
  Examination examination;
  const auto report = parse_sev_snp_report(question.report);
  if (!report) {
    const bool unsupported = report.error().is(SevSnpReportError::UnsupportedVersion);
    return refused_whole(std::move(examination),
                         unsupported ? Refusal::EvidenceUnsupported : Refusal::EvidenceMalformed,
                         report.error());
  }
  examination.report = *report;
  examination.findings.statement = Statement{report->measurements, report->report_data};
  std::vector<Factor>& factors = examination.findings.factors;
  factors.push_back(debug_factor(*report));
  factors.push_back(attributes_factor(*report, requirements));
  const auto key = parse_key_certificate(question.key_certificate);
  if (!key) {
    const bool unsupported = key.error().is(KeyCertificateError::UnknownProduct);
    return refused_whole(
        std::move(examination),
        unsupported ? Refusal::EvidenceUnsupported : Refusal::CertificateChainInvalid, key.error());
  }
  examination.key = *key;
  examination.findings.platform = platform_of(*key);
  factors.push_back(factor_of(FactorId::TcbStatus, check_tcb(*report, *key, requirements),
                              tcb_values(*report, *key)));
  examine_genuineness(now, question, roots, examination);
  return examination;
}

Findings Verifier::examine(base::WallTime now, const Evidence& evidence) const {
  const auto* shown = std::get_if<SevSnpEvidence>(&evidence);
  CHECK(shown != nullptr);
  Question question{
      .report = shown->report, .key_certificate = shown->vcek, .chain = {}, .revocation_list = {}};
  std::shared_ptr<const Collateral> collateral;
  if (const auto key = parse_key_certificate(shown->vcek); key && source_ != nullptr) {
    collateral = source_->find(key->product, key->key);
  }
  if (collateral) {
    question.chain = collateral->chain;
    question.revocation_list = collateral->revocation_list;
  }
  Examination examination = examine_report(now, question, roots_, requirements_);
  const std::optional<Statement>& statement = examination.findings.statement;
  if (statement && statement->report_data != shown->report_data) {
    Findings findings;
    findings.factors.push_back(failed(FactorId::SignatureChain, Refusal::ReportDataMismatch,
                                      "The report data beside the report is not that within it."));
    return findings;
  }
  return std::move(examination.findings);
}

}  // namespace cocoon::attest::amd
