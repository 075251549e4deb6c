// Wallets' data and requests. Layouts: github.com/ton-blockchain/wallet-contract (3R2, 4R2),
// wallet-contract-v5, and schema/contracts.tlb for Cocoon's.
#include "ton/wallet.h"

#include <algorithm>
#include <array>

#include "ton/network_contracts.h"
#include "ton/wallet_code.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kV5External = 0x7369676e;  // "sign"
constexpr std::uint64_t kSendAction = 0x0ec3c86d;
constexpr std::size_t kMaxTransfers = 4;
constexpr std::size_t kMaxV5Transfers = 255;
constexpr unsigned kSignatureBits = 512;

struct VersionName {
  WalletVersion version;
  std::string_view name;
};
constexpr std::array<VersionName, 4> kNames = {{{WalletVersion::V3R2, "v3r2"},
                                                {WalletVersion::V4R2, "v4r2"},
                                                {WalletVersion::V5R1, "v5r1"},
                                                {WalletVersion::Cocoon, "cocoon"}}};

// OutList: each action refers to those before it.
base::Result<CellRef> action_list(const std::vector<Transfer>& transfers) {
  CellRef list = CellBuilder().finish_fixed();
  for (const Transfer& transfer : transfers) {
    const CellRef message = TRY(transfer_message(transfer));
    CellBuilder action;
    action.store_ref(list).store_uint(kSendAction, 32).store_uint(transfer.mode, 8);
    list = TRY(action.store_ref(message).finish());
  }
  return list;
}

}  // namespace

std::string_view reason_name(WalletError error) {
  switch (error) {
    case WalletError::TooManyTransfers:
      return "too_many_transfers";
    case WalletError::TransferForm:
      return "transfer_form";
    case WalletError::NotARequest:
      return "not_a_request";
    case WalletError::RequestSignature:
      return "request_signature";
  }
  CHECK(false);
}

std::optional<WalletVersion> wallet_version(std::string_view name) {
  const auto found = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const VersionName& entry) { return entry.name == name; });
  return found == kNames.end() ? std::nullopt : std::optional(found->version);
}

std::string_view to_text(WalletVersion version) {
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const VersionName& entry) {
    return entry.version == version;
  });
  CHECK(found != kNames.end());
  return found->name;
}

// A 1 bit, workchain:int8, version:uint8 (0), counter:uint15; all turned by the network's number.
std::uint32_t wallet_v5_id(std::int32_t network, std::int8_t workchain, std::uint32_t counter) {
  const std::uint32_t chain = static_cast<std::uint8_t>(workchain);
  const std::uint32_t context = 1u << 31 | chain << 23 | (counter & 0x7fff);
  return context ^ static_cast<std::uint32_t>(network);
}

base::Result<CellRef> transfer_message(const Transfer& transfer) {
  Message message;
  message.kind = Message::Kind::Internal;
  message.bounce = transfer.bounce == Bounce::Bounceable;
  message.destination = MessageAddress::from(transfer.to);
  message.value.coins = transfer.amount;
  message.state_init = transfer.state_init;
  message.body = transfer.body ? transfer.body : CellBuilder().finish_fixed();
  return build_message(message);
}

CellRef comment_body(std::string_view text) {
  // 32 zero bits, then the text, over as many cells as it needs; built from the last one.
  constexpr std::size_t kFirst = (kMaxCellBits - 32) / 8;
  constexpr std::size_t kNext = kMaxCellBits / 8;
  const base::BytesView bytes = base::as_bytes(text);
  const std::size_t first = std::min(bytes.size(), kFirst);
  CellRef tail;
  std::size_t end = bytes.size();
  while (end > first) {
    const std::size_t size = (end - first - 1) % kNext + 1;
    CellBuilder part;
    part.store_bytes(bytes.subspan(end - size, size));
    if (tail) part.store_ref(tail);
    tail = part.finish_fixed();
    end -= size;
  }
  CellBuilder body;
  body.store_uint(0, 32).store_bytes(bytes.first(first));
  if (tail) body.store_ref(tail);
  return body.finish_fixed();
}

CellRef wallet_v3_data(const base::Bits256& public_key, std::uint32_t wallet_id) {
  CellBuilder data;
  data.store_uint(0, 32).store_uint(wallet_id, 32).store_bytes(public_key);
  return data.finish_fixed();
}

CellRef wallet_v4_data(const base::Bits256& public_key, std::uint32_t wallet_id) {
  CellBuilder data;
  data.store_uint(0, 32).store_uint(wallet_id, 32).store_bytes(public_key).store_bit(false);
  return data.finish_fixed();
}

CellRef wallet_v5_data(const base::Bits256& public_key, std::uint32_t wallet_id) {
  CellBuilder data;
  data.store_bit(true).store_uint(0, 32).store_uint(wallet_id, 32);
  data.store_bytes(public_key).store_bit(false);
  return data.finish_fixed();
}

