// How long commands wait for a chain, and what they attach to their messages.
#pragma once

#include <chrono>

#include "base/nanoton.h"
#include "base/time.h"

namespace cocoon::app::commands {

inline constexpr base::Duration kSyncLimit = std::chrono::seconds(30);
// From a message's sending to its effect on an account.
inline constexpr base::Duration kEffectLimit = std::chrono::seconds(60);
inline constexpr std::chrono::milliseconds kLookPeriod{200};

// To a root contract, its storage reserve included, and to one that stands; the contract returns
// what it does not use (contracts/gas.json).
inline constexpr base::Nanoton kDeployValue{110'000'000};
inline constexpr base::Nanoton kOrderValue{50'000'000};
inline constexpr std::uint8_t kStructVersion = 3;  // of the parameters that a new root has

}  // namespace cocoon::app::commands
