// The hash that binds keys to evidence.
#include "attest/claims.h"

#include "crypto/hash.h"

namespace cocoon::attest {

base::Bits512 report_data(const Claims& claims) { return crypto::sha512(claims.tls_public_key); }

}  // namespace cocoon::attest
