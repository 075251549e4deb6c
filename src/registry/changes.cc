// Comparing snapshots field by field, and their sorted lists in one pass each.
#include "registry/changes.h"

namespace cocoon::registry {
namespace {

using Changes = std::vector<RootChange>;

// Walks two lists that are sorted by `key`: what is only in one of them, and what is in both.
template <class T, class Key, class Removed, class Added, class Both>
void compare_sorted(const std::vector<T>& before, const std::vector<T>& after, const Key& key,
                    const Removed& removed, const Added& added, const Both& both) {
  auto left = before.begin();
  auto right = after.begin();
  while (left != before.end() || right != after.end()) {
    if (right == after.end() || (left != before.end() && key(*left) < key(*right))) {
      removed(*left++);
    } else if (left == before.end() || key(*right) < key(*left)) {
      added(*right++);
    } else {
      both(*left++, *right++);
    }
  }
}

void compare_hashes(HashList list, const std::vector<base::Bits256>& before,
                    const std::vector<base::Bits256>& after, Changes& out) {
  compare_sorted(
      before, after, [](const base::Bits256& hash) { return hash; },
      [&](const base::Bits256& hash) { out.emplace_back(HashRemoved{list, hash}); },
      [&](const base::Bits256& hash) { out.emplace_back(HashAdded{list, hash}); },
      [](const base::Bits256&, const base::Bits256&) {});
}

void compare_proxies(const RootState& before, const RootState& after, Changes& out) {
  compare_sorted(
      before.proxies, after.proxies, [](const RegisteredProxy& proxy) { return proxy.seqno; },
      [&](const RegisteredProxy& proxy) { out.emplace_back(ProxyRemoved{proxy}); },
      [&](const RegisteredProxy& proxy) { out.emplace_back(ProxyAdded{proxy}); },
      [&](const RegisteredProxy& old, const RegisteredProxy& now) {
        if (old != now) out.emplace_back(ProxyMoved{old, now});
      });
  const ProxyListChanged then{before.last_proxy_seqno, before.unreadable_proxies};
  const ProxyListChanged now{after.last_proxy_seqno, after.unreadable_proxies};
  if (then != now) out.emplace_back(now);
}

void compare_keys(const KeyManager& before, const KeyManager& after, Changes& out) {
  const KeyManagerChanged then{before.public_key, before.image_hash, before.address};
  const KeyManagerChanged now{after.public_key, after.image_hash, after.address};
  if (then != now) out.emplace_back(now);
  compare_sorted(
      before.registered_keys, after.registered_keys,
      [](const RegisteredKey& key) { return key.public_key; },
      [&](const RegisteredKey& key) { out.emplace_back(KeyRemoved{key}); },
      [&](const RegisteredKey& key) { out.emplace_back(KeyAdded{key}); },
      [&](const RegisteredKey& old, const RegisteredKey& now_key) {
        if (old == now_key) return;
        out.emplace_back(KeyRemoved{old});
        out.emplace_back(KeyAdded{now_key});
      });
}

void compare_code(ContractKind contract, const ton::CellRef& before, const ton::CellRef& after,
                  Changes& out) {
  if (before->hash() == after->hash()) return;
  out.emplace_back(CodeChanged{contract, before->hash(), after->hash()});
}

Kind kind_of(const ton::ContractParams& params) {
  return {params.struct_version, params.unique_id, params.is_test};
}
Prices prices_of(const ton::ContractParams& params) {
  return {params.price_per_token, params.worker_fee_per_token, params.multipliers};
}
Terms terms_of(const ton::ContractParams& params) {
  return {params.proxy_delay_before_close, params.client_delay_before_close, params.min_proxy_stake,
          params.min_client_stake};
}

// A snapshot has all three codes.
void compare_params(const ton::ContractParams& before, const ton::ContractParams& after,
                    Changes& out) {
  if (kind_of(before) != kind_of(after)) {
    out.emplace_back(KindChanged{kind_of(before), kind_of(after)});
  }
  if (prices_of(before) != prices_of(after)) {
    out.emplace_back(PricesChanged{prices_of(before), prices_of(after)});
  }
  if (terms_of(before) != terms_of(after)) {
    out.emplace_back(TermsChanged{terms_of(before), terms_of(after)});
  }
  compare_code(ContractKind::Proxy, before.proxy_code, after.proxy_code, out);
  compare_code(ContractKind::Worker, before.worker_code, after.worker_code, out);
  compare_code(ContractKind::Client, before.client_code, after.client_code, out);
  if (before.params_version != after.params_version) {
    out.emplace_back(ParamsVersionChanged{before.params_version, after.params_version});
  }
}

}  // namespace

std::vector<RootChange> changes_between(const Snapshot& before, const Snapshot& after) {
  const RootState& old = before.root();
  const RootState& now = after.root();
  CHECK(old.address == now.address);
  Changes out;
  if (old.owner != now.owner) out.emplace_back(OwnerChanged{old.owner, now.owner});
  compare_params(old.params, now.params, out);
  compare_hashes(HashList::ProxyImages, old.proxy_hashes, now.proxy_hashes, out);
  compare_hashes(HashList::WorkerImages, old.worker_hashes, now.worker_hashes, out);
  compare_hashes(HashList::Models, old.model_hashes, now.model_hashes, out);
  compare_hashes(HashList::VerifiedProxies, old.verified_keys.proxies, now.verified_keys.proxies,
                 out);
  compare_hashes(HashList::VerifiedWorkers, old.verified_keys.workers, now.verified_keys.workers,
                 out);
  compare_hashes(HashList::VerifiedKeyManagers, old.verified_keys.key_managers,
                 now.verified_keys.key_managers, out);
  compare_proxies(old, now, out);
  compare_keys(old.key_manager, now.key_manager, out);
  if (old.version != now.version) out.emplace_back(VersionChanged{old.version, now.version});
  return out;
}

}  // namespace cocoon::registry
