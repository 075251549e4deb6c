// The contracts of one network: their initial data, and the addresses that follow from it.
//
// An address is the hash of code and initial data, and the data holds a copy of the params: a new
// params version moves every contract. Whoever knows the root's params can recompute any address;
// nobody has to be believed about one. Layouts: schema/contracts.tlb.
#pragma once

#include "ton/address.h"
#include "ton/contract_params.h"

namespace cocoon::ton {

struct StateInit {
  CellRef code;
  CellRef data;
};
// No split depth, not special, no library.
base::Result<CellRef> build_state_init(const StateInit& state);
// In workchain 0.
Address contract_address(const CellRef& state_init_cell);

// The initial data of a Cocoon wallet: seqno 0, subwallet 0.
CellRef wallet_data(const base::Bits256& public_key, const Address& owner);

// A proxy, as its clients and workers name it.
struct ProxyIdentity {
  Address contract;
  base::Bits256 public_key{};  // signs payments
};

class NetworkContracts {
 public:
  // Refuses params without all three codes (cell_missing) and those that parse_contract_params
  // would refuse.
  static base::Result<NetworkContracts> make(const Address& root, const ContractParams& params);

  // `owner`: the operator's address, for a proxy or worker; the client's wallet contract, for a
  // client.
  StateInit proxy_state(const Address& owner, const base::Bits256& public_key) const;
  StateInit client_state(const Address& owner, const ProxyIdentity& proxy) const;
  StateInit worker_state(const Address& owner, const ProxyIdentity& proxy) const;

  Address proxy_address(const Address& owner, const base::Bits256& public_key) const;
  Address client_address(const Address& owner, const ProxyIdentity& proxy) const;
  Address worker_address(const Address& owner, const ProxyIdentity& proxy) const;

 private:
  NetworkContracts() = default;
  Address root_;
  base::Nanoton client_stake_;
  CellRef proxy_code_;
  CellRef worker_code_;
  CellRef client_code_;
  CellRef proxy_params_;  // without proxy code
  CellRef peer_params_;   // without code
};

}  // namespace cocoon::ton
