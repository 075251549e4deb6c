// A wallet's file: which contract, and its key, encrypted with a password. Text, a "name value"
// pair a line, so that people see what it is; only the key is secret.
//
// PBKDF2 with HMAC-SHA-512 makes the keys; AES-256-CTR hides, and HMAC-SHA-512 over the whole file
// notices a wrong password as well as a changed byte.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/ed25519.h"
#include "ton/wallet.h"

namespace cocoon::app {

enum class WalletFileError {
  Form,      // not a wallet's file
  Password,  // wrong password, or a changed file
};
std::string_view reason_name(WalletFileError error);

struct WalletDescription {
  ton::WalletVersion version = ton::WalletVersion::V4R2;
  base::Bits256 public_key{};
  std::uint32_t wallet_id = ton::kCommonWalletId;
  ton::Address owner;  // Cocoon's only
};
// Cocoon's with the code of this project's contract.
ton::Wallet wallet_of(const WalletDescription& description);

// About a third of a second of work for whoever tries a password.
inline constexpr unsigned kPasswordIterations = 300'000;
std::string seal_wallet_file(const WalletDescription& description,
                             const crypto::Ed25519PrivateKey& key, const base::Secret& password,
                             base::Random& random, unsigned iterations = kPasswordIterations);
// What everyone may see; not authenticated without the password.
base::Result<WalletDescription> read_wallet_file(std::string_view text);
base::Result<crypto::Ed25519PrivateKey> open_wallet_file(std::string_view text,
                                                         const base::Secret& password);

}  // namespace cocoon::app
