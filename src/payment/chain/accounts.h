// What the accounts of client, proxy and worker contracts hold, read from their data cells.
// Layouts: schema/contracts.tlb, of the live network and of ours. Anything else is refused by ton's
// reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/nanoton.h"
#include "base/tokens.h"
#include "ton/address.h"
#include "ton/cell.h"

namespace cocoon::payment::chain {

// Of a client's channel, and of a proxy's treasury (there "normal" is called open).
enum class ContractState : std::uint8_t { Normal = 0, Closing = 1, Closed = 2 };
// "normal", "closing", "closed".
std::string_view state_name(ContractState state);
base::Result<ContractState> contract_state(std::uint64_t number);

// Who may charge: set once, and then only vouchers of this key do.
struct VoucherTerms {
  base::Bits256 key{};
  base::Nanoton charged;  // since the contract began
};

struct ClientAccount {
  ContractState state = ContractState::Normal;
  base::Nanoton balance;        // not charged so far
  base::Nanoton stake;          // of which this can't be withdrawn without closing
  base::TokenCount tokens;      // charged since the contract began
  std::uint32_t unlock_at = 0;  // Unix seconds; of a closing channel
  base::Bits256 secret_hash{};
  ton::Address owner;
  ton::Address proxy;
  base::Bits256 proxy_key{};
  std::optional<VoucherTerms> voucher;
};

struct ProxyAccount {
  ton::Address owner;
  base::Bits256 public_key{};
  ton::Address root;
  ContractState state = ContractState::Normal;
  base::Nanoton commission;
  base::Nanoton stake;
  std::uint32_t unlock_at = 0;
  base::Nanoton client_funds;  // these two: 0 on the live network, which does not count them
  base::Nanoton earned;
};

struct WorkerAccount {
  ton::Address owner;
  ton::Address proxy;
  base::Bits256 proxy_key{};
  ContractState state = ContractState::Normal;
  base::TokenCount tokens;  // paid for
};

base::Result<ClientAccount> parse_client_account(const ton::CellRef& data);
base::Result<ProxyAccount> parse_proxy_account(const ton::CellRef& data);
base::Result<WorkerAccount> parse_worker_account(const ton::CellRef& data);

}  // namespace cocoon::payment::chain
