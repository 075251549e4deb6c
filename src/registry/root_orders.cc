#include "registry/root_orders.h"

#include <algorithm>

#include "base/encoding.h"
#include "registry/root_layout.h"
#include "ton/cell_builder.h"
#include "ton/dictionary.h"

namespace cocoon::registry {
namespace {

using base::Result;
using ton::CellBuilder;
using ton::CellRef;
using ton::DictionaryEntry;

enum class Op : std::uint32_t {
  AddProxyHash = 0x71860e80,
  DeleteProxyHash = 0x3c41d0b2,
  AddWorkerHash = 0xe34b1c60,
  DeleteWorkerHash = 0x8d94a79a,
  AddModelHash = 0xc146134d,
  DeleteModelHash = 0x92b11c18,
  RegisterProxy = 0x927c7cb5,
  UnregisterProxy = 0x6d49eaf2,
  UpdateProxy = 0x9c7924ba,
  ChangeParams = 0x022fa189,
  ChangeMultipliers = 0x9f1e69dc,
  UpgradeContracts = 0xa2370f61,
};

constexpr std::size_t kHashShown = 8;  // hexadecimal digits

Result<void> store_text(CellBuilder& builder, std::string_view text) {
  if (text.size() > kMaxAddressTextBytes) {
    return base::Error(RegistryError::ConfigMember, "An address text is too long.");
  }
  builder.store_bit(false).store_uint(text.size(), 7).store_bytes(base::as_bytes(text));
  return {};
}

Result<CellRef> hash_set(std::vector<base::Bits256> hashes) {
  std::ranges::sort(hashes);
  hashes.erase(std::ranges::unique(hashes).begin(), hashes.end());
  const CellRef nothing = CellBuilder().finish_fixed();
  std::vector<DictionaryEntry> entries;
  for (const auto& hash : hashes) {
    entries.push_back({base::to_bytes(hash), TRY(ton::CellSlice::open(nothing))});
  }
  return ton::build_dictionary(entries, kHashBits);
}

base::Bytes seqno_key(std::uint32_t seqno) {
  base::Bytes key;
  for (int shift = 24; shift >= 0; shift -= 8) {
    key.push_back(static_cast<std::uint8_t>(seqno >> shift));
  }
  return key;
}

Result<CellRef> proxy_list(std::vector<RegisteredProxy> proxies) {
  std::ranges::sort(proxies, {}, &RegisteredProxy::seqno);
  std::vector<DictionaryEntry> entries;
  for (const auto& proxy : proxies) {
    if (!entries.empty() && entries.back().key == seqno_key(proxy.seqno)) {
      return base::Error(RegistryError::ConfigMember, "Two proxies have one sequence number.");
    }
    CellBuilder value;
    TRY(store_text(value, proxy_address_text(proxy)));
    const CellRef cell = TRY(value.finish());
    entries.push_back({seqno_key(proxy.seqno), TRY(ton::CellSlice::open(cell))});
  }
  return ton::build_dictionary(entries, kSeqnoBits);
}

Result<CellRef> lists_cell(const RootState& state) {
  CellBuilder lists;
  lists.store_maybe_ref(TRY(hash_set(state.proxy_hashes)));
  lists.store_maybe_ref(TRY(proxy_list(state.proxies)));
  lists.store_uint(state.last_proxy_seqno, 32);
  lists.store_maybe_ref(TRY(hash_set(state.worker_hashes)));
  lists.store_maybe_ref(TRY(hash_set(state.model_hashes)));
  return lists.finish();
}

// Collects orders and counts their query ids.
class Orders {
 public:
  explicit Orders(std::uint64_t query_id) : query_id_(query_id) {}

  CellBuilder begin(Op op) {
    CellBuilder body;
    body.store_uint(static_cast<std::uint32_t>(op), 32).store_uint(query_id_++, 64);
    return body;
  }
  Result<void> add(std::string what, const CellBuilder& body) {
    list_.push_back({std::move(what), TRY(body.finish())});
    return {};
  }
  Result<void> hash(Op op, const std::string& what, const base::Bits256& hash) {
    return add(what + " " + base::to_hex(hash).substr(0, kHashShown) + "...",
               begin(op).store_bytes(hash));
  }
  // New ones first, so that nobody is without between the two.
  Result<void> hashes(const std::string& name, Op adding, Op deleting,
                      const std::vector<base::Bits256>& from,
                      const std::vector<base::Bits256>& to) {
    for (const auto& one : to) {
      if (std::ranges::find(from, one) == from.end()) TRY(hash(adding, "add " + name, one));
    }
    for (const auto& one : from) {
      if (std::ranges::find(to, one) == to.end()) TRY(hash(deleting, "remove " + name, one));
    }
    return {};
  }
  std::vector<RootOrder> take() { return std::move(list_); }

