// Policies for networks without TEEs.
#pragma once

#include "attest/policy.h"

namespace cocoon::attest::simulated {

// Simulated evidence of a development network (its root keys are given to QuoteVerifier).
Policy development_policy(std::optional<std::vector<base::Bits256>> allowed_images = std::nullopt);
// Fake TDX evidence, as test networks of the reference implementation show it.
Policy legacy_test_policy();

}  // namespace cocoon::attest::simulated
