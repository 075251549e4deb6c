// Names of the tiers.
#include "attest/tier.h"

#include "base/check.h"

namespace cocoon::attest {

std::string_view tier_name(Tier tier) {
  switch (tier) {
    case Tier::T0:
      return "T0";
    case Tier::T1:
      return "T1";
    case Tier::T2:
      return "T2";
    case Tier::T3:
      return "T3";
    case Tier::T4:
      return "T4";
  }
  CHECK(false);
}

std::optional<Tier> tier_from_name(std::string_view name) {
  for (const Tier tier : {Tier::T0, Tier::T1, Tier::T2, Tier::T3, Tier::T4}) {
    if (tier_name(tier) == name) return tier;
  }
  return std::nullopt;
}

}  // namespace cocoon::attest
