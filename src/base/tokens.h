// Token counts, as an engine reports them and as the network bills them.
#pragma once

#include <compare>
#include <cstdint>

namespace cocoon::base {

// A number of tokens; 64-bit, never negative once it has passed a parser.
struct TokenCount {
  std::int64_t count = 0;
  friend constexpr auto operator<=>(TokenCount, TokenCount) = default;
};

// What an engine says it used, by kind. `cached` is the part of `prompt` that came from its prefix
// cache, `reasoning` the part of `completion` that was thinking: both are contained in the kind
// they belong to, as in OpenAI's `usage`.
struct TokenUsage {
  TokenCount prompt;
  TokenCount cached;
  TokenCount completion;
  TokenCount reasoning;
  friend constexpr bool operator==(const TokenUsage&, const TokenUsage&) = default;
};

}  // namespace cocoon::base
