// For tests: what lab.h says.
#include "attest/intel/lab.h"

#include <gtest/gtest.h>

#include "attest/intel/chains.h"
#include "attest/intel/vectors_lab.h"
#include "attest/quote.h"
#include "crypto/hash.h"

namespace cocoon::attest::intel {
namespace {

using base::Bytes;
using base::BytesView;

constexpr std::uint8_t kSignCertificatesAndCrls = 0x06;
constexpr std::uint8_t kSignData = 0x80;
constexpr std::uint8_t kSgxExtension[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};

void append_number(Bytes& out, std::size_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(number >> 8 * i));
}

}  // namespace

IntelLab::IntelLab(const std::string& vector_id) {
  const IntelVector vector = load_intel_vector("tdx-synth", vector_id);
  now = vector.checks.front().time;
  tcb_info = base::to_text(vector.collateral.tcb_info);
  qe_identity = base::to_text(vector.collateral.qe_identity);
  const auto quote = parse_quote(vector.quote);
  const auto chain = read_pck_chain(quote->pck_chain);
  signed_part = base::to_bytes(quote->signed_part);
  qe_report = base::to_bytes(quote->qe_report_bytes);
  pck_extension = base::to_bytes(*chain->front().extension(kSgxExtension));

  const std::string root_name = "LAB Intel SGX Root CA";
  const std::string platform_name = "LAB Intel SGX PCK Platform CA";
  const base::WallTime begin = now - std::chrono::hours(24);
  const base::WallTime end = now + std::chrono::hours(24);
  using crypto::LabRole;
  root = {.subject = root_name,
          .issuer = root_name,
          .serial = {1},
          .not_before = begin,
          .not_after = end,
          .role = LabRole::Authority,
          .path_length = 1,
          .key_usage = kSignCertificatesAndCrls};
  platform = {.subject = platform_name,
              .issuer = root_name,
              .serial = {2},
              .not_before = begin,
              .not_after = end,
              .role = LabRole::Authority,
              .path_length = 0,
              .key_usage = kSignCertificatesAndCrls};
  tcb_signer = {.subject = "LAB Intel SGX TCB Signing",
                .issuer = root_name,
                .serial = {3},
                .not_before = begin,
                .not_after = end,
                .key_usage = kSignData};
  pck = {.subject = "LAB Intel SGX PCK Certificate",
         .issuer = platform_name,
         .serial = {4},
         .not_before = begin,
         .not_after = end,
         .key_usage = kSignData};
  root_crl = {.issuer = root_name, .this_update = begin, .next_update = end};
  pck_crl = {.issuer = platform_name, .this_update = begin, .next_update = end};
}

void IntelLab::replace(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

Bytes IntelLab::build_quote() const {
  Bytes report = qe_report;
  const base::Bits256 hash = crypto::sha256({attestation_key.point(), authentication_data});
  std::ranges::copy(hash, report.begin() + 320);
  change_bound_report(report);

  crypto::LabCertificate leaf = pck;
  if (!pck_extension.empty()) {
    leaf.extensions.push_back(
        crypto::lab_extension(kSgxExtension, crypto::Critical::No, pck_extension));
  }
  std::vector<Bytes> chain = {leaf.build(pck_key, *signs_pck),
                              platform.build(platform_key, *signs_platform),
                              root.build(root_key, *signs_root)};
  change_pck_chain(chain);
  const std::string pem = crypto::lab_pem(chain);

  Bytes inner = report;
  base::append(inner, signs_qe_report->sign_raw(report));
  append_number(inner, authentication_data.size(), 2);
  base::append(inner, authentication_data);
  append_number(inner, 5, 2);
  append_number(inner, pem.size(), 4);
  base::append(inner, base::as_bytes(pem));

  Bytes signature = signs_quote->sign_raw(signed_part);
  base::append(signature, attestation_key.point());
  append_number(signature, 6, 2);
  append_number(signature, inner.size(), 4);
  base::append(signature, inner);

  Bytes quote = signed_part;
  append_number(quote, signature.size(), 4);
  base::append(quote, signature);
  return quote;
}

IntelLab::Built IntelLab::build() const {
  const Bytes root_der = root.build(root_key, *signs_root);
  std::vector<Bytes> signer_chain = {tcb_signer.build(tcb_key, *signs_tcb_signer), root_der};
  std::vector<Bytes> crl_chain = {platform.build(platform_key, *signs_platform), root_der};
  change_signer_chain(signer_chain);
  change_crl_chain(crl_chain);
  const Bytes signer_pem = base::to_bytes(crypto::lab_pem(signer_chain));

  Built built;
  built.quote = build_quote();
  IntelCollateral& collateral = built.collateral;
  collateral.root_ca_crl = root_crl.build(*signs_root_crl);
  collateral.pck_crl = pck_crl.build(*signs_pck_crl);
  collateral.pck_crl_issuer_chain = base::to_bytes(crypto::lab_pem(crl_chain));
  collateral.tcb_info = base::to_bytes(tcb_info);
  collateral.tcb_info_signature = signs_tcb_info->sign_raw(collateral.tcb_info);
  collateral.tcb_info_issuer_chain = signer_pem;
  collateral.qe_identity = base::to_bytes(qe_identity);
  collateral.qe_identity_signature = signs_qe_identity->sign_raw(collateral.qe_identity);
  collateral.qe_identity_issuer_chain = signer_pem;
  return built;
}

}  // namespace cocoon::attest::intel
