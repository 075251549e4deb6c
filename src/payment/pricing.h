// Tariffs and what usage costs under them: pure arithmetic, the same on every machine, refused on
// overflow.
//
// The network bills adjusted tokens: raw counts weighted by the worker's coefficient and a
// multiplier per kind of token (docs/money.md). An adjusted token has one price in nanotons, so the
// charge itself is exact integer work.
#pragma once

#include <cstdint>
#include <optional>

#include "base/nanoton.h"
#include "base/result.h"
#include "base/tokens.h"
#include "payment/limits.h"
#include "payment/reason.h"

namespace cocoon::payment {

// A worker's own price level in thousandths: 1000 is the tariff itself. 0 to kMaxCoefficient.
struct Coefficient {
  std::int32_t thousandths = 1000;
  friend constexpr auto operator<=>(Coefficient, Coefficient) = default;
};

// The weight of one kind of token in ten-thousandths: 10000 is 1.0.
struct Multiplier {
  std::uint32_t ten_thousandths = 10000;
  friend constexpr auto operator<=>(Multiplier, Multiplier) = default;
};

// What everyone pays and earns per adjusted token, as the network's root contract states it.
struct Tariff {
  base::Nanoton price_per_token;       // charged to the client
  base::Nanoton worker_fee_per_token;  // the worker's part of it; the proxy keeps the rest
  Multiplier prompt;
  Multiplier cached;
  Multiplier completion;
  Multiplier reasoning;
  friend constexpr bool operator==(const Tariff&, const Tariff&) = default;
};

// Refuses (bad_tariff) a negative price or fee, and a fee above the price.
base::Result<void> check_tariff(const Tariff& tariff);

// Adjusted tokens by kind, as the protocol's tokensUsed carries them: here `prompt` excludes
// `cached` and `completion` excludes `reasoning`, and `total` is the sum of the four.
struct AdjustedTokens {
  base::TokenCount prompt;
  base::TokenCount cached;
  base::TokenCount completion;
  base::TokenCount reasoning;
  base::TokenCount total;
  friend constexpr bool operator==(const AdjustedTokens&, const AdjustedTokens&) = default;
};

// count x coefficient x multiplier in the protocol's IEEE double order, truncated:
// ((double(count) * (double(coefficient) * 0.001)) * double(multiplier)) * 0.0001.
// Refuses negative_tokens, bad_coefficient, and too_many_tokens above kMaxRequestTokens.
base::Result<base::TokenCount> adjust(base::TokenCount count, Coefficient coefficient,
                                      Multiplier multiplier);

// The bill for what an engine reported. `cached` above `prompt` counts as all of `prompt`,
// `reasoning` above `completion` as all of `completion`: an engine's slip never makes a kind
// negative.
base::Result<AdjustedTokens> price_usage(const base::TokenUsage& usage, Coefficient coefficient,
                                         const Tariff& tariff);

// Tokens as a peer reported them: refuses negative_tokens, too_many_tokens and total_mismatch.
base::Result<void> check_reported(const AdjustedTokens& tokens);

// The same bill with its total lowered to `limit`, taken from reasoning, then completion, cached,
// prompt.
AdjustedTokens cap(const AdjustedTokens& tokens, base::TokenCount limit);

// What is known of a request before it runs.
struct RequestBounds {
  // Exact prompt tokens from the model's own tokenizer, where known; otherwise the prompt is
  // bounded by its bytes.
  std::optional<base::TokenCount> prompt;
  std::int64_t request_bytes = 0;
  // All tokens that may be generated: the limit of one choice times the number of choices.
  base::TokenCount max_completion;
  // The highest coefficient at which the request may run.
  Coefficient coefficient;
};

// The most adjusted tokens that the request can use: every kind at the dearer of its multipliers.
// Without a token count the prompt is bounded by one token per byte, which no byte-level tokenizer
// exceeds, plus kTemplateTokens.
base::Result<base::TokenCount> worst_case(const RequestBounds& bounds, const Tariff& tariff);

// What a client pays for a million tokens of each kind, in nanotons: floor(coefficient x multiplier
// / 10) adjusted tokens at the tariff's price, 2^63 - 1 at most.
struct PriceList {
  base::Nanoton prompt;
  base::Nanoton cached;
  base::Nanoton completion;
  base::Nanoton reasoning;
  friend constexpr bool operator==(const PriceList&, const PriceList&) = default;
};
PriceList price_list(Coefficient coefficient, const Tariff& tariff);

// What `total` adjusted tokens cost the client, and how much of it is the worker's.
base::Result<base::Nanoton> cost(base::TokenCount total, const Tariff& tariff);
base::Result<base::Nanoton> worker_part(base::TokenCount total, const Tariff& tariff);

// Whole adjusted tokens that `amount` buys; kTokensWhenFree at a price of 0, none for a negative
// amount.
base::TokenCount affordable_tokens(base::Nanoton amount, const Tariff& tariff);

}  // namespace cocoon::payment
