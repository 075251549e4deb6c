// Message bodies, field by field.
#include "payment/chain/bodies.h"

#include "payment/chain/operations.h"
#include "ton/cell_builder.h"

namespace cocoon::payment::chain {
namespace {

using ton::CellBuilder;
using ton::CellRef;

CellBuilder begin(Operation operation, std::uint64_t query_id) {
  CellBuilder body;
  body.store_uint(number_of(operation), 32).store_uint(query_id, 64);
  return body;
}

CellRef plain(Operation operation, const Envelope& envelope) {
  return begin(operation, envelope.query_id).store_address(envelope.excesses).finish_fixed();
}

CellRef with_amount(Operation operation, const Envelope& envelope, base::Nanoton amount) {
  CellBuilder body = begin(operation, envelope.query_id);
  return body.store_coins(amount).store_address(envelope.excesses).finish_fixed();
}

CellRef with_bits(Operation operation, const Envelope& envelope, const base::Bits256& bits) {
  CellBuilder body = begin(operation, envelope.query_id);
  return body.store_bytes(bits).store_address(envelope.excesses).finish_fixed();
}

// The cell whose hash is signed.
CellRef mark_payload(const SaveState& mark, const ton::Address& contract) {
  CellBuilder payload;
  payload.store_uint(number_of(Operation::SaveState), 32).store_uint(mark.seqno, 32);
  return payload.store_bytes(mark.session).store_address(contract).finish_fixed();
}

}  // namespace

CellRef client_top_up(const Envelope& envelope, base::Nanoton amount) {
  return with_amount(Operation::ClientTopUp, envelope, amount);
}

CellRef client_reopen(const Envelope& envelope, base::Nanoton amount) {
  return with_amount(Operation::ClientReopen, envelope, amount);
}

CellRef client_register(const Envelope& envelope, std::uint64_t nonce) {
  CellBuilder body = begin(Operation::ClientRegister, envelope.query_id);
  return body.store_uint(nonce, 64).store_address(envelope.excesses).finish_fixed();
}

CellRef client_change_secret(const Envelope& envelope, const base::Bits256& secret_hash) {
  return with_bits(Operation::ClientChangeSecret, envelope, secret_hash);
}

CellRef client_change_secret_and_top_up(const Envelope& envelope, base::Nanoton amount,
                                        const base::Bits256& secret_hash) {
  CellBuilder body = begin(Operation::ClientChangeSecretAndTopUp, envelope.query_id);
  body.store_coins(amount).store_bytes(secret_hash);
  return body.store_address(envelope.excesses).finish_fixed();
}

CellRef client_increase_stake(const Envelope& envelope, base::Nanoton stake) {
  return with_amount(Operation::ClientIncreaseStake, envelope, stake);
}

CellRef client_withdraw(const Envelope& envelope) {
  return plain(Operation::ClientWithdraw, envelope);
}

CellRef client_request_refund(const Envelope& envelope) {
  return plain(Operation::ClientRequestRefund, envelope);
}

CellRef client_set_voucher_key(const Envelope& envelope, const base::Bits256& key) {
  return with_bits(Operation::ClientSetVoucherKey, envelope, key);
}

CellRef worker_register(const Envelope& envelope) {
  return plain(Operation::WorkerRegister, envelope);
}

CellRef proxy_withdraw(const Envelope& envelope) {
  return plain(Operation::ProxyPayoutRequest, envelope);
}

CellRef proxy_increase_stake(const Envelope& envelope, base::Nanoton amount) {
  return with_amount(Operation::ProxyIncreaseStake, envelope, amount);
}

CellRef proxy_close(const Envelope& envelope) { return plain(Operation::ProxyClose, envelope); }

CellRef proxy_close_complete(const Envelope& envelope) {
  return plain(Operation::ProxyCloseComplete, envelope);
}

CellRef save_state_mark(std::uint64_t query_id, const SaveState& mark,
                        const base::Bits512& signature) {
  CellBuilder body = begin(Operation::DoNotProcess, query_id);
  body.store_uint(number_of(Operation::SaveState), 32).store_uint(mark.seqno, 32);
  return body.store_bytes(mark.session).store_bytes(signature).finish_fixed();
}

base::Bits512 sign_mark(const SaveState& mark, const ton::Address& contract,
                        const crypto::Ed25519PrivateKey& key) {
  return key.sign(mark_payload(mark, contract)->hash());
}

bool is_signed_mark(const SaveState& mark, const ton::Address& contract, const base::Bits256& key,
                    const base::Bits512& signature) {
  return crypto::ed25519_verify(key, mark_payload(mark, contract)->hash(), signature);
}

CellRef voucher_payload(const Voucher& voucher) {
  CHECK(voucher.tokens.count >= 0);
  CellBuilder payload;
  payload.store_uint(number_of(Operation::Voucher), 32).store_int(voucher.network, 32);
  payload.store_address(voucher.receiver);
  payload.store_uint(static_cast<std::uint64_t>(voucher.tokens.count), 64);
  return payload.store_coins(voucher.amount).finish_fixed();
}

SignedVoucher sign_voucher(const Voucher& voucher, const crypto::Ed25519PrivateKey& key) {
  return {voucher, key.sign(voucher_payload(voucher)->hash())};
}

CellRef client_charge_voucher(const Envelope& envelope, const SignedVoucher& voucher) {
  CellBuilder body = begin(Operation::ClientChargeVoucher, envelope.query_id);
  body.store_address(envelope.excesses).store_bytes(voucher.signature);
  return body.store_ref(voucher_payload(voucher.voucher)).finish_fixed();
}

}  // namespace cocoon::payment::chain
