#include "app/commands/up_wallets.h"

#include "app/key_file.h"
#include "ton/contract_code.h"

namespace cocoon::app::commands {

base::Result<UpWallet> up_wallet(const UpPlan& plan, const std::string& participant) {
  const std::string key_file = plan.path(participant + ".wallet.key");
  const auto key = TRY(load_or_create_key(key_file));
  const auto owner_key = TRY(load_or_create_key(plan.path(participant + ".owner.key")));
  const ton::Address owner = ton::Wallet::v4r2(owner_key.public_key()).address();
  return UpWallet{.key_file = key_file,
                  .owner = owner,
                  .wallet = ton::Wallet::cocoon(key.public_key(), owner,
                                                ton::contract_code(ton::CocoonContract::Wallet))};
}

std::vector<std::string> up_participants(const UpPlan& plan) {
  std::vector<std::string> names{"proxy", "client"};
  for (std::size_t i = 0; i < plan.worker_http.size(); ++i) names.push_back(up_worker_name(i));
  return names;
}

}  // namespace cocoon::app::commands
