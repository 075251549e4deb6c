// The stored names of account kinds.
#include "payment/account.h"

namespace cocoon::payment {

std::string_view account_kind_name(AccountKind kind) {
  switch (kind) {
    case AccountKind::Outside:
      return "outside";
    case AccountKind::Commission:
      return "commission";
    case AccountKind::Client:
      return "client";
    case AccountKind::Worker:
      return "worker";
  }
  return "unknown";
}

std::optional<AccountKind> parse_account_kind(std::string_view name) {
  for (const AccountKind kind :
       {AccountKind::Outside, AccountKind::Commission, AccountKind::Client, AccountKind::Worker})
    if (account_kind_name(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace cocoon::payment
