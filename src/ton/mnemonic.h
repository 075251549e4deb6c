// The 24 words of TON's wallets: not BIP-39, though they come from its list. A phrase is good if a
// hash of it begins with a zero byte, so a mistyped word is noticed 255 times out of 256; the key
// is PBKDF2 of it (as in github.com/ton-org/ton-crypto).
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/ed25519.h"

namespace cocoon::ton {

inline constexpr std::size_t kMnemonicWords = 24;

enum class MnemonicError {
  WordCount,
  WordUnknown,     // not in the list
  PhraseChecksum,  // all words exist, but one is not the right one
  PhrasePassword,  // the phrase is protected by a password, which is not supported
};
std::string_view reason_name(MnemonicError error);

// Words separated by single spaces. Takes a few hundred milliseconds: phrases are tried until one
// is good.
base::Secret new_mnemonic(base::Random& random);
// `phrase`: words in any case, separated by white space. Takes about a tenth of a second.
base::Result<crypto::Ed25519PrivateKey> key_from_mnemonic(std::string_view phrase);

// All 2048 words, sorted, each followed by a space.
std::string_view mnemonic_word_list();

}  // namespace cocoon::ton
