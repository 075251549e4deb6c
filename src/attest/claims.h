// Claims: the keys that an enclave answers for. Their hash is the report data of its evidence, so
// that evidence can't be shown beside another key.
#pragma once

#include "base/bytes.h"

namespace cocoon::attest {

struct Claims {
  base::Bits256 tls_public_key;  // Ed25519
};

// SHA-512 of the raw TLS public key, as the live network binds it.
base::Bits512 report_data(const Claims& claims);

}  // namespace cocoon::attest
