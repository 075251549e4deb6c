// Building, reading and checking signed payments.
#include "ton/signed_payment.h"

#include "ton/boc.h"
#include "ton/cell_builder.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {
namespace {

constexpr BocLimits kPaymentLimits{.max_bytes = kMaxPaymentBytes, .max_cells = 2, .max_roots = 1};

base::Result<PaymentOp> load_op(CellSlice& slice) {
  const std::optional<PaymentOp> op = payment_op(TRY(slice.load_u32()));
  if (!op) return base::Error(TonError::PaymentForm, "This message is not a signed payment.");
  return *op;
}

base::Result<PaymentOrder> parse_payload(const CellRef& payload) {
  CellSlice slice = TRY(CellSlice::open(payload));
  PaymentOrder order;
  order.op = TRY(load_op(slice));
  order.query_id = TRY(slice.load_uint(64));
  if (carries_tokens(order.op)) {
    const std::uint64_t tokens = TRY(slice.load_uint(64));
    if (tokens > INT64_MAX) {
      return base::Error(TonError::ValueOutOfRange, "A payment is for impossibly many tokens.");
    }
    order.tokens = {static_cast<std::int64_t>(tokens)};
  }
  order.receiver = TRY(slice.load_address());
  TRY(slice.expect_end());
  return order;
}

}  // namespace

std::optional<PaymentOp> payment_op(std::uint32_t number) {
  for (const PaymentOp op :
       {PaymentOp::ClientCharge, PaymentOp::ClientGrantRefund, PaymentOp::WorkerPayout,
        PaymentOp::WorkerLastPayout, PaymentOp::ProxyClose, PaymentOp::ProxyCloseComplete}) {
    if (static_cast<std::uint32_t>(op) == number) return op;
  }
  return std::nullopt;
}

bool carries_tokens(PaymentOp op) {
  switch (op) {
    case PaymentOp::ClientCharge:
    case PaymentOp::ClientGrantRefund:
    case PaymentOp::WorkerPayout:
    case PaymentOp::WorkerLastPayout:
      return true;
    case PaymentOp::ProxyClose:
    case PaymentOp::ProxyCloseComplete:
      return false;
  }
  CHECK(false);
}

CellRef payment_payload(const PaymentOrder& order) {
  CHECK(order.tokens.count >= 0);
  CellBuilder payload;
  payload.store_uint(static_cast<std::uint32_t>(order.op), 32).store_uint(order.query_id, 64);
  if (carries_tokens(order.op)) {
    payload.store_uint(static_cast<std::uint64_t>(order.tokens.count), 64);
  }
  return payload.store_address(order.receiver).finish_fixed();
}

CellRef payment_message(const SignedPayment& payment) {
  CellBuilder message;
  message.store_uint(static_cast<std::uint32_t>(payment.order.op), 32);
  message.store_uint(payment.order.query_id, 64).store_address(payment.excesses);
  message.store_bytes(payment.signature);
  return message.store_ref(payment_payload(payment.order)).finish_fixed();
}

base::Bytes serialize_signed_payment(const SignedPayment& payment) {
  return serialize_boc(payment_message(payment));
}

SignedPayment sign_payment(const PaymentOrder& order, const Address& excesses,
                           const crypto::Ed25519PrivateKey& proxy_key) {
  return {order, proxy_key.sign(payment_payload(order)->hash()), excesses};
}

base::Bytes make_signed_payment(PaymentOp op, std::uint64_t query_id, base::TokenCount tokens,
                                const Address& receiver, const Address& excesses,
                                const crypto::Ed25519PrivateKey& proxy_key) {
  return serialize_signed_payment(
      sign_payment({op, query_id, tokens, receiver}, excesses, proxy_key));
}

base::Result<SignedPayment> parse_payment_message(const CellRef& message) {
  CellSlice slice = TRY(CellSlice::open(message));
  const PaymentOp op = TRY(load_op(slice));
  const std::uint64_t query_id = TRY(slice.load_uint(64));
  SignedPayment payment;
  payment.excesses = TRY(slice.load_address());
  payment.signature = TRY(slice.load_bits512());
  const CellRef payload = TRY(slice.load_ref());
  TRY(slice.expect_end());
  payment.order = TRY(parse_payload(payload));
  if (payment.order.op != op || payment.order.query_id != query_id) {
    return base::Error(TonError::PaymentForm, "A payment's envelope contradicts what is signed.");
  }
  return payment;
}

base::Result<SignedPayment> parse_signed_payment(base::BytesView boc) {
  const CellRef message = TRY(parse_single_root_boc(boc, kPaymentLimits));
  return parse_payment_message(message);
}

base::Result<void> verify_payment(const SignedPayment& payment, const base::Bits256& proxy_key,
                                  const Address& expected_receiver) {
  if (payment.order.receiver != expected_receiver) {
    return base::Error(TonError::PaymentReceiver, "A payment is made out to another contract.");
  }
  const base::Bits256 signed_hash = payment_payload(payment.order)->hash();
  if (!crypto::ed25519_verify(proxy_key, signed_hash, payment.signature)) {
    return base::Error(TonError::PaymentSignature, "A payment is not signed by its proxy.");
  }
  return {};
}

}  // namespace cocoon::ton
