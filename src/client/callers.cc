#include "client/callers.h"

#include <algorithm>

#include "crypto/hash.h"

namespace cocoon::client {
namespace {

using openai::ApiError;
using openai::ApiErrorCode;

constexpr std::string_view kScheme = "bearer ";

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
         });
}

ApiError invalid_key(std::string message) {
  return {.code = ApiErrorCode::InvalidApiKey,
          .message = std::move(message),
          .param = {},
          .retry_after = {}};
}

ApiError too_fast(const std::string& what, std::int64_t limit, base::Duration wait) {
  return {.code = ApiErrorCode::RateLimited,
          .message = "this API key may use " + std::to_string(limit) + " " + what +
                     " per minute: try again later",
          .param = {},
          .retry_after =
              std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1))};
}

ApiError books_closed() {
  return {.code = ApiErrorCode::NotReady,
          .message = "this gateway can't keep its books now: its disk does not take them",
          .param = {},
          .retry_after = std::chrono::seconds(5)};
}

ApiError exhausted(base::Nanoton budget, base::Nanoton free, base::Nanoton worst_case) {
  return {.code = ApiErrorCode::BudgetExhausted,
          .message = "this API key's budget is " + base::to_string(budget) + ", of which " +
                     base::to_string(free) + " is free; this request may cost up to " +
                     base::to_string(worst_case) +
                     ": lower max_tokens, or ask the gateway's operator for more",
          .param = {},
          .retry_after = {}};
}

void set_rate(std::optional<MinuteRate>& rate, std::optional<std::int64_t> limit) {
  if (!limit) {
    rate.reset();
  } else if (rate) {
    rate->set_limit(*limit);
  } else {
    rate.emplace(*limit);
  }
}

}  // namespace

std::optional<std::string_view> bearer_key(std::span<const openai::Header> headers) {
  for (const auto& header : headers) {
    if (header.name.size() != 13 || !starts_with_any_case(header.name, "authorization")) continue;
    std::string_view value = header.value;
    if (!starts_with_any_case(value, kScheme)) return std::nullopt;
    value.remove_prefix(kScheme.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return std::nullopt;
}

void Callers::set_grants(std::vector<KeyGrant> grants) {
  open_ = false;
  for (auto& [hash, account] : accounts_) account.grant.reset();
  for (auto& grant : grants) {
    Account& account = accounts_[grant.hash];
    set_rate(account.requests, grant.requests_per_minute);
    set_rate(account.tokens, grant.tokens_per_minute);
    account.grant = std::move(grant);
  }
}

std::variant<std::optional<KeyHash>, ApiError> Callers::identify(
    std::span<const openai::Header> headers) const {
  if (open_) return std::optional<KeyHash>();
  const auto key = bearer_key(headers);
  if (!key || key->empty()) {
    return invalid_key("an API key is needed here: send it as \"Authorization: Bearer KEY\"");
  }
  const KeyHash hash = crypto::sha256(base::as_bytes(*key));
  const auto found = accounts_.find(hash);
  if (found == accounts_.end() || !found->second.grant) {
    return invalid_key("this API key is not known here, or was revoked");
  }
  return std::optional(hash);
}

std::variant<Admission, ApiError> Callers::admit(base::Instant now, const KeyHash& key,
                                                 base::Nanoton worst_case) {
  Account& account = accounts_.at(key);
  const KeyGrant& grant = *account.grant;
  if (account.requests && account.requests->wait(now, 1) > base::Duration{}) {
    return too_fast("requests", *grant.requests_per_minute, account.requests->wait(now, 1));
  }
  if (account.tokens && account.tokens->wait(now, 1) > base::Duration{}) {
    return too_fast("tokens", *grant.tokens_per_minute, account.tokens->wait(now, 1));
  }
  Admission admission{.key = key, .held = {}};
  if (grant.budget) {
    if (disk_ == Disk::Failing) return books_closed();
    const base::Nanoton unspent = std::max(*grant.budget - account.use.spent, base::Nanoton{});
    const base::Nanoton free = std::max(unspent - account.held, base::Nanoton{});
    if (free < worst_case) return exhausted(*grant.budget, free, worst_case);
    admission.held = worst_case;
  }
  if (account.requests) account.requests->take(now, 1);
  account.held += admission.held;
  ++account.running;
  return admission;
}

void Callers::release(const Admission& admission) {
  Account& account = accounts_.at(admission.key);
  account.held -= admission.held;
  --account.running;
}

void Callers::charge(base::Instant now, const KeyHash& key, const base::Bits256& request_id,
                     base::Nanoton amount, std::int64_t tokens) {
  Account& account = accounts_.at(key);
  ++account.charged;
  account.use.spent =
      base::checked_add(account.use.spent, amount).value_or(base::Nanoton(INT64_MAX));
  account.use.tokens += std::min(tokens, INT64_MAX - account.use.tokens);
  if (account.tokens) account.tokens->take(now, tokens);
  charges_.push_back({key, request_id, tokens, amount, account.use});
}

std::optional<KeyCharge> Callers::poll_charge() {
  if (charges_.empty()) return std::nullopt;
  KeyCharge charge = charges_.front();
  charges_.pop_front();
  return charge;
}

}  // namespace cocoon::client
