// Contract code is a cell with its contract's name: addresses follow from it as from real code, and
// nothing runs it.
#include "sim/network.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/hash.h"
#include "ton/cell_builder.h"

namespace cocoon::sim {
namespace {

ton::CellRef code_named(std::string_view name) {
  return ton::CellBuilder().store_bytes(base::as_bytes(name)).finish_fixed();
}

}  // namespace

registry::Snapshot make_network(const NetworkTerms& terms) {
  registry::RootState state;
  state.address = address_of("root");
  state.owner = address_of("root owner");
  state.version = terms.version;
  state.worker_hashes = {worker_image()};
  for (const auto& model : terms.models) {
    state.model_hashes.push_back(crypto::sha256(base::as_bytes(registered_model(model))));
  }
  std::ranges::sort(state.model_hashes);
  state.params.params_version = 1;
  state.params.unique_id = 13;
  state.params.is_test = terms.kind == NetworkKind::Test;
  state.params.price_per_token = terms.price_per_token;
  state.params.worker_fee_per_token = terms.worker_fee_per_token;
  state.params.multipliers = terms.multipliers;
  state.params.proxy_code = code_named("proxy");
  state.params.worker_code = code_named("worker");
  state.params.client_code = code_named("client");
  auto network = registry::Snapshot::make(std::move(state));
  CHECK(network);
  return *std::move(network);
}

std::string registered_model(std::string_view base_name) {
  return std::string(base_name) + "@0123abcd:" + std::string(64, '0');
}

base::Bits256 worker_image() { return crypto::sha256(base::as_bytes("worker image")); }

ton::Address address_of(std::string_view name) { return {0, crypto::sha256(base::as_bytes(name))}; }

base::Bits256 secret_of(std::string_view name) {
  return crypto::sha256(base::as_bytes("secret of " + std::string(name)));
}

}  // namespace cocoon::sim
