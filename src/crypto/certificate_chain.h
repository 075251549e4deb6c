// Whether a chain of certificates leads to a root that the program trusts (RFC 5280, section 6,
// for chains without policies and name constraints).
#pragma once

#include <span>

#include "base/result.h"
#include "base/time.h"
#include "crypto/certificate.h"

namespace cocoon::crypto {

// `leaf_first` ends with the root, which must have the key `root`; all certificates of a root's key
// are as good as each other. Holds afterwards: each certificate names and is signed by the next,
// the last by itself; all but the first are CAs that may sign certificates, within their path
// lengths; no critical extension is unknown but those of `also_understood` (contents of OIDs); all
// are valid at `now`, ends included. Dates are looked at last: NotYetValid and Expired say that all
// else is in order.
//
// Roles are the caller's business: what the leaf may be used for, and that it is no CA.
base::Result<void> check_chain(base::WallTime now, std::span<const Certificate> leaf_first,
                               const PublicKey& root,
                               std::span<const base::BytesView> also_understood = {});

}  // namespace cocoon::crypto
