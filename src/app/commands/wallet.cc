// `cocoon wallet new`, `import` and `show`.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands/chain_limits.h"
#include "app/commands/chain_session.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/commands/wallet_words.h"
#include "app/role_main.h"
#include "base/encoding.h"
#include "crypto/random.h"
#include "io/files.h"
#include "ton/mnemonic.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::size_t kImportBytesMax = 4096;

base::Result<WalletDescription> description_of(const Arguments& arguments,
                                               const crypto::Ed25519PrivateKey& key) {
  WalletDescription description;
  description.version =
      ton::wallet_version(arguments.text("--version", "v4r2")).value_or(ton::WalletVersion::V4R2);
  description.public_key = key.public_key();
  if (description.version == ton::WalletVersion::V5R1) {
    const std::int64_t network = TRY(arguments.number("--network-id", -239, INT32_MIN, INT32_MAX));
    description.wallet_id = ton::wallet_v5_id(static_cast<std::int32_t>(network), 0, 0);
  }
  const bool owned = description.version == ton::WalletVersion::Cocoon;
  if (owned != arguments.has("--owner")) {
    return fault(CommandFault::Usage, "a Cocoon wallet, and no other, needs --owner ADDRESS");
  }
  if (owned) {
    const auto owner = ton::parse_address(arguments.text("--owner"));
    if (!owner) return fault(CommandFault::Usage, "--owner: " + owner.error().message());
    description.owner = *owner;
  }
  return description;
}

// Refuses to write over a wallet: its key may be the only one to somebody's money.
base::Result<WalletDescription> keep(const Arguments& arguments,
                                     const crypto::Ed25519PrivateKey& key) {
  const std::string path = TRY(wallet_path(arguments));
  if (std::filesystem::exists(path)) {
    return fault(CommandFault::Failed, "there is a wallet at " + path + " already",
                 "--file FILE keeps this one elsewhere");
  }
  const WalletDescription description = TRY(description_of(arguments, key));
  const base::Secret password = TRY(wallet_password(arguments, Asking::Twice));
  crypto::SystemRandom random;
  const std::string text = seal_wallet_file(description, key, password, random);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) TRY(io::make_directory(folder));
  TRY(io::write_file(path, base::as_bytes(text)));
  return description;
}

json json_of(const WalletDescription& description, const std::string& path) {
  const ton::Address address = wallet_of(description).address();
  return {{"file", path},
          {"version", ton::to_text(description.version)},
          {"address", ton::to_friendly_text(address)},
          {"address_bounceable", ton::to_friendly_text(address, ton::Bounce::Bounceable)},
          {"address_raw", ton::to_raw_text(address)},
          {"public_key", base::to_hex(description.public_key)}};
}

std::vector<Fact> facts_of(const WalletDescription& description, const std::string& path) {
  const ton::Address address = wallet_of(description).address();
  return {{"address", ton::to_friendly_text(address)},
          {"raw", ton::to_raw_text(address)},
          {"version", std::string(ton::to_text(description.version))},
          {"file", path}};
}

std::string status_text(const ton::ProvenAccount& account) {
  if (!account.account) return "nonexistent";
  switch (account.account->status) {
    case ton::AccountStatus::Active:
      return "active";
    case ton::AccountStatus::Frozen:
      return "frozen";
    case ton::AccountStatus::Uninitialized:
    case ton::AccountStatus::Nonexistent:
      break;
  }
  return "uninitialized";
}

// 24 words, or 64 hexadecimal digits.
base::Result<crypto::Ed25519PrivateKey> key_from_input() {
  if (::isatty(STDIN_FILENO) != 0) {
    std::cerr << "The 24 words (or a key of 64 hexadecimal digits), in one line: ";
  }
  std::string line;
  std::getline(std::cin, line);
  const base::Secret text(base::to_bytes(line));
  base::wipe_memory(line.data(), line.size());
  if (text.size() > kImportBytesMax) {
    return fault(CommandFault::Usage, "that is neither a phrase nor a key");
  }
  const auto bytes = base::from_hex(base::as_text(text.expose()));
  if (bytes && bytes->size() == 32) return crypto::Ed25519PrivateKey::from_seed(*bytes);
  return ton::key_from_mnemonic(base::as_text(text.expose()));
}

void show_made(const Invocation& invocation, const WalletDescription& description,
               const std::string& path, const base::Secret& phrase) {
  const Terminal& out = invocation.out;
  if (invocation.arguments.printing() == Printing::Json) {
    json document = json_of(description, path);
    if (!phrase.empty()) document["phrase"] = base::to_text(phrase.expose());
    out.line(document.dump());
    return;
  }
  out.write(fact_lines(facts_of(description, path), out));
  if (phrase.empty()) return;
  out.line("\nWrite these words down and keep them where nobody finds them. They are the wallet:");
  out.line("whoever has them has its money, and without them a lost file is lost money.\n");
  out.line(base::to_text(phrase.expose()));
}

}  // namespace

base::Result<int> run_wallet_new(const Invocation& invocation) {
  crypto::SystemRandom random;
  const base::Secret phrase = ton::new_mnemonic(random);
  const auto key = TRY(ton::key_from_mnemonic(base::as_text(phrase.expose())));
  const WalletDescription description = TRY(keep(invocation.arguments, key));
  const std::string path = TRY(wallet_path(invocation.arguments));
  show_made(invocation, description, path, phrase);
  return kExitOk;
}

base::Result<int> run_wallet_import(const Invocation& invocation) {
  const auto key = TRY(key_from_input());
  const WalletDescription description = TRY(keep(invocation.arguments, key));
  const std::string path = TRY(wallet_path(invocation.arguments));
  show_made(invocation, description, path, {});
  return kExitOk;
}

base::Result<int> run_wallet_show(const Invocation& invocation) {
  const std::string path = TRY(wallet_path(invocation.arguments));
  const std::string text = TRY(read_wallet_text(path));
  const WalletDescription description = TRY(read_wallet_file(text));
  json document = json_of(description, path);
  std::vector<Fact> facts = facts_of(description, path);
  if (chain_file(invocation.arguments)) {
    const auto session = TRY(ChainSession::open(invocation.arguments));
    const ton::ChainHead head = TRY(session->synchronise(kSyncLimit));
    const ton::ProvenAccount account = TRY(session->account(wallet_of(description).address()));
    const base::Nanoton balance =
        account.account ? account.account->balance.coins : base::Nanoton();
    document["balance"] = std::to_string(balance.count());
    document["status"] = status_text(account);
    document["block"] = head.block.seqno;
    facts.push_back({"balance", base::to_string(balance)});
    const std::string others =
        account.account ? ton::extra_text(account.account->balance.extra) : std::string();
    if (!others.empty()) {
      document["other_currencies"] = others;
      facts.push_back({"and", others});
    }
    facts.push_back({"status", status_text(account)});
    facts.push_back({"as of", "block " + std::to_string(head.block.seqno) + ", proven"});
  }
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(document.dump());
  } else {
    invocation.out.write(fact_lines(facts, invocation.out));
  }
  return kExitOk;
}

}  // namespace cocoon::app::commands
