// The root contract at one moment, typed and immutable: prices, allowed images and models, proxies,
// contract addresses.
//
// Read from the root account's data (struct versions 0 to 5) or, for a network without a chain,
// from JSON. What can't be understood is refused as a whole, but for one thing: a registered proxy
// with an unreadable address is left out.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/nanoton.h"
#include "base/result.h"
#include "registry/error.h"
#include "registry/limits.h"
#include "ton/address.h"
#include "ton/network_contracts.h"

namespace cocoon::registry {

struct RegisteredProxy {
  std::uint32_t seqno = 0;
  std::string workers_address;  // "host:port"
  std::string clients_address;
  friend bool operator==(const RegisteredProxy&, const RegisteredProxy&) = default;
};

struct RegisteredKey {
  base::Bits256 public_key{};
  std::uint8_t type = 0;
  std::uint32_t expire_at = 0;  // Unix seconds
  friend bool operator==(const RegisteredKey&, const RegisteredKey&) = default;
};

// All zero and empty where there is none, and below struct version 4.
// tidy: banned-names: the protocol's own name for this party
struct KeyManager {
  base::Bits256 public_key{};
  base::Bits256 image_hash{};
  std::string address;
  std::vector<RegisteredKey> registered_keys;  // by key
};

// Empty below struct version 5. Each sorted.
struct VerifiedKeys {
  std::vector<base::Bits256> proxies;
  std::vector<base::Bits256> workers;
  std::vector<base::Bits256> key_managers;
};

// Everything the root contract says. Lists are sorted and without repetition.
struct RootState {
  ton::Address address;  // of the root contract
  ton::Address owner;
  std::uint32_t version = 0;  // +1 on every change
  std::uint32_t last_proxy_seqno = 0;
  std::vector<base::Bits256> proxy_hashes;   // allowed images
  std::vector<base::Bits256> worker_hashes;  // allowed images
  std::vector<base::Bits256> model_hashes;   // SHA-256 of "name@commit:verity-hash"
  std::vector<RegisteredProxy> proxies;      // by seqno
  std::size_t unreadable_proxies = 0;        // left out of `proxies`
  ton::ContractParams params;
  KeyManager key_manager;
  VerifiedKeys verified_keys;
};

class Snapshot {
 public:
  // Refuses params without all three codes (code_missing).
  static base::Result<Snapshot> make(RootState state);

  const RootState& root() const { return state_; }
  const ton::NetworkContracts& contracts() const { return contracts_; }

  const ton::Address& owner() const { return state_.owner; }
  std::uint32_t version() const { return state_.version; }
  std::uint8_t struct_version() const { return state_.params.struct_version; }
  std::uint32_t params_version() const { return state_.params.params_version; }
  std::uint32_t unique_id() const { return state_.params.unique_id; }
  bool is_test() const { return state_.params.is_test; }
  base::Nanoton price_per_token() const { return state_.params.price_per_token; }
  base::Nanoton worker_fee_per_token() const { return state_.params.worker_fee_per_token; }
  const ton::PriceMultipliers& multipliers() const { return state_.params.multipliers; }
  std::chrono::seconds proxy_delay_before_close() const {
    return state_.params.proxy_delay_before_close;
  }
  std::chrono::seconds client_delay_before_close() const {
    return state_.params.client_delay_before_close;
  }
  base::Nanoton min_proxy_stake() const { return state_.params.min_proxy_stake; }
  base::Nanoton min_client_stake() const { return state_.params.min_client_stake; }
  const std::vector<RegisteredProxy>& proxies() const { return state_.proxies; }

  bool allows_proxy_image(const base::Bits256& image_hash) const;
  bool allows_worker_image(const base::Bits256& image_hash) const;
  bool allows_model(const base::Bits256& model_hash) const;
  // By the model string itself, "name@commit:verity-hash".
  bool allows_model(std::string_view model) const;

  // `owner`: the operator's address, for a proxy or worker; the client's wallet contract, for a
  // client.
  ton::Address proxy_address(const ton::Address& owner, const base::Bits256& public_key) const {
    return contracts_.proxy_address(owner, public_key);
  }
  ton::Address client_address(const ton::Address& owner, const ton::ProxyIdentity& proxy) const {
    return contracts_.client_address(owner, proxy);
  }
  ton::Address worker_address(const ton::Address& owner, const ton::ProxyIdentity& proxy) const {
    return contracts_.worker_address(owner, proxy);
  }

 private:
  Snapshot(RootState state, ton::NetworkContracts contracts)
      : state_(std::move(state)), contracts_(std::move(contracts)) {}
  RootState state_;
  ton::NetworkContracts contracts_;
};

// `data`: the data cell of the root account at `root`.
base::Result<Snapshot> parse_root_state(const ton::Address& root, const ton::CellRef& data);

// The simulated root of a network without a chain: an object with the members of
// `rootConfig.pseudo` (schema/protocol.tl). Derived: struct version 1, unique id 13, test network,
// multipliers 1, delays 600 s and 300 s, stakes 1 TON; each may be given too, under the name that
// /jsonstats shows (registry/README.md lists them). Unknown members are ignored, since files in use
// carry leftovers.
base::Result<Snapshot> parse_pseudo_config(const ton::Address& root, std::string_view json);

}  // namespace cocoon::registry
