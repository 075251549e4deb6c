// The certificates and revocation lists around a quote: the platform's chain, the signers of
// collateral, and that each plays the part that Intel gave it.
#pragma once

#include <vector>

#include "attest/collateral.h"
#include "attest/intel/fault.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/certificate.h"
#include "crypto/crl.h"

namespace cocoon::attest::intel {

using Chain = std::vector<crypto::Certificate>;  // leaf first

// From a quote. PckChainMalformed.
base::Result<Chain> read_pck_chain(base::BytesView pem);
// Exactly PCK certificate, one of the two PCK authorities, root.
base::Result<PckAuthority> check_pck_chain(base::WallTime now, const Chain& chain,
                                           const crypto::PublicKey& root);
// Exactly the certificate for signing TCB info and identities, root. A platform's certificate must
// not pass for it: its owner could declare the platform up to date.
base::Result<Chain> read_signer_chain(base::WallTime now, base::BytesView pem,
                                      const crypto::PublicKey& root);

struct RevocationLists {
  crypto::Crl root;
  crypto::Crl pck;
};
// CrlInvalid
base::Result<RevocationLists> read_lists(const IntelCollateral& collateral);
// Both lists are of now and of the authorities of this PCK chain; the chain that came with the PCK
// list is of the same authority; neither the PCK chain nor the signers are revoked.
base::Result<void> check_lists(base::WallTime now, const RevocationLists& lists,
                               const Chain& pck_chain, base::BytesView pck_crl_issuer_chain,
                               const Chain& tcb_signer, const Chain& qe_signer,
                               const crypto::PublicKey& root);

}  // namespace cocoon::attest::intel
