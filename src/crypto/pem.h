// PEM (RFC 7468): base64 between BEGIN and END lines. Only white space may stand between blocks;
// line ends may be LF or CRLF; zeros may follow the last block, as quotes have it.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/x509_error.h"

namespace cocoon::crypto {

// The contents of all blocks of this label ("CERTIFICATE", "X509 CRL"), 1 to `blocks_max`, each of
// at most `block_size_max` bytes. Malformed, also for blocks of another label, or Oversized.
base::Result<std::vector<base::Bytes>> parse_pem(base::BytesView text, std::string_view label,
                                                 std::size_t blocks_max,
                                                 std::size_t block_size_max);
bool looks_like_pem(base::BytesView text);

}  // namespace cocoon::crypto
