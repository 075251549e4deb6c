// What the owner of a root contract writes: the data of a new root, and the orders that change one.
// Layouts: schema/contracts.tlb.
#pragma once

#include <string>
#include <vector>

#include "registry/snapshot.h"

namespace cocoon::registry {

// The data of a root account in this state, for deploying it; parse_root_state reads it back.
// Struct versions 0 to 5, without registered keys and verified keys. Refuses states that no cell
// can hold: texts beyond kMaxAddressTextBytes, amounts below 0.
base::Result<ton::CellRef> build_root_data(const RootState& state);

// One message to the root, and what it does, for people: "add worker image 0102...".
struct RootOrder {
  std::string what;
  ton::CellRef body;
};

// The orders that lead from one state to the other, in the order in which they are to be sent.
// Query ids are counted up from `query_id`. What differs in params beyond prices, multipliers,
// delays, stakes and code is not touched, nor are owner and key manager.
base::Result<std::vector<RootOrder>> root_orders(const RootState& from, const RootState& to,
                                                 std::uint64_t query_id);

// "workers_host:port clients_host:port", as a proxy is registered.
std::string proxy_address_text(const RegisteredProxy& proxy);

}  // namespace cocoon::registry
