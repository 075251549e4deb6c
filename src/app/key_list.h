// The file of a gateway's API keys (TOML): for each its name, its SHA-256, and what is granted to
// it. The keys themselves are nowhere: each was shown once, to whom it was made for.
//
//   [[key]]
//   name = "alice"
//   sha256 = "64 hexadecimal digits"
//   budget = "5ton"              # optional
//   requests_per_minute = 60     # optional
//   tokens_per_minute = 100000   # optional
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "client/callers.h"

namespace cocoon::app {

inline constexpr std::size_t kKeyListBytesMax = 4 << 20;
inline constexpr std::size_t kKeysMax = 10'000;
inline constexpr std::size_t kKeyNameBytesMax = 64;

enum class KeyListError { BadSyntax, UnknownKey, BadValue, Duplicate, TooMany };
std::string_view reason_name(KeyListError error);

// `file_name` is for messages.
base::Result<std::vector<client::KeyGrant>> parse_key_list(std::string_view toml,
                                                           const std::string& file_name);
std::string key_list_text(const std::vector<client::KeyGrant>& keys);

// Letters, digits, '-', '_', '.' and '@'; at most kKeyNameBytesMax.
bool is_key_name(std::string_view name);

// A key of 256 random bits: "ck_" and base64url.
std::string new_api_key(base::Random& random);

}  // namespace cocoon::app
