// Tariff arithmetic. Doubles appear in adjust() only, because the protocol defines it in doubles.
#include "payment/pricing.h"

#include <algorithm>
#include <string>

namespace cocoon::payment {
namespace {

using base::Error;
using base::Nanoton;
using base::Result;
using base::TokenCount;

Error negative(std::string_view what) {
  return {PaymentReason::NegativeTokens, std::string(what) + " is negative"};
}

Error too_many(std::string_view what) {
  return {PaymentReason::TooManyTokens,
          std::string(what) + " is above " + std::to_string(kMaxRequestTokens) + " tokens"};
}

Result<TokenCount> sum(TokenCount a, TokenCount b) {
  // Both are at most kMaxRequestTokens, so the sum can't wrap.
  const TokenCount total{a.count + b.count};
  if (total.count > kMaxRequestTokens) return too_many("the number of tokens");
  return total;
}

Result<Nanoton> times(TokenCount total, Nanoton price) {
  if (total.count < 0) return negative("the number of tokens");
  const auto amount = base::checked_multiply(price, total.count);
  if (!amount)
    return Error(PaymentReason::AmountOverflow, "the price of the tokens is too large to count");
  return *amount;
}

// Lowers `count` by up to `excess`, and `excess` by as much.
void take(TokenCount& count, std::int64_t& excess) {
  const std::int64_t taken = std::min(count.count, excess);
  count.count -= taken;
  excess -= taken;
}

}  // namespace

Result<void> check_tariff(const Tariff& tariff) {
  if (tariff.price_per_token < Nanoton{} || tariff.worker_fee_per_token < Nanoton{})
    return Error(PaymentReason::BadTariff, "a price per token is negative");
  if (tariff.worker_fee_per_token > tariff.price_per_token)
    return Error(PaymentReason::BadTariff,
                 "the worker's fee per token is above what the client pays for it");
  return {};
}

Result<TokenCount> adjust(TokenCount count, Coefficient coefficient, Multiplier multiplier) {
  if (count.count < 0) return negative("a token count");
  if (coefficient.thousandths < 0 || coefficient.thousandths > kMaxCoefficient)
    return Error(PaymentReason::BadCoefficient,
                 "the coefficient is outside 0.." + std::to_string(kMaxCoefficient));
  const double adjusted = static_cast<double>(count.count) *
                          (static_cast<double>(coefficient.thousandths) * 0.001) *
                          static_cast<double>(multiplier.ten_thousandths) * 0.0001;
  // Compared as doubles first: a larger value has no defined conversion to an integer.
  if (!(adjusted <= static_cast<double>(kMaxRequestTokens))) return too_many("an adjusted count");
  return TokenCount{static_cast<std::int64_t>(adjusted)};
}

Result<AdjustedTokens> price_usage(const base::TokenUsage& usage, Coefficient coefficient,
                                   const Tariff& tariff) {
  if (usage.prompt.count < 0 || usage.cached.count < 0 || usage.completion.count < 0 ||
      usage.reasoning.count < 0)
    return negative("a token count of the usage");
  const TokenCount cached = std::min(usage.cached, usage.prompt);
  const TokenCount reasoning = std::min(usage.reasoning, usage.completion);
  AdjustedTokens out;
  out.prompt = TRY(adjust({usage.prompt.count - cached.count}, coefficient, tariff.prompt));
  out.cached = TRY(adjust(cached, coefficient, tariff.cached));
  out.completion =
      TRY(adjust({usage.completion.count - reasoning.count}, coefficient, tariff.completion));
  out.reasoning = TRY(adjust(reasoning, coefficient, tariff.reasoning));
  out.total = TRY(sum(out.prompt, out.cached));
  out.total = TRY(sum(out.total, out.completion));
  out.total = TRY(sum(out.total, out.reasoning));
  return out;
}

Result<void> check_reported(const AdjustedTokens& tokens) {
  std::int64_t expected = 0;
  for (const TokenCount kind :
       {tokens.prompt, tokens.cached, tokens.completion, tokens.reasoning}) {
    if (kind.count < 0) return negative("a reported token count");
    if (kind.count > kMaxRequestTokens) return too_many("a reported token count");
    expected += kind.count;
  }
  if (tokens.total.count != expected)
    return Error(PaymentReason::TotalMismatch,
                 "the reported total is not the sum of the reported kinds");
  if (expected > kMaxRequestTokens) return too_many("the reported total");
  return {};
}

PriceList price_list(Coefficient coefficient, const Tariff& tariff) {
  const auto of = [&](Multiplier multiplier) {
    const std::int64_t tokens = std::int64_t{coefficient.thousandths} *
                                static_cast<std::int64_t>(multiplier.ten_thousandths) / 10;
    return base::checked_multiply(tariff.price_per_token, tokens)
        .value_or(base::Nanoton(INT64_MAX));
  };
  return {.prompt = of(tariff.prompt),
          .cached = of(tariff.cached),
          .completion = of(tariff.completion),
          .reasoning = of(tariff.reasoning)};
}

AdjustedTokens cap(const AdjustedTokens& tokens, TokenCount limit) {
  AdjustedTokens out = tokens;
  std::int64_t excess = std::max<std::int64_t>(0, tokens.total.count - limit.count);
  out.total.count -= excess;
  take(out.reasoning, excess);
  take(out.completion, excess);
  take(out.cached, excess);
  take(out.prompt, excess);
  return out;
}

Result<TokenCount> worst_case(const RequestBounds& bounds, const Tariff& tariff) {
  if (bounds.request_bytes < 0) return negative("the size of the request");
  if (bounds.request_bytes > kMaxRequestTokens) return too_many("the size of the request");
  const TokenCount prompt_bound =
      bounds.prompt.value_or(TokenCount{bounds.request_bytes + kTemplateTokens});
  const TokenCount input =
      TRY(adjust(prompt_bound, bounds.coefficient, std::max(tariff.prompt, tariff.cached)));
  const TokenCount output = TRY(adjust(bounds.max_completion, bounds.coefficient,
                                       std::max(tariff.completion, tariff.reasoning)));
  return sum(input, output);
}

Result<Nanoton> cost(TokenCount total, const Tariff& tariff) {
  return times(total, tariff.price_per_token);
}

Result<Nanoton> worker_part(TokenCount total, const Tariff& tariff) {
  return times(total, tariff.worker_fee_per_token);
}

TokenCount affordable_tokens(Nanoton amount, const Tariff& tariff) {
  if (amount < Nanoton{}) return {};
  if (tariff.price_per_token <= Nanoton{}) return {kTokensWhenFree};
  return {amount.count() / tariff.price_per_token.count()};
}

}  // namespace cocoon::payment
