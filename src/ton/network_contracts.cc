// Initial data of the proxy, client, worker and wallet contracts.
#include "ton/network_contracts.h"

#include "ton/cell_builder.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kStateNormal = 0;

Address address_of(const StateInit& state) {
  const base::Result<CellRef> cell = build_state_init(state);
  CHECK(cell);
  return contract_address(*cell);
}

}  // namespace

base::Result<CellRef> build_state_init(const StateInit& state) {
  CellBuilder cell;
  cell.store_bit(false).store_bit(false);  // no split depth, not special
  cell.store_maybe_ref(state.code).store_maybe_ref(state.data);
  return cell.store_bit(false).finish();  // no library
}

Address contract_address(const CellRef& state_init_cell) { return {0, state_init_cell->hash()}; }

CellRef wallet_data(const base::Bits256& public_key, const Address& owner) {
  CellBuilder data;
  data.store_uint(0, 32).store_uint(0, 32);  // seqno, subwallet
  data.store_bytes(public_key);
  return data.store_uint(0, 32).store_address(owner).finish_fixed();  // status
}

base::Result<NetworkContracts> NetworkContracts::make(const Address& root,
                                                      const ContractParams& params) {
  for (const CellRef& code : {params.proxy_code, params.worker_code, params.client_code}) {
    if (!code) return base::Error(TonError::CellMissing, "The network names no contract code.");
  }
  if (params.min_client_stake < base::Nanoton(0)) {
    return base::Error(TonError::ValueOutOfRange, "A stake is negative.");
  }
  NetworkContracts contracts;
  contracts.root_ = root;
  contracts.client_stake_ = params.min_client_stake;
  contracts.proxy_code_ = params.proxy_code;
  contracts.worker_code_ = params.worker_code;
  contracts.client_code_ = params.client_code;
  // Code is at most kMaxCodeDepth deep here, so everything built from these cells below stays
  // within the limit.
  contracts.proxy_params_ = TRY(build_contract_params(params, ParamsForm::WithoutProxyCode));
  contracts.peer_params_ = TRY(build_contract_params(params, ParamsForm::WithoutCode));
  return contracts;
}

StateInit NetworkContracts::proxy_state(const Address& owner,
                                        const base::Bits256& public_key) const {
  CellBuilder data;
  data.store_address(owner).store_bytes(public_key).store_address(root_);
  data.store_uint(kStateNormal, 2);
  data.store_coins(base::Nanoton(0)).store_coins(base::Nanoton(0));  // balance, stake
  data.store_uint(0, 32);                                            // unlock time
  return {proxy_code_, data.store_ref(proxy_params_).finish_fixed()};
}

StateInit NetworkContracts::client_state(const Address& owner, const ProxyIdentity& proxy) const {
  CellBuilder parties;
  parties.store_address(owner).store_address(proxy.contract).store_bytes(proxy.public_key);
  CellBuilder data;
  data.store_uint(kStateNormal, 2);
  data.store_coins(base::Nanoton(0)).store_coins(client_stake_);  // balance, stake
  data.store_uint(0, 64).store_uint(0, 32);                       // tokens, unlock time
  data.store_bytes(base::Bits256{});                              // secret hash
  return {client_code_,
          data.store_ref(parties.finish_fixed()).store_ref(peer_params_).finish_fixed()};
}

StateInit NetworkContracts::worker_state(const Address& owner, const ProxyIdentity& proxy) const {
  CellBuilder data;
  data.store_address(owner).store_address(proxy.contract).store_bytes(proxy.public_key);
  data.store_uint(kStateNormal, 2).store_uint(0, 64);  // state, tokens
  return {worker_code_, data.store_ref(peer_params_).finish_fixed()};
}

Address NetworkContracts::proxy_address(const Address& owner,
                                        const base::Bits256& public_key) const {
  return address_of(proxy_state(owner, public_key));
}

Address NetworkContracts::client_address(const Address& owner, const ProxyIdentity& proxy) const {
  return address_of(client_state(owner, proxy));
}

Address NetworkContracts::worker_address(const Address& owner, const ProxyIdentity& proxy) const {
  return address_of(worker_state(owner, proxy));
}

}  // namespace cocoon::ton