Wallet::Wallet(WalletVersion version, const base::Bits256& public_key, std::uint32_t wallet_id,
               CellRef code, CellRef data)
    : version_(version), public_key_(public_key), wallet_id_(wallet_id) {
  state_.code = std::move(code);
  state_.data = std::move(data);
  CellBuilder builder;
  store_state_init(builder, state_);
  address_ = contract_address(builder.finish_fixed());
}

Wallet Wallet::v3r2(const base::Bits256& public_key, std::uint32_t wallet_id) {
  return {WalletVersion::V3R2, public_key, wallet_id, wallet_v3r2_code(),
          wallet_v3_data(public_key, wallet_id)};
}

Wallet Wallet::v4r2(const base::Bits256& public_key, std::uint32_t wallet_id) {
  return {WalletVersion::V4R2, public_key, wallet_id, wallet_v4r2_code(),
          wallet_v4_data(public_key, wallet_id)};
}

Wallet Wallet::v5r1(const base::Bits256& public_key, std::uint32_t wallet_id) {
  return {WalletVersion::V5R1, public_key, wallet_id, wallet_v5r1_code(),
          wallet_v5_data(public_key, wallet_id)};
}

Wallet Wallet::cocoon(const base::Bits256& public_key, const Address& owner, CellRef code) {
  CHECK(code);
  return {WalletVersion::Cocoon, public_key, 0, std::move(code), wallet_data(public_key, owner)};
}

std::size_t Wallet::max_transfers() const {
  return version_ == WalletVersion::V5R1 ? kMaxV5Transfers : kMaxTransfers;
}

base::Result<CellBuilder> Wallet::unsigned_body(std::uint32_t seqno, std::uint32_t valid_until,
                                                const std::vector<Transfer>& transfers) const {
  CellBuilder body;
  if (version_ == WalletVersion::V5R1) {
    body.store_uint(kV5External, 32).store_uint(wallet_id_, 32);
    body.store_uint(valid_until, 32).store_uint(seqno, 32);
    const CellRef actions = TRY(action_list(transfers));
    body.store_maybe_ref(actions).store_bit(false);
    return body;
  }
  body.store_uint(wallet_id_, 32).store_uint(valid_until, 32).store_uint(seqno, 32);
  if (version_ == WalletVersion::V4R2) body.store_uint(0, 8);  // operation: send
  for (const Transfer& transfer : transfers) {
    const CellRef message = TRY(transfer_message(transfer));
    body.store_uint(transfer.mode, 8).store_ref(message);
  }
  return body;
}

base::Result<CellRef> Wallet::request(const crypto::Ed25519PrivateKey& key, std::uint32_t seqno,
                                      std::uint32_t valid_until,
                                      const std::vector<Transfer>& transfers) const {
  if (transfers.empty() || transfers.size() > max_transfers()) {
    return base::Error(
        WalletError::TooManyTransfers,
        "A request to this wallet carries 1 to " + std::to_string(max_transfers()) + " transfers.");
  }
  const CellBuilder body = TRY(unsigned_body(seqno, valid_until, transfers));
  const CellRef plain = TRY(body.finish());
  const base::Bits512 signature = key.sign(plain->hash());
  const CellSlice content = TRY(CellSlice::open(plain));
  CellBuilder signed_body;
  // V5R1 wants the signature behind what is signed, the others before.
  if (version_ == WalletVersion::V5R1) {
    signed_body.store_slice(content).store_bytes(signature);
  } else {
    signed_body.store_bytes(signature).store_slice(content);
  }
  Message message;
  message.kind = Message::Kind::ExternalIn;
  message.destination = MessageAddress::from(address_);
  if (seqno == 0) message.state_init = state_;
  message.body = TRY(signed_body.finish());
  return build_message(message);
}

base::Result<std::uint32_t> Wallet::seqno(const CellRef& data) const {
  CellSlice slice = TRY(CellSlice::open(data));
  if (version_ == WalletVersion::V5R1) TRY(slice.load_bit());
  return slice.load_u32();
}

base::Result<WalletV5Request> check_wallet_v5_request(const CellRef& cell,
                                                      const base::Bits256& public_key) {
  const base::Error refusal(WalletError::NotARequest, "This is not a request to a V5R1 wallet.");
  const Message message = TRY(parse_message(cell));
  const std::optional<Address> wallet = message.destination.account();
  if (message.kind != Message::Kind::ExternalIn || !wallet) return refusal;
  CellSlice body = TRY(CellSlice::open(message.body));
  if (body.bits_left() < kSignatureBits + 32) return refusal;
  const unsigned signed_bits = body.bits_left() - kSignatureBits;
  CellBuilder plain;
  plain.store_bits(message.body->data(), signed_bits);
  for (const CellRef& ref : message.body->refs()) plain.store_ref(ref);
  const CellRef signed_cell = TRY(plain.finish());
  WalletV5Request request;
  request.wallet = *wallet;
  request.signed_hash = signed_cell->hash();
  TRY(body.skip_bits(signed_bits));
  request.signature = TRY(body.load_bits512());
  if (!crypto::ed25519_verify(public_key, request.signed_hash, request.signature)) {
    return base::Error(WalletError::RequestSignature, "The request is signed by another key.");
  }
  return request;
}

}  // namespace cocoon::ton
