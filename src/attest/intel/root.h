// The one key of Intel's that everything in this folder rests on.
#pragma once

#include "crypto/public_key.h"

namespace cocoon::attest::intel {

// Of the "Intel SGX Root CA". The key is pinned and not a certificate: there are two for it.
const crypto::PublicKey& intel_root();

}  // namespace cocoon::attest::intel
