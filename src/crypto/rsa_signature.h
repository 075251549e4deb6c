// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2), as TPMs sign. Certificates are not
// accepted with it: see public_key.h.
#pragma once

#include "base/bytes.h"

namespace cocoon::crypto {

// Modulus and exponent big-endian, as in JSON Web Keys (RFC 7518, section 6.3). False also for keys
// smaller than kRsaBitsMin or larger than kRsaBitsMax, and for whatever is malformed.
bool rsa_pkcs1_sha256_holds(base::BytesView modulus, base::BytesView exponent,
                            base::BytesView message, base::BytesView signature);

}  // namespace cocoon::crypto
