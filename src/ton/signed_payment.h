// Signed payments: the proxy's word that a client or worker contract has used so many tokens in
// all.
//
// The signature covers operation, query id, tokens and the receiving contract, as the hash of the
// payload cell. It does not cover `excesses` (who gets unspent message value back): the holder may
// replace it. Replay is stopped by the receiver's address and by counts that only grow. Layout:
// schema/contracts.tlb.
#pragma once

#include <cstdint>
#include <optional>

#include "base/tokens.h"
#include "crypto/ed25519.h"
#include "ton/address.h"
#include "ton/cell.h"

namespace cocoon::ton {

enum class PaymentOp : std::uint32_t {
  ClientCharge = 0xbb63ff93,
  ClientGrantRefund = 0xefd711e1,
  WorkerPayout = 0xa040ad28,
  WorkerLastPayout = 0xf5f26a36,
  ProxyClose = 0x636a4391,
  ProxyCloseComplete = 0xe511abc7,
};
// Nothing for other numbers.
std::optional<PaymentOp> payment_op(std::uint32_t number);
// False for the two closing operations of a proxy.
bool carries_tokens(PaymentOp op);

// What is signed.
struct PaymentOrder {
  PaymentOp op = PaymentOp::ClientCharge;
  std::uint64_t query_id = 0;
  base::TokenCount tokens;  // since the contract began; 0 if the operation carries none
  Address receiver;
  friend bool operator==(const PaymentOrder&, const PaymentOrder&) = default;
};

struct SignedPayment {
  PaymentOrder order;
  base::Bits512 signature{};
  Address excesses;
  friend bool operator==(const SignedPayment&, const SignedPayment&) = default;
};

// The cell whose hash is signed. Token counts below 0 end the process.
CellRef payment_payload(const PaymentOrder& order);
// The message body to send to the receiver.
CellRef payment_message(const SignedPayment& payment);
// The same as a bag of cells, as peers exchange it.
base::Bytes serialize_signed_payment(const SignedPayment& payment);

SignedPayment sign_payment(const PaymentOrder& order, const Address& excesses,
                           const crypto::Ed25519PrivateKey& proxy_key);
base::Bytes make_signed_payment(PaymentOp op, std::uint64_t query_id, base::TokenCount tokens,
                                const Address& receiver, const Address& excesses,
                                const crypto::Ed25519PrivateKey& proxy_key);

// Checks the form only; verify_payment checks the rest.
base::Result<SignedPayment> parse_signed_payment(base::BytesView boc);
base::Result<SignedPayment> parse_payment_message(const CellRef& message);
// payment_receiver or payment_signature, if it is not this proxy's word to this contract.
base::Result<void> verify_payment(const SignedPayment& payment, const base::Bits256& proxy_key,
                                  const Address& expected_receiver);

}  // namespace cocoon::ton
