// Reading PEM in one pass.
#include "crypto/pem.h"

#include <optional>
#include <string>

#include "base/encoding.h"

namespace cocoon::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

base::Error malformed() {
  return {X509Error::Malformed, "A text is not a sequence of well-formed PEM blocks."};
}

// The base64 up to the END line, which is consumed, decoded.
std::optional<base::Bytes> take_block(std::string_view& text, std::string_view label) {
  if (!take(text, kBegin) || !take(text, label) || !take(text, kDashes)) return std::nullopt;
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  std::string digits;
  digits.reserve(end);
  for (const char c : text.substr(0, end)) {
    if (!is_space(c)) digits.push_back(c);
  }
  text.remove_prefix(end);
  if (!take(text, kEnd) || !take(text, label) || !take(text, kDashes)) return std::nullopt;
  // PEM has the padded form in the standard alphabet only, so its letters are those of no other.
  if (digits.empty() || digits.size() % 4 != 0 || digits.find_first_of("-_") != std::string::npos) {
    return std::nullopt;
  }
  return base::from_base64(digits);
}

}  // namespace

bool looks_like_pem(base::BytesView text) {
  std::string_view rest = base::as_text(text);
  skip_space(rest);
  return rest.starts_with(kBegin);
}

base::Result<std::vector<base::Bytes>> parse_pem(base::BytesView text, std::string_view label,
                                                 std::size_t blocks_max,
                                                 std::size_t block_size_max) {
  std::string_view rest = base::as_text(text);
  while (!rest.empty() && rest.back() == '\0') rest.remove_suffix(1);
  // Base64 takes 4/3 of the bytes, its line ends and the lines around it less than as much again.
  if (rest.size() / 3 > blocks_max * block_size_max) {
    return base::Error(X509Error::Oversized, "A PEM text is too large.");
  }
  std::vector<base::Bytes> blocks;
  for (skip_space(rest); !rest.empty(); skip_space(rest)) {
    if (blocks.size() == blocks_max) {
      return base::Error(X509Error::Oversized, "A PEM text has too many blocks.");
    }
    std::optional<base::Bytes> block = take_block(rest, label);
    if (!block) return malformed();
    if (block->size() > block_size_max) {
      return base::Error(X509Error::Oversized, "A PEM block is too large.");
    }
    blocks.push_back(std::move(*block));
  }
  if (blocks.empty()) return malformed();
  return blocks;
}

}  // namespace cocoon::crypto
