// A small network without a chain for simulated worlds and tests of roles: its root snapshot, made
// in memory, and names that become addresses and secrets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/nanoton.h"
#include "registry/snapshot.h"

namespace cocoon::sim {

enum class NetworkKind { Test, Real };

struct NetworkTerms {
  NetworkKind kind = NetworkKind::Test;
  std::uint32_t version = 3;
  base::Nanoton price_per_token{20};
  base::Nanoton worker_fee_per_token{15};
  ton::PriceMultipliers multipliers{};
  std::vector<std::string> models{};  // base names; each is registered as registered_model()
};
registry::Snapshot make_network(const NetworkTerms& terms);

inline constexpr std::string_view kModel = "lab/tiny";
inline constexpr std::string_view kOtherModel = "lab/small";
// "name@commit:verity-hash" with fixed commit and hash.
std::string registered_model(std::string_view base_name);
// The one worker image that the network allows.
base::Bits256 worker_image();
// The address, or the 32 secret bytes, that belong to a name: its hash.
ton::Address address_of(std::string_view name);
base::Bits256 secret_of(std::string_view name);

}  // namespace cocoon::sim
