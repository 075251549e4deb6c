// The wallets of a private network on a chain of its own: each participant has a Cocoon wallet that
// its program sends from, and an owner to whom earnings go. Keys are kept in the network's folder.
#pragma once

#include <string>
#include <vector>

#include "app/commands/up_plan.h"
#include "ton/wallet.h"

namespace cocoon::app::commands {

struct UpWallet {
  std::string key_file;
  ton::Address owner;  // a V4R2 wallet, whose key is in NAME.owner.key
  ton::Wallet wallet;  // of the kind that networks deploy for their programs
};

// The one who deploys the root contract and changes it.
inline constexpr char kUpOperator[] = "operator";

// Makes the keys of a participant ("proxy", "worker-1", "client", kUpOperator) where they are
// missing.
base::Result<UpWallet> up_wallet(const UpPlan& plan, const std::string& participant);
// All but the operator.
std::vector<std::string> up_participants(const UpPlan& plan);

}  // namespace cocoon::app::commands
