#include "app/commands/payer.h"

#include <cstdlib>
#include <filesystem>

#include "app/commands/environment.h"
#include "app/commands/fault.h"
#include "app/commands/up_wallets.h"
#include "app/commands/wallet_words.h"
#include "app/commands/whereabouts.h"
#include "app/key_file.h"

namespace cocoon::app::commands {
namespace {

std::string address_file(const std::string& directory) { return directory + "/root.address"; }

}  // namespace

base::Result<Payer> open_wallet_payer(const Arguments& arguments) {
  const std::string path = TRY(wallet_path(arguments));
  const std::string text = TRY(read_wallet_text(path));
  const WalletDescription description = TRY(read_wallet_file(text));
  const base::Secret password = TRY(wallet_password(arguments, Asking::Once));
  crypto::Ed25519PrivateKey key = TRY(open_wallet_file(text, password));
  auto lock = TRY(io::LockFile::acquire(path + ".lock"));
  return Payer{wallet_of(description), std::move(key), path, std::move(lock)};
}

base::Result<Payer> open_payer(const Arguments& arguments) {
  const auto directory = up_network_directory(arguments);
  if (!directory) return open_wallet_payer(arguments);
  UpPlan plan;
  plan.directory = *directory;
  UpWallet found = TRY(up_wallet(plan, kUpOperator));
  auto key = TRY(load_or_create_key(found.key_file));
  auto lock = TRY(io::LockFile::acquire(found.key_file + ".lock"));
  return Payer{std::move(found.wallet), std::move(key), found.key_file, std::move(lock)};
}

std::optional<std::string> up_network_directory(const Arguments& arguments) {
  const auto directory = data_directory(arguments);
  if (!directory) return std::nullopt;
  if (arguments.has("--dir")) return *directory;
  const bool another = arguments.has("--chain") || arguments.has("--root") ||
                       arguments.has("--file") || !variable("COCOON_CHAIN").empty();
  std::error_code ignored;
  if (another || !std::filesystem::exists(address_file(*directory), ignored)) return std::nullopt;
  return *directory;
}

base::Result<ton::Address> root_address(const Arguments& arguments) {
  const std::string given = arguments.text("--root", variable("COCOON_ROOT"));
  if (!given.empty()) {
    const auto parsed = ton::parse_address(given);
    if (!parsed) return fault(CommandFault::Usage, "--root: " + parsed.error().message());
    return *parsed;
  }
  const auto directory = up_network_directory(arguments);
  if (!directory) {
    return fault(CommandFault::Usage, "it is not said which network's root contract is meant",
                 "--root ADDRESS, or --dir DIR of a network of cocoon up");
  }
  const auto text = io::read_file(address_file(*directory), kAddressFileMax);
  if (!text) {
    return fault(CommandFault::NotReachable, *directory + " has no network with a chain",
                 "cocoon up --dir " + *directory);
  }
  return ton::parse_address(base::as_text(*text));
}

}  // namespace cocoon::app::commands
