// What a proxy contract's transactions say about its clients and workers.
//
// Contracts tell the proxy contract what happened to them. Some of it moves coins, and then counts
// only if the proxy contract carried it out; some is sent with 1 nanoton, which buys no computation
// there, and is word for those who read transactions. Either way anybody can send such bodies, so
// the sender's address is recomputed from the owner that the body names. Layouts:
// schema/contracts.tlb.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "payment/chain/accounts.h"
#include "payment/chain/bodies.h"
#include "ton/network_contracts.h"
#include "ton/transaction.h"

namespace cocoon::payment::chain {

// A secret, a stake or a state changed: the report's own fields say it.
struct StateTold {};
struct ToppedUp {
  base::Nanoton amount;
};
struct Registered {
  std::uint64_t nonce = 0;
};
enum class RefundKind { Granted, Forced };
struct Refunded {
  RefundKind kind = RefundKind::Granted;
  base::Nanoton amount;  // went to the client's owner
};
struct Charged {
  base::Nanoton amount;
  base::TokenCount tokens;  // by how much the count grew
  base::Nanoton refund;     // went to the client's owner
};
// Coins of a refused deposit, given back because they had been spent from.
struct Restored {
  base::Nanoton amount;
};
struct VoucherKeySet {
  base::Bits256 key{};
};
using ClientEvent =
    std::variant<StateTold, ToppedUp, Registered, Refunded, Charged, Restored, VoucherKeySet>;

// The client contract as it was when it spoke.
struct ClientReport {
  ton::Address owner;
  ton::Address contract;
  std::uint64_t query_id = 0;
  ContractState state = ContractState::Normal;
  base::Nanoton balance;
  base::Nanoton stake;
  base::TokenCount tokens;
  base::Bits256 secret_hash{};
  ClientEvent event;
};

struct WorkerPaid {
  base::Nanoton worker_part;
  base::Nanoton proxy_part;
};
struct WorkerReport {
  ton::Address owner;
  ton::Address contract;
  ContractState state = ContractState::Normal;
  base::TokenCount tokens;         // paid for, this time included
  std::optional<WorkerPaid> paid;  // nothing: it only registered
};

// The commission went to the contract's owner.
struct CommissionWithdrawn {
  base::Nanoton amount;
};
// A mark with the proxy's signature for this contract, whoever sent it.
struct MarkSeen {
  SaveState mark;
};
using ProxyNotice = std::variant<ClientReport, WorkerReport, CommissionWithdrawn, MarkSeen>;

// Nothing for transactions that say nothing we trust: forged, refused by the contract, bounced, or
// about something else.
std::optional<ProxyNotice> read_notice(const ton::NetworkContracts& contracts,
                                       const ton::ProxyIdentity& proxy, const ton::Address& owner,
                                       const ton::Transaction& transaction);

}  // namespace cocoon::payment::chain
