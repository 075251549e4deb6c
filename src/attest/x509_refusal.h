// Reasons of src/crypto for refusing certificates and revocation lists, as reasons for refusing
// evidence.
#pragma once

#include "attest/refusal.h"
#include "base/result.h"

namespace cocoon::attest {

// Of an error of crypto's chains and certificates: RootNotAllowed, CertificateNotValidNow, or
// CertificateChainInvalid. An error that has a Refusal already keeps it.
base::Error chain_refusal(const base::Error& error);
// Of an error of crypto's revocation lists: RevocationListStale or RevocationListInvalid.
base::Error list_refusal(const base::Error& error);

}  // namespace cocoon::attest