 private:
  std::uint64_t query_id_;
  std::vector<RootOrder> list_;
};

const RegisteredProxy* with_seqno(const std::vector<RegisteredProxy>& proxies,
                                  std::uint32_t seqno) {
  const auto found = std::ranges::find(proxies, seqno, &RegisteredProxy::seqno);
  return found == proxies.end() ? nullptr : &*found;
}

// The root gives new proxies the next sequence number, whatever number they have here.
Result<void> order_proxies(Orders& orders, const RootState& from, const RootState& to) {
  for (const auto& proxy : to.proxies) {
    const std::string text = proxy_address_text(proxy);
    const RegisteredProxy* before = with_seqno(from.proxies, proxy.seqno);
    if (before == nullptr) {
      CellBuilder body = orders.begin(Op::RegisterProxy);
      TRY(store_text(body, text));
      TRY(orders.add("register proxy " + text, body));
    } else if (*before != proxy) {
      CellBuilder body = orders.begin(Op::UpdateProxy);
      TRY(store_text(body.store_uint(proxy.seqno, 32), text));
      TRY(orders.add("move proxy " + std::to_string(proxy.seqno) + " to " + text, body));
    }
  }
  for (const auto& proxy : from.proxies) {
    if (with_seqno(to.proxies, proxy.seqno) != nullptr) continue;
    TRY(orders.add("remove proxy " + std::to_string(proxy.seqno),
                   orders.begin(Op::UnregisterProxy).store_uint(proxy.seqno, 32)));
  }
  return {};
}

bool same_prices(const ton::ContractParams& a, const ton::ContractParams& b) {
  return a.price_per_token == b.price_per_token &&
         a.worker_fee_per_token == b.worker_fee_per_token &&
         a.proxy_delay_before_close == b.proxy_delay_before_close &&
         a.client_delay_before_close == b.client_delay_before_close &&
         a.min_proxy_stake == b.min_proxy_stake && a.min_client_stake == b.min_client_stake;
}

bool same_code(const CellRef& a, const CellRef& b) { return !a || !b || a->hash() == b->hash(); }

Result<void> order_params(Orders& orders, const ton::ContractParams& from,
                          const ton::ContractParams& to) {
  if (!same_prices(from, to)) {
    CellBuilder body = orders.begin(Op::ChangeParams);
    body.store_coins(to.price_per_token).store_coins(to.worker_fee_per_token);
    body.store_uint(static_cast<std::uint32_t>(to.proxy_delay_before_close.count()), 32);
    body.store_uint(static_cast<std::uint32_t>(to.client_delay_before_close.count()), 32);
    body.store_coins(to.min_proxy_stake).store_coins(to.min_client_stake);
    TRY(orders.add("change prices, delays and stakes", body));
  }
  if (from.multipliers != to.multipliers) {
    CellBuilder body = orders.begin(Op::ChangeMultipliers);
    for (const std::uint32_t factor : {to.multipliers.prompt, to.multipliers.cached,
                                       to.multipliers.completion, to.multipliers.reasoning}) {
      body.store_uint(factor, 32);
    }
    TRY(orders.add("change multipliers", body));
  }
  if (!same_code(from.proxy_code, to.proxy_code) || !same_code(from.worker_code, to.worker_code) ||
      !same_code(from.client_code, to.client_code)) {
    CellBuilder body = orders.begin(Op::UpgradeContracts);
    for (const CellRef& code : {to.proxy_code, to.worker_code, to.client_code}) {
      body.store_ref(code);
    }
    TRY(orders.add("change the contracts' code", body));
  }
  return {};
}

}  // namespace

std::string proxy_address_text(const RegisteredProxy& proxy) {
  if (proxy.workers_address == proxy.clients_address) return proxy.workers_address;
  return proxy.workers_address + " " + proxy.clients_address;
}

Result<CellRef> build_root_data(const RootState& state) {
  CellBuilder data;
  data.store_address(state.owner).store_uint(state.version, 32);
  data.store_ref(TRY(lists_cell(state)));
  data.store_ref(TRY(ton::build_contract_params(state.params, ton::ParamsForm::Full)));
  if (state.params.struct_version >= kSinceKeyManager) {
    CellBuilder manager;
    manager.store_maybe_ref(nullptr).store_bytes(state.key_manager.public_key);
    manager.store_bytes(state.key_manager.image_hash);
    TRY(store_text(manager, state.key_manager.address));
    data.store_ref(TRY(manager.finish()));
  }
  if (state.params.struct_version >= kSinceVerifiedKeys) {
    CellBuilder keys;
    for (int i = 0; i < 3; ++i) keys.store_maybe_ref(nullptr);
    data.store_ref(TRY(keys.finish()));
  }
  return data.finish();
}

Result<std::vector<RootOrder>> root_orders(const RootState& from, const RootState& to,
                                           std::uint64_t query_id) {
  Orders orders(query_id);
  TRY(order_params(orders, from.params, to.params));
  TRY(orders.hashes("proxy image", Op::AddProxyHash, Op::DeleteProxyHash, from.proxy_hashes,
                    to.proxy_hashes));
  TRY(orders.hashes("worker image", Op::AddWorkerHash, Op::DeleteWorkerHash, from.worker_hashes,
                    to.worker_hashes));
  TRY(orders.hashes("model", Op::AddModelHash, Op::DeleteModelHash, from.model_hashes,
                    to.model_hashes));
  TRY(order_proxies(orders, from, to));
  return orders.take();
}

}  // namespace cocoon::registry
