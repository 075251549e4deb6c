// Whose money a command spends, and in which network: a wallet's file, or for the network of
// `cocoon up` its operator.
#pragma once

#include <optional>
#include <string>

#include "app/commands/command.h"
#include "crypto/ed25519.h"
#include "io/files.h"
#include "ton/wallet.h"

namespace cocoon::app::commands {

struct Payer {
  ton::Wallet wallet;
  crypto::Ed25519PrivateKey key;
  std::string file;   // its key's; other files of the wallet lie beside it
  io::LockFile lock;  // one process at a time sends from a wallet
};

// The wallet of --file, or the default one; asks for its password.
base::Result<Payer> open_wallet_payer(const Arguments& arguments);
// The operator of the network of `cocoon up`, if that is meant; else the wallet.
base::Result<Payer> open_payer(const Arguments& arguments);
// The wallet of a client role: of the configuration file --config, or that of the network of
// `cocoon up`. FileLocked while its gateway runs, which sends from it.
base::Result<Payer> open_client_payer(const Arguments& arguments);

// The directory of the network of `cocoon up` that is meant: --dir, or the default one where
// nothing says that another chain is meant and it has a chain. Nothing else.
std::optional<std::string> up_network_directory(const Arguments& arguments);
// --root, COCOON_ROOT, or that of the network of `cocoon up`.
base::Result<ton::Address> root_address(const Arguments& arguments);

}  // namespace cocoon::app::commands
