// What is different between two snapshots of one root contract, as typed events: so that whoever
// follows the root acts on what changed and on nothing else.
//
// Complete: two snapshots with the same contents give no event, and any difference in what a
// snapshot tells gives at least one. Deterministic: events come in the order of the list below,
// each kind by its own order (seqno, hash).
#pragma once

#include <variant>
#include <vector>

#include "registry/snapshot.h"

namespace cocoon::registry {

struct OwnerChanged {
  ton::Address before;
  ton::Address after;
  friend bool operator==(const OwnerChanged&, const OwnerChanged&) = default;
};

// Layout and network of the contracts: with them, the addresses of everybody's contracts change.
struct Kind {
  std::uint8_t struct_version = 0;
  std::uint32_t unique_id = 0;
  bool is_test = false;
  friend bool operator==(const Kind&, const Kind&) = default;
};
struct KindChanged {
  Kind before;
  Kind after;
  friend bool operator==(const KindChanged&, const KindChanged&) = default;
};

struct Prices {
  base::Nanoton per_token;
  base::Nanoton worker_fee_per_token;
  ton::PriceMultipliers multipliers;
  friend bool operator==(const Prices&, const Prices&) = default;
};
struct PricesChanged {
  Prices before;
  Prices after;
  friend bool operator==(const PricesChanged&, const PricesChanged&) = default;
};

// Delays before a close, and least stakes.
struct Terms {
  std::chrono::seconds proxy_delay_before_close{0};
  std::chrono::seconds client_delay_before_close{0};
  base::Nanoton min_proxy_stake;
  base::Nanoton min_client_stake;
  friend bool operator==(const Terms&, const Terms&) = default;
};
struct TermsChanged {
  Terms before;
  Terms after;
  friend bool operator==(const TermsChanged&, const TermsChanged&) = default;
};

enum class ContractKind { Proxy, Worker, Client };
struct CodeChanged {
  ContractKind contract = ContractKind::Proxy;
  base::Bits256 before{};  // hashes of the code cells
  base::Bits256 after{};
  friend bool operator==(const CodeChanged&, const CodeChanged&) = default;
};

// The params have a new version: contracts carry the old one until they are updated.
struct ParamsVersionChanged {
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  friend bool operator==(const ParamsVersionChanged&, const ParamsVersionChanged&) = default;
};

enum class HashList {
  ProxyImages,
  WorkerImages,
  Models,
  VerifiedProxies,
  VerifiedWorkers,
  VerifiedKeyManagers,
};
struct HashAdded {
  HashList list = HashList::ProxyImages;
  base::Bits256 hash{};
  friend bool operator==(const HashAdded&, const HashAdded&) = default;
};
struct HashRemoved {
  HashList list = HashList::ProxyImages;
  base::Bits256 hash{};
  friend bool operator==(const HashRemoved&, const HashRemoved&) = default;
};

struct ProxyAdded {
  RegisteredProxy proxy;
  friend bool operator==(const ProxyAdded&, const ProxyAdded&) = default;
};
struct ProxyRemoved {
  RegisteredProxy proxy;
  friend bool operator==(const ProxyRemoved&, const ProxyRemoved&) = default;
};
// The same seqno with other addresses.
struct ProxyMoved {
  RegisteredProxy before;
  RegisteredProxy after;
  friend bool operator==(const ProxyMoved&, const ProxyMoved&) = default;
};
// Counts that only tell how the list of proxies is kept.
struct ProxyListChanged {
  std::uint32_t last_seqno = 0;
  std::size_t unreadable = 0;
  friend bool operator==(const ProxyListChanged&, const ProxyListChanged&) = default;
};

// tidy: banned-names: the protocol's own name for this party
struct KeyManagerChanged {
  base::Bits256 public_key{};  // now
  base::Bits256 image_hash{};
  std::string address;
  friend bool operator==(const KeyManagerChanged&, const KeyManagerChanged&) = default;
};
struct KeyAdded {
  RegisteredKey key;
  friend bool operator==(const KeyAdded&, const KeyAdded&) = default;
};
struct KeyRemoved {
  RegisteredKey key;
  friend bool operator==(const KeyRemoved&, const KeyRemoved&) = default;
};

// Only the root's own count of changes went on.
struct VersionChanged {
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  friend bool operator==(const VersionChanged&, const VersionChanged&) = default;
};

using RootChange =
    std::variant<OwnerChanged, KindChanged, PricesChanged, TermsChanged, CodeChanged,
                 ParamsVersionChanged, HashAdded, HashRemoved, ProxyAdded, ProxyRemoved, ProxyMoved,
                 ProxyListChanged, KeyManagerChanged, KeyAdded, KeyRemoved, VersionChanged>;

// Both of the same root contract.
std::vector<RootChange> changes_between(const Snapshot& before, const Snapshot& after);

}  // namespace cocoon::registry
