// SHA-2 and HMAC over whole byte strings or over several pieces in order (FIPS 180-4, RFC 2104).
//
// Lengths are public; keys and data may be secret. None of these can fail.
#pragma once

#include <initializer_list>

#include "base/bytes.h"

namespace cocoon::crypto {

base::Bits256 sha256(base::BytesView data);
base::Bits384 sha384(base::BytesView data);
base::Bits512 sha512(base::BytesView data);

// The hash of the pieces put one after another: sha256({prefix, body}).
base::Bits256 sha256(std::initializer_list<base::BytesView> pieces);
base::Bits384 sha384(std::initializer_list<base::BytesView> pieces);
base::Bits512 sha512(std::initializer_list<base::BytesView> pieces);

base::Bits256 hmac_sha256(base::BytesView key, base::BytesView data);

}  // namespace cocoon::crypto
