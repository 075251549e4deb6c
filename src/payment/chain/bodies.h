// Bodies of the messages that roles send to contracts. Layouts: schema/contracts.tlb.
//
// Signed orders of a proxy (charge, payout, grant) are ton/signed_payment.h. Every body names who
// gets back what the message did not use up. Amounts are nanotons and not negative.
#pragma once

#include <cstdint>

#include "base/nanoton.h"
#include "base/tokens.h"
#include "crypto/ed25519.h"
#include "ton/address.h"
#include "ton/cell.h"

namespace cocoon::payment::chain {

// What all bodies begin or end with.
struct Envelope {
  std::uint64_t query_id = 0;
  ton::Address excesses;
};

// ---- To a client contract. The owner sends all of them; anyone may send a later top-up. ----
ton::CellRef client_top_up(const Envelope& envelope, base::Nanoton amount);
ton::CellRef client_reopen(const Envelope& envelope, base::Nanoton amount);
ton::CellRef client_register(const Envelope& envelope, std::uint64_t nonce);
ton::CellRef client_change_secret(const Envelope& envelope, const base::Bits256& secret_hash);
ton::CellRef client_change_secret_and_top_up(const Envelope& envelope, base::Nanoton amount,
                                             const base::Bits256& secret_hash);
ton::CellRef client_increase_stake(const Envelope& envelope, base::Nanoton stake);
ton::CellRef client_withdraw(const Envelope& envelope);
ton::CellRef client_request_refund(const Envelope& envelope);
ton::CellRef client_set_voucher_key(const Envelope& envelope, const base::Bits256& key);

// ---- To a worker contract, from its owner ----
ton::CellRef worker_register(const Envelope& envelope);

// ---- To a proxy contract ----
// The commission, to the contract's owner; anyone may send it.
ton::CellRef proxy_withdraw(const Envelope& envelope);
ton::CellRef proxy_increase_stake(const Envelope& envelope, base::Nanoton amount);
ton::CellRef proxy_close(const Envelope& envelope);           // owner
ton::CellRef proxy_close_complete(const Envelope& envelope);  // owner
// A mark for whoever reads the contract's transactions; the contract lets it pass. With it a proxy
// says which epoch its ledger has begun.
struct SaveState {
  std::uint32_t seqno = 0;  // the epoch's number
  base::Bits256 session{};  // the digest of its entry
  friend bool operator==(const SaveState&, const SaveState&) = default;
};
// The signature is ours; the live network knows marks without one, which prove nothing.
ton::CellRef save_state_mark(std::uint64_t query_id, const SaveState& mark,
                             const base::Bits512& signature);
// By the proxy's key, for this contract.
base::Bits512 sign_mark(const SaveState& mark, const ton::Address& contract,
                        const crypto::Ed25519PrivateKey& key);
bool is_signed_mark(const SaveState& mark, const ton::Address& contract, const base::Bits256& key,
                    const base::Bits512& signature);

// ---- Vouchers: the client's word on the most that it agrees to have been charged ----
struct Voucher {
  std::int32_t network = 0;  // global id of the blockchain
  ton::Address receiver;     // the client contract
  base::TokenCount tokens;   // not negative; only informs
  base::Nanoton amount;      // since the contract began
  friend bool operator==(const Voucher&, const Voucher&) = default;
};
struct SignedVoucher {
  Voucher voucher;
  base::Bits512 signature{};
};
// The cell whose hash is signed.
ton::CellRef voucher_payload(const Voucher& voucher);
SignedVoucher sign_voucher(const Voucher& voucher, const crypto::Ed25519PrivateKey& key);
ton::CellRef client_charge_voucher(const Envelope& envelope, const SignedVoucher& voucher);

}  // namespace cocoon::payment::chain
