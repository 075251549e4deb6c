// Reading a proxy contract's transactions.
#include "payment/chain/notices.h"

#include "payment/chain/fields.h"
#include "payment/chain/operations.h"

namespace cocoon::payment::chain {
namespace {

using base::Error;
using base::Nanoton;
using base::Result;
using ton::CellRef;
using ton::CellSlice;
using ton::TonError;
using ton::Transaction;

// The contract's code ran to its end, and what it ordered was carried out.
bool was_carried_out(const Transaction& transaction) {
  const auto& description = transaction.description;
  return description.compute == ton::ComputePhase::Succeeded && !description.aborted &&
         description.action_success == true;
}

Result<ClientEvent> load_money_event(Operation operation, CellSlice& payload) {
  const Nanoton amount = TRY(payload.load_coins());
  TRY(payload.load_address());
  TRY(payload.expect_end());
  if (operation == Operation::ToppedUp) return ClientEvent(ToppedUp{amount});
  if (operation == Operation::Restored) return ClientEvent(Restored{amount});
  const bool granted = operation == Operation::RefundGranted;
  return ClientEvent(Refunded{granted ? RefundKind::Granted : RefundKind::Forced, amount});
}

Result<ClientEvent> load_charged(CellSlice& payload) {
  Charged charged;
  charged.amount = TRY(payload.load_coins());
  charged.tokens = TRY(load_tokens(payload));
  charged.refund = TRY(payload.load_coins());
  TRY(payload.load_address());
  TRY(payload.expect_end());
  return ClientEvent(charged);
}

Result<ClientEvent> load_event(const CellRef& cell) {
  CellSlice payload = TRY(CellSlice::open(cell));
  const auto operation = static_cast<Operation>(TRY(payload.load_u32()));
  if (operation == Operation::ToppedUp || operation == Operation::Restored ||
      operation == Operation::RefundGranted || operation == Operation::RefundForced) {
    return load_money_event(operation, payload);
  }
  if (operation == Operation::Charged) return load_charged(payload);
  if (operation == Operation::Registered) {
    const std::uint64_t nonce = TRY(payload.load_uint(64));
    TRY(payload.expect_end());
    return ClientEvent(Registered{nonce});
  }
  if (operation == Operation::VoucherKeySet) {
    const base::Bits256 key = TRY(payload.load_bits256());
    TRY(payload.expect_end());
    return ClientEvent(VoucherKeySet{key});
  }
  return Error(TonError::ValueForm, "A client contract says something unknown.");
}

Result<ClientReport> load_client_report(CellSlice& body) {
  ClientReport report;
  report.query_id = TRY(body.load_uint(64));
  report.owner = TRY(body.load_address());
  CellSlice state = TRY(body.open_ref());
  report.state = TRY(load_state(state));
  report.balance = TRY(state.load_coins());
  report.stake = TRY(state.load_coins());
  report.tokens = TRY(load_tokens(state));
  report.secret_hash = TRY(state.load_bits256());
  TRY(state.expect_end());
  const CellRef payload = TRY(body.load_maybe_ref());
  TRY(body.expect_end());
  if (payload) report.event = TRY(load_event(payload));
  return report;
}

Result<WorkerReport> load_worker_report(CellSlice& body) {
  WorkerReport report;
  TRY(body.load_uint(64));
  report.owner = TRY(body.load_address());
  report.state = TRY(load_state(body));
  report.tokens = TRY(load_tokens(body));
  const CellRef payload = TRY(body.load_maybe_ref());
  TRY(body.expect_end());
  if (!payload) return report;
  CellSlice paid = TRY(CellSlice::open(payload));
  TRY(paid.expect_tag(number_of(Operation::WorkerPaid), 32));
  WorkerPaid parts;
  parts.worker_part = TRY(paid.load_coins());
  parts.proxy_part = TRY(paid.load_coins());
  TRY(paid.load_address());
  TRY(paid.expect_end());
  report.paid = parts;
  return report;
}

struct SignedMark {
  SaveState mark;
  base::Bits512 signature{};
};
Result<SignedMark> load_mark(CellSlice& body) {
  TRY(body.load_uint(64));
  TRY(body.expect_tag(number_of(Operation::SaveState), 32));
  SignedMark seen;
  seen.mark.seqno = TRY(body.load_u32());
  seen.mark.session = TRY(body.load_bits256());
  seen.signature = TRY(body.load_bits512());
  TRY(body.expect_end());
  return seen;
}

bool moves_coins(const ClientEvent& event) {
  return std::holds_alternative<ToppedUp>(event) || std::holds_alternative<Refunded>(event) ||
         std::holds_alternative<Charged>(event) || std::holds_alternative<Restored>(event);
}

// What the withdrawal paid, read from what it sent; the body does not say.
CommissionWithdrawn withdrawn(const Transaction& transaction, const ton::Address& owner) {
  constexpr std::uint32_t kPayout = 0xc59a7cd3;
  for (const ton::Message& message : transaction.out_messages) {
    auto body = CellSlice::open(message.body);
    if (!body || message.destination.account() != owner) continue;
    const auto number = body->load_u32();
    if (number && *number == kPayout) return {message.value.coins};
  }
  return {};
}

std::optional<ProxyNotice> client_notice(const ton::NetworkContracts& contracts,
                                         const ton::ProxyIdentity& proxy,
                                         const Transaction& transaction, const ton::Address& sender,
                                         CellSlice& body) {
  auto report = load_client_report(body);
  if (!report || sender != contracts.client_address(report->owner, proxy)) return std::nullopt;
  if (moves_coins(report->event) && !was_carried_out(transaction)) return std::nullopt;
  report->contract = sender;
  return ProxyNotice(std::move(*report));
}

std::optional<ProxyNotice> worker_notice(const ton::NetworkContracts& contracts,
                                         const ton::ProxyIdentity& proxy,
                                         const Transaction& transaction, const ton::Address& sender,
                                         CellSlice& body) {
  auto report = load_worker_report(body);
  if (!report || sender != contracts.worker_address(report->owner, proxy)) return std::nullopt;
  if (report->paid && !was_carried_out(transaction)) return std::nullopt;
  report->contract = sender;
  return ProxyNotice(*report);
}

}  // namespace

std::optional<ProxyNotice> read_notice(const ton::NetworkContracts& contracts,
                                       const ton::ProxyIdentity& proxy, const ton::Address& owner,
                                       const Transaction& transaction) {
  const auto& message = transaction.in_message;
  if (!message || message->kind != ton::Message::Kind::Internal || message->bounced) {
    return std::nullopt;
  }
  const auto sender = message->source.account();
  auto body = CellSlice::open(message->body);
  if (!sender || !body) return std::nullopt;
  const auto number = body->load_u32();
  if (!number) return std::nullopt;
  const auto operation = static_cast<Operation>(*number);
  if (operation == Operation::ClientRequest) {
    return client_notice(contracts, proxy, transaction, *sender, *body);
  }
  if (operation == Operation::WorkerRequest) {
    return worker_notice(contracts, proxy, transaction, *sender, *body);
  }
  if (operation == Operation::ProxyPayoutRequest && was_carried_out(transaction)) {
    return ProxyNotice(withdrawn(transaction, owner));
  }
  if (operation == Operation::DoNotProcess) {
    const auto seen = load_mark(*body);
    if (seen && is_signed_mark(seen->mark, proxy.contract, proxy.public_key, seen->signature))
      return ProxyNotice(MarkSeen{seen->mark});
  }
  return std::nullopt;
}

}  // namespace cocoon::payment::chain
