// Roles by the names that Intel's certificate profile prescribes; everything else by crypto.
#include "attest/intel/chains.h"

#include <algorithm>
#include <span>
#include <string>

#include "crypto/certificate_chain.h"

namespace cocoon::attest::intel {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using crypto::Certificate;
using crypto::X509Error;

// What a chain's failure is called, by whose chain it is.
struct ChainFaults {
  Fault malformed;
  Fault untrusted;
  Fault invalid;
  Fault dates;
};
constexpr ChainFaults kPckFaults{Fault::PckChainMalformed, Fault::PckChainUntrusted,
                                 Fault::PckChainInvalid, Fault::PckChainDates};
constexpr ChainFaults kSignerFaults{Fault::SignerChainMalformed, Fault::SignerChainUntrusted,
                                    Fault::SignerChainInvalid, Fault::SignerChainDates};

Result<Chain> read_chain(BytesView pem, const ChainFaults& faults) {
  Result<Chain> chain = crypto::parse_certificates_pem(pem);
  if (!chain) return Error(faults.malformed, chain.error().message());
  return chain;
}

Result<void> check_chain(base::WallTime now, const Chain& chain, const crypto::PublicKey& root,
                         const ChainFaults& faults) {
  const Result<void> checked = crypto::check_chain(now, chain, root);
  if (checked) return {};
  const Error& error = checked.error();
  const bool dates = error.is(X509Error::NotYetValid) || error.is(X509Error::Expired);
  const bool untrusted = error.is(X509Error::RootNotTrusted);
  return Error(dates       ? faults.dates
               : untrusted ? faults.untrusted
                           : faults.invalid,
               error.message());
}

bool is_named(const Certificate& certificate, std::string_view phrase) {
  return crypto::common_name(certificate.subject()).value_or("").find(phrase) != std::string::npos;
}

bool is_authority(const Certificate& certificate, std::string_view phrase) {
  return is_named(certificate, phrase) && certificate.is_ca() && certificate.has_key_usage() &&
         certificate.may_sign_certificates();
}

bool is_root(const Certificate& certificate) { return is_authority(certificate, "SGX Root CA"); }

bool is_leaf(const Certificate& certificate, std::string_view phrase) {
  return is_named(certificate, phrase) && !certificate.is_ca();
}

std::optional<PckAuthority> authority_of(const Certificate& certificate) {
  if (is_authority(certificate, "SGX PCK Platform CA")) return PckAuthority::Platform;
  if (is_authority(certificate, "SGX PCK Processor CA")) return PckAuthority::Processor;
  return std::nullopt;
}

Error wrong_role(const ChainFaults& faults, std::string_view wanted) {
  return {faults.invalid, "A chain is not the expected one: " + std::string(wanted) + "."};
}

bool is_upper_part(const Chain& issuer, const Chain& pck_chain) {
  const auto same = [](const Certificate& a, const Certificate& b) {
    return std::ranges::equal(a.der(), b.der());
  };
  return std::ranges::equal(issuer, std::span(pck_chain).subspan(1), same);
}

Result<void> check_list(base::WallTime now, const crypto::Crl& list, const Certificate& issuer) {
  const Result<void> checked = crypto::check_crl(now, list, issuer);
  if (checked) return {};
  const Error& error = checked.error();
  const bool dates = error.is(X509Error::CrlNotYetValid) || error.is(X509Error::CrlExpired);
  return Error(dates ? Fault::CrlDates : Fault::CrlInvalid, error.message());
}

Result<void> check_not_revoked(const crypto::Crl& list, const Certificate& certificate) {
  if (!list.is_revoked(certificate.serial())) return {};
  return Error(Fault::CertificateRevoked,
               "The certificate '" + crypto::common_name(certificate.subject()).value_or("") +
                   "' has been revoked.");
}

}  // namespace

Result<Chain> read_pck_chain(BytesView pem) { return read_chain(pem, kPckFaults); }

Result<PckAuthority> check_pck_chain(base::WallTime now, const Chain& chain,
                                     const crypto::PublicKey& root) {
  TRY(check_chain(now, chain, root, kPckFaults));
  const bool complete =
      chain.size() == 3 && is_leaf(chain[0], "SGX PCK Certificate") && is_root(chain[2]);
  const auto authority = complete ? authority_of(chain[1]) : std::nullopt;
  if (!authority) {
    return wrong_role(kPckFaults, "a platform's certificate, its authority, Intel's root");
  }
  return *authority;
}

Result<Chain> read_signer_chain(base::WallTime now, BytesView pem, const crypto::PublicKey& root) {
  Chain chain = TRY(read_chain(pem, kSignerFaults));
  TRY(check_chain(now, chain, root, kSignerFaults));
  const bool complete =
      chain.size() == 2 && is_leaf(chain[0], "SGX TCB Signing") && is_root(chain[1]);
  if (!complete) {
    return wrong_role(kSignerFaults, "the certificate for signing collateral, Intel's root");
  }
  return chain;
}

Result<RevocationLists> read_lists(const IntelCollateral& collateral) {
  Result<crypto::Crl> root = crypto::Crl::parse_any(collateral.root_ca_crl);
  if (!root) return Error(Fault::CrlInvalid, root.error().message());
  Result<crypto::Crl> pck = crypto::Crl::parse_any(collateral.pck_crl);
  if (!pck) return Error(Fault::CrlInvalid, pck.error().message());
  return RevocationLists{*root, *pck};
}

Result<void> check_lists(base::WallTime now, const RevocationLists& lists, const Chain& pck_chain,
                         BytesView pck_crl_issuer_chain, const Chain& tcb_signer,
                         const Chain& qe_signer, const crypto::PublicKey& root) {
  const Chain issuer = TRY(read_chain(pck_crl_issuer_chain, kSignerFaults));
  // Nearly always the upper part of the platform's own chain, which has been checked.
  if (!is_upper_part(issuer, pck_chain)) TRY(check_chain(now, issuer, root, kSignerFaults));
  if (issuer.size() != 2 || !authority_of(issuer[0]) || !is_root(issuer[1])) {
    return wrong_role(kSignerFaults, "an authority for platforms, Intel's root");
  }
  if (!(issuer[0].public_key() == pck_chain[1].public_key())) {
    return Error(Fault::CrlInvalid,
                 "The list of revoked platforms is of another authority than the platform's.");
  }
  TRY(check_list(now, lists.root, pck_chain[2]));
  TRY(check_list(now, lists.pck, pck_chain[1]));
  for (const Chain* chain : {&tcb_signer, &qe_signer}) {
    TRY(check_not_revoked(lists.root, chain->front()));
  }
  TRY(check_not_revoked(lists.root, issuer[0]));
  TRY(check_not_revoked(lists.root, pck_chain[1]));
  return check_not_revoked(lists.pck, pck_chain[0]);
}

}  // namespace cocoon::attest::intel
