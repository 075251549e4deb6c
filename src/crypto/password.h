// Keys from passwords and phrases: PBKDF2 with HMAC-SHA-512 (RFC 8018), and HMAC-SHA-512 itself.
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

namespace cocoon::crypto {

base::Secret hmac_sha512(base::BytesView key, base::BytesView data);
// Takes about a microsecond for each iteration.
base::Secret pbkdf2_hmac_sha512(base::BytesView password, base::BytesView salt, unsigned iterations,
                                std::size_t size);

}  // namespace cocoon::crypto
