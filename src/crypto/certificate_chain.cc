// The checks of a chain, dates last.
#include "crypto/certificate_chain.h"

#include <algorithm>

#include "crypto/limits.h"
#include "crypto/x509_parts.h"

namespace cocoon::crypto {
namespace {

using base::BytesView;
using base::Error;
using base::Result;

std::string shown_name(const Certificate& certificate) {
  return "'" + common_name(certificate.subject()).value_or("without a name") + "'";
}

Result<void> check_extensions(const Certificate& certificate,
                              std::span<const BytesView> also_understood) {
  const BytesView understood[] = {oid::kBasicConstraints, oid::kKeyUsage,
                                  oid::kSubjectKeyIdentifier, oid::kAuthorityKeyIdentifier};
  for (const X509Extension& extension : certificate.extensions()) {
    const auto same = [&](BytesView oid) { return std::ranges::equal(oid, extension.oid); };
    if (extension.critical == Critical::Yes && std::ranges::none_of(understood, same) &&
        std::ranges::none_of(also_understood, same)) {
      return Error(X509Error::UnknownCriticalExtension,
                   "The certificate " + shown_name(certificate) +
                       " demands the unknown extension " + oid_text(extension.oid) + ".");
    }
  }
  return {};
}

// Whether `issuer` may have issued a certificate that has `below` others between it and the leaf.
Result<void> check_issuer(const Certificate& issuer, std::size_t below) {
  if (!issuer.is_ca()) {
    return Error(X509Error::IssuerNotCa,
                 "The certificate " + shown_name(issuer) + " is not of an authority.");
  }
  if (!issuer.may_sign_certificates()) {
    return Error(X509Error::CertSignNotAllowed,
                 "The certificate " + shown_name(issuer) + " may not sign certificates.");
  }
  if (issuer.path_length() && *issuer.path_length() < below) {
    return Error(X509Error::PathTooLong,
                 "The certificate " + shown_name(issuer) + " may not stand so far above the leaf.");
  }
  return {};
}

Result<void> check_link(const Certificate& certificate, const Certificate& issuer) {
  if (!std::ranges::equal(certificate.issuer(), issuer.subject())) {
    return Error(X509Error::IssuerMismatch, "The certificate " + shown_name(certificate) +
                                                " was not issued by " + shown_name(issuer) + ".");
  }
  if (!certificate.signed_by(issuer.public_key())) {
    return Error(X509Error::SignatureInvalid,
                 "The signature of the certificate " + shown_name(certificate) + " doesn't hold.");
  }
  return {};
}

Result<void> check_dates(base::WallTime now, const Certificate& certificate) {
  if (now < certificate.not_before()) {
    return Error(X509Error::NotYetValid,
                 "The certificate " + shown_name(certificate) + " isn't valid yet.");
  }
  if (now > certificate.not_after()) {
    return Error(X509Error::Expired,
                 "The certificate " + shown_name(certificate) + " has expired.");
  }
  return {};
}

}  // namespace

Result<void> check_chain(base::WallTime now, std::span<const Certificate> leaf_first,
                         const PublicKey& root, std::span<const BytesView> also_understood) {
  if (leaf_first.empty()) return Error(X509Error::ChainEmpty, "There is no certificate.");
  if (leaf_first.size() > kChainLengthMax) {
    return Error(X509Error::ChainTooLong, "A chain has too many certificates.");
  }
  for (std::size_t i = 0; i < leaf_first.size(); ++i) {
    const Certificate& issuer = leaf_first[std::min(i + 1, leaf_first.size() - 1)];
    TRY(check_extensions(leaf_first[i], also_understood));
    if (i > 0) TRY(check_issuer(leaf_first[i], i - 1));
    TRY(check_link(leaf_first[i], issuer));
  }
  if (!(leaf_first.back().public_key() == root)) {
    return Error(X509Error::RootNotTrusted, "The chain ends with " + shown_name(leaf_first.back()) +
                                                ", whose key is not the trusted root's.");
  }
  for (const Certificate& certificate : leaf_first) TRY(check_dates(now, certificate));
  return {};
}

}  // namespace cocoon::crypto
