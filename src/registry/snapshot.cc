// What a snapshot answers.
#include "registry/snapshot.h"

#include <algorithm>

#include "crypto/hash.h"

namespace cocoon::registry {
namespace {

bool contains(const std::vector<base::Bits256>& sorted, const base::Bits256& hash) {
  return std::binary_search(sorted.begin(), sorted.end(), hash);
}

}  // namespace

base::Result<Snapshot> Snapshot::make(RootState state) {
  const ton::ContractParams& params = state.params;
  if (!params.proxy_code || !params.worker_code || !params.client_code) {
    return base::Error(RegistryError::CodeMissing, "The root names no code for its contracts.");
  }
  const auto by_seqno = [](const RegisteredProxy& a, const RegisteredProxy& b) {
    return a.seqno < b.seqno;
  };
  CHECK(std::is_sorted(state.proxies.begin(), state.proxies.end(), by_seqno));
  for (const auto* hashes : {&state.proxy_hashes, &state.worker_hashes, &state.model_hashes}) {
    CHECK(std::is_sorted(hashes->begin(), hashes->end()));
  }
  ton::NetworkContracts contracts = TRY(ton::NetworkContracts::make(state.address, params));
  return Snapshot(std::move(state), std::move(contracts));
}

bool Snapshot::allows_proxy_image(const base::Bits256& image_hash) const {
  return contains(state_.proxy_hashes, image_hash);
}

bool Snapshot::allows_worker_image(const base::Bits256& image_hash) const {
  return contains(state_.worker_hashes, image_hash);
}

bool Snapshot::allows_model(const base::Bits256& model_hash) const {
  return contains(state_.model_hashes, model_hash);
}

bool Snapshot::allows_model(std::string_view model) const {
  return allows_model(crypto::sha256(base::as_bytes(model)));
}

}  // namespace cocoon::registry
