// `cocoon wallet send`: one order, watched until the chain has proven what became of it.
#include <nlohmann/json.hpp>

#include "app/chain/chain_service.h"
#include "app/commands/chain_limits.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/payer.h"
#include "app/commands/table.h"
#include "app/commands/wallet_sending.h"
#include "app/role_main.h"
#include "base/encoding.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

base::Result<ton::Transfer> transfer_of(const Arguments& arguments) {
  const auto address = ton::parse_address(arguments.operands()[0]);
  if (!address) return fault(CommandFault::Usage, address.error().message());
  ton::Transfer transfer;
  transfer.to = *address;
  const auto friendly = ton::parse_friendly_address(arguments.operands()[0]);
  transfer.bounce = friendly ? friendly->bounce : ton::Bounce::Bounceable;
  const auto amount = base::parse_nanoton(arguments.operands()[1]);
  if (!amount || amount->count() <= 0) {
    return fault(CommandFault::Usage, "\"" + arguments.operands()[1] + "\" is no amount",
                 "1.5 (TON), or 1500000000n (nanotons)");
  }
  transfer.amount = *amount;
  if (arguments.has("--comment")) transfer.body = ton::comment_body(arguments.text("--comment"));
  return transfer;
}

}  // namespace

base::Result<int> run_wallet_send(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const ton::Transfer transfer = TRY(transfer_of(arguments));
  Payer payer = TRY(open_wallet_payer(arguments));
  const auto session = TRY(ChainSession::open(arguments));
  TRY(session->synchronise(kSyncLimit));
  WalletSending sending(*session, ton::Sender(payer.wallet, std::move(payer.key)),
                        payer.file + ".sending");
  const ton::Transaction transaction = TRY(sending.send({transfer}, invocation.err));
  const bool carried_out = chain::carried_out(transaction);
  if (arguments.printing() == Printing::Json) {
    const json document = {{"to", ton::to_friendly_text(transfer.to)},
                           {"amount", std::to_string(transfer.amount.count())},
                           {"transaction", base::to_hex(transaction.hash)},
                           {"lt", std::to_string(transaction.lt)},
                           {"carried_out", carried_out}};
    invocation.out.line(document.dump());
  } else {
    invocation.out.line(invocation.out.sign(carried_out ? Sign::Done : Sign::Failed) + " " +
                        base::to_string(transfer.amount) + " to " +
                        ton::to_friendly_text(transfer.to) + ", transaction " +
                        base::to_hex(transaction.hash));
  }
  return carried_out ? kExitOk : kExitFailed;
}

}  // namespace cocoon::app::commands
