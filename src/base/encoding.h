// Hexadecimal, base64 and base64url (RFC 4648), strict: wrong length, padding or characters are
// refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace cocoon::base {

std::string to_hex(BytesView bytes);  // lower case
std::optional<Bytes> from_hex(std::string_view text);
std::optional<Bits256> bits256_from_hex(std::string_view text);

// With padding.
std::string to_base64(BytesView bytes);
std::string to_base64url(BytesView bytes);
// Accepts both alphabets; padding may be left out.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace cocoon::base
