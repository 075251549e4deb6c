// Wallets: contracts that pass on what their key's holder signs. Versions 3R2, 4R2 and 5R1 of TON's
// wallets, and Cocoon's own.
//
// A request carries the wallet's seqno, so it is carried out at most once, and an expiry, after
// which it never is: whoever sees that a request expired may replace it without paying twice.
#pragma once

#include <vector>

#include "crypto/ed25519.h"
#include "ton/message.h"

namespace cocoon::ton {

enum class WalletVersion { V3R2, V4R2, V5R1, Cocoon };
enum class WalletError { TooManyTransfers, TransferForm, NotARequest, RequestSignature };
std::string_view reason_name(WalletError error);
// "v4r2" and so on; nothing for other texts.
std::optional<WalletVersion> wallet_version(std::string_view name);
std::string_view to_text(WalletVersion version);

// The number that tells wallets of one key apart: that of wallets up to V4R2.
inline constexpr std::uint32_t kCommonWalletId = 698983191;
// For V5R1 it follows from the network (-239 mainnet, -3 testnet), workchain and a counter.
std::uint32_t wallet_v5_id(std::int32_t network, std::int8_t workchain, std::uint32_t counter);

// Modes of sending: pay the fees apart from the amount; go on when one of several fails; send all.
inline constexpr std::uint8_t kSendPayFeesApart = 1;
inline constexpr std::uint8_t kSendIgnoreErrors = 2;
inline constexpr std::uint8_t kSendWholeBalance = 128;

struct Transfer {
  Address to;
  base::Nanoton amount;
  Bounce bounce = Bounce::Bounceable;
  CellRef body;  // empty: none
  std::optional<FullStateInit> state_init;
  std::uint8_t mode = kSendPayFeesApart | kSendIgnoreErrors;
};
// The message that a wallet sends for it.
base::Result<CellRef> transfer_message(const Transfer& transfer);
// A body with a comment for people.
CellRef comment_body(std::string_view text);

class Wallet {
 public:
  static Wallet v3r2(const base::Bits256& public_key, std::uint32_t wallet_id = kCommonWalletId);
  static Wallet v4r2(const base::Bits256& public_key, std::uint32_t wallet_id = kCommonWalletId);
  static Wallet v5r1(const base::Bits256& public_key, std::uint32_t wallet_id);
  // `code` of the network's wallet contract; `owner` may stop it and take its money back.
  static Wallet cocoon(const base::Bits256& public_key, const Address& owner, CellRef code);

  WalletVersion version() const { return version_; }
  const base::Bits256& public_key() const { return public_key_; }
  const FullStateInit& state_init() const { return state_; }
  const Address& address() const { return address_; }
  std::size_t max_transfers() const;

  // A signed message from outside, as a cell to be sent. With seqno 0 it brings the contract along.
  // `valid_until`: Unix seconds.
  base::Result<CellRef> request(const crypto::Ed25519PrivateKey& key, std::uint32_t seqno,
                                std::uint32_t valid_until,
                                const std::vector<Transfer>& transfers) const;

  // The seqno in an active wallet's data.
  base::Result<std::uint32_t> seqno(const CellRef& data) const;

 private:
  Wallet(WalletVersion version, const base::Bits256& public_key, std::uint32_t wallet_id,
         CellRef code, CellRef data);
  base::Result<CellBuilder> unsigned_body(std::uint32_t seqno, std::uint32_t valid_until,
                                          const std::vector<Transfer>& transfers) const;

  WalletVersion version_;
  base::Bits256 public_key_;
  std::uint32_t wallet_id_;
  FullStateInit state_;
  Address address_;
};

CellRef wallet_v3_data(const base::Bits256& public_key, std::uint32_t wallet_id);
CellRef wallet_v4_data(const base::Bits256& public_key, std::uint32_t wallet_id);
CellRef wallet_v5_data(const base::Bits256& public_key, std::uint32_t wallet_id);

// A V5R1 request taken apart: what was signed, and by what. Refuses other messages, and wrong
// signatures.
struct WalletV5Request {
  Address wallet;
  base::Bits256 signed_hash{};
  base::Bits512 signature{};
};
base::Result<WalletV5Request> check_wallet_v5_request(const CellRef& message,
                                                      const base::Bits256& public_key);

}  // namespace cocoon::ton
