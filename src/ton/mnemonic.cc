// Making phrases and turning them into keys.
#include "ton/mnemonic.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/check.h"
#include "crypto/password.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kIterations = 100'000;
constexpr unsigned kCheckIterations = kIterations / 256;
constexpr std::size_t kListWords = 2048;

const std::vector<std::string_view>& words() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> list;
    for (std::string_view rest = mnemonic_word_list(); !rest.empty();) {
      const std::size_t end = rest.find(' ');
      list.push_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    CHECK(list.size() == kListWords);
    return list;
  }();
  return all;
}

base::Secret entropy(const base::Secret& phrase) {
  return crypto::hmac_sha512(phrase.expose(), {});
}

bool is_good(const base::Secret& entropy) {
  return crypto::pbkdf2_hmac_sha512(entropy.expose(), base::as_bytes("TON seed version"),
                                    kCheckIterations, 64)
             .expose()[0] == 0;
}

bool needs_password(const base::Secret& entropy) {
  return crypto::pbkdf2_hmac_sha512(entropy.expose(), base::as_bytes("TON fast seed version"), 1,
                                    64)
             .expose()[0] == 1;
}

// Lower case, single spaces; nothing is said about which word is wrong, since messages are logged.
base::Result<base::Secret> normalize(std::string_view phrase) {
  base::Bytes joined;
  std::size_t count = 0;
  std::string word;
  const auto take = [&]() -> bool {
    if (word.empty()) return true;
    const bool known = std::binary_search(words().begin(), words().end(), word);
    if (count++ > 0) joined.push_back(' ');
    joined.insert(joined.end(), word.begin(), word.end());
    word.clear();
    return known;
  };
  bool all_known = true;
  for (const char character : phrase) {
    const auto code = static_cast<unsigned char>(character);
    if (std::isspace(code) != 0) {
      all_known = take() && all_known;
    } else {
      word.push_back(static_cast<char>(std::tolower(code)));
    }
  }
  all_known = take() && all_known;
  base::Secret normalized(std::move(joined));
  if (count != kMnemonicWords) {
    return base::Error(MnemonicError::WordCount,
                       "A phrase has 24 words, this one has " + std::to_string(count) + ".");
  }
  if (!all_known) {
    return base::Error(MnemonicError::WordUnknown, "One of the words is not in TON's word list.");
  }
  return normalized;
}

}  // namespace

std::string_view reason_name(MnemonicError error) {
  switch (error) {
    case MnemonicError::WordCount:
      return "word_count";
    case MnemonicError::WordUnknown:
      return "word_unknown";
    case MnemonicError::PhraseChecksum:
      return "phrase_checksum";
    case MnemonicError::PhrasePassword:
      return "phrase_password";
  }
  CHECK(false);
}

base::Secret new_mnemonic(base::Random& random) {
  for (;;) {
    base::Bytes joined;
    for (std::size_t i = 0; i < kMnemonicWords; ++i) {
      const std::string_view word = words()[random.below(kListWords)];
      if (i > 0) joined.push_back(' ');
      joined.insert(joined.end(), word.begin(), word.end());
    }
    base::Secret phrase(std::move(joined));
    const base::Secret hash = entropy(phrase);
    if (is_good(hash) && !needs_password(hash)) return phrase;
  }
}

base::Result<crypto::Ed25519PrivateKey> key_from_mnemonic(std::string_view phrase) {
  const base::Secret normalized = TRY(normalize(phrase));
  const base::Secret hash = entropy(normalized);
  if (!is_good(hash)) {
    if (needs_password(hash)) {
      return base::Error(MnemonicError::PhrasePassword,
                         "This phrase is protected by a password, which is not supported.");
    }
    return base::Error(MnemonicError::PhraseChecksum,
                       "One of the words is wrong, or the words are in another order.");
  }
  const base::Secret seed = crypto::pbkdf2_hmac_sha512(
      hash.expose(), base::as_bytes("TON default seed"), kIterations, 64);
  return crypto::Ed25519PrivateKey::from_seed(seed.expose().first(32));
}

}  // namespace cocoon::ton
