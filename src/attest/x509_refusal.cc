// Which of crypto's reasons is which of ours.
#include "attest/x509_refusal.h"

#include "crypto/x509_error.h"

namespace cocoon::attest {
namespace {

base::Error renamed(Refusal refusal, const base::Error& error) {
  return {refusal, error.message() + " (" + std::string(error.reason()) + ")"};
}

}  // namespace

base::Error chain_refusal(const base::Error& error) {
  using crypto::X509Error;
  if (error.as<Refusal>()) return error;
  if (error.is(X509Error::RootNotTrusted)) return renamed(Refusal::RootNotAllowed, error);
  if (error.is(X509Error::Expired) || error.is(X509Error::NotYetValid)) {
    return renamed(Refusal::CertificateNotValidNow, error);
  }
  return renamed(Refusal::CertificateChainInvalid, error);
}

base::Error list_refusal(const base::Error& error) {
  using crypto::X509Error;
  if (error.is(X509Error::CrlExpired) || error.is(X509Error::CrlNotYetValid)) {
    return renamed(Refusal::RevocationListStale, error);
  }
  return renamed(Refusal::RevocationListInvalid, error);
}

}  // namespace cocoon::attest
