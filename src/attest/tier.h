// Assurance tiers: how much is proven about a peer, in one word, so that trust can have a price.
#pragma once

#include <optional>
#include <string_view>

namespace cocoon::attest {

// T0: simulated evidence or none. T1: genuine CPU TEE, allowed image. T2: also its GPUs. T3: also
// the platform's identity is enrolled. T4: also endorsed as to place or owner.
enum class Tier { T0, T1, T2, T3, T4 };
std::string_view tier_name(Tier tier);
std::optional<Tier> tier_from_name(std::string_view name);

}  // namespace cocoon::attest
