// Adjusted tokens and prices as the protocol writes them, and back.
#pragma once

#include "payment/pricing.h"
#include "tl/types.h"

namespace cocoon::payment {

inline tl::TokensUsed to_wire(const AdjustedTokens& tokens) {
  return {.prompt_tokens_used = tokens.prompt.count,
          .cached_tokens_used = tokens.cached.count,
          .completion_tokens_used = tokens.completion.count,
          .reasoning_tokens_used = tokens.reasoning.count,
          .total_tokens_used = tokens.total.count};
}

inline tl::OfferPrices to_wire(const PriceList& prices) {
  return {.prompt = prices.prompt.count(),
          .cached = prices.cached.count(),
          .completion = prices.completion.count(),
          .reasoning = prices.reasoning.count()};
}

// As the peer said it: nothing is checked here, see check_reported().
inline AdjustedTokens from_wire(const tl::TokensUsed& tokens) {
  return {.prompt = {tokens.prompt_tokens_used},
          .cached = {tokens.cached_tokens_used},
          .completion = {tokens.completion_tokens_used},
          .reasoning = {tokens.reasoning_tokens_used},
          .total = {tokens.total_tokens_used}};
}

}  // namespace cocoon::payment
