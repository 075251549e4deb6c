// Every bound of the payment module, by name.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace cocoon::payment {

// Most adjusted tokens that one request may reserve or report. At the live price of 20 nanotons
// this is 20 000 TON.
inline constexpr std::int64_t kMaxRequestTokens = 1'000'000'000'000;
// A coefficient is in thousandths of the tariff; the protocol allows 0 to this at connect.
inline constexpr std::int32_t kMaxCoefficient = 999'999'999;
// Tokens that a chat template may add to a prompt without any byte of the request standing for
// them.
inline constexpr std::int64_t kTemplateTokens = 512;
// What a price of 0 buys, in tokens: the number that the protocol's peers use for it.
inline constexpr std::int64_t kTokensWhenFree = 1'000'000'000'000;

inline constexpr std::size_t kMaxAccounts = 1U << 20U;
inline constexpr std::size_t kMaxPartyBytes = 128;
inline constexpr std::size_t kMaxDeposits = 1U << 22U;
inline constexpr std::size_t kMaxOpenRequests = 1U << 20U;
// Entries that wait for the disk; beyond it no new request is admitted until the disk has caught
// up.
inline constexpr std::size_t kMaxUnpersisted = 1U << 18U;

// Finished requests that are remembered, so that a repeated message has no second effect: as many,
// and as long, as both of these allow.
inline constexpr std::size_t kFinishedRequests = 1U << 18U;
inline constexpr base::Duration kFinishedAge = std::chrono::hours(1);

// An epoch begins after so many entries at the latest. Far fewer than are read back at start-up, so
// that what has happened since the newest epoch is always known.
inline constexpr std::uint64_t kEpochEntries = 1U << 16U;
static_assert(kEpochEntries <= kFinishedRequests / 2);

}  // namespace cocoon::payment
