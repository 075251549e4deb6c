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

// For the receiver's account to take the message in; it may be in another shard.
constexpr base::Duration kDeliveryLimit = std::chrono::seconds(15);
constexpr std::uint32_t kDeliveryPage = 16;
constexpr int kDeliveryPages = 4;

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

bool delivers(const ton::Transaction& received, const ton::Message& message) {
  return received.in_message && received.in_message->source == message.source &&
         received.in_message->created_lt == message.created_lt;
}

// The receiver's transaction that took the message in, if it is among its newest.
base::Result<std::optional<ton::Transaction>> find_delivery(ChainSession& session,
                                                            const ton::Address& to,
                                                            const ton::Message& message) {
  const ton::ProvenAccount account = TRY(session.account(to));
  ton::TransactionName from{account.last_transaction_lt, account.last_transaction_hash};
  for (int page = 0; page < kDeliveryPages && from.lt > message.created_lt; ++page) {
    const auto answer = TRY(session.ask(ton::TransactionsRequest{to, from, kDeliveryPage}));
    for (const auto& received : std::get<ton::TransactionsAnswer>(answer).transactions) {
      if (delivers(received, message)) return std::optional(received);
      from = {received.previous_lt, received.previous_hash};
    }
  }
  return std::optional<ton::Transaction>{};
}

// Waits for it, block by block. Nothing: it did not show within kDeliveryLimit.
std::optional<ton::Transaction> await_delivery(ChainSession& session, const ton::Address& to,
                                               const ton::Message& message) {
  const base::Instant end = session.runtime().now().steady + kDeliveryLimit;
  for (;;) {
    const std::uint32_t looked = session.link().client().head()->block.seqno;
    auto found = find_delivery(session, to, message);
    if (found && *found) return **std::move(found);
    const base::Duration left = end - session.runtime().now().steady;
    const auto moved = [&] { return session.link().client().head()->block.seqno > looked; };
    if (left <= base::Duration{} || !session.run_until(left, moved)) return std::nullopt;
  }
}

// Of this order, or of the one whose place it takes.
base::Result<ton::Transaction> pay(WalletSending& sending, const ton::Transfer& transfer,
                                   const Invocation& invocation) {
  if (!invocation.arguments.has("--replace")) return sending.send({transfer}, invocation.err);
  Replacement result = TRY(sending.replace({transfer}, invocation.err));
  if (result.paid == ton::OrderContent::Newest) return std::move(result.transaction);
  return fault(CommandFault::Failed,
               "the earlier order was paid already, in transaction " +
                   base::to_hex(result.transaction.hash) + "; this one was not, and never will be",
               "the same command without --replace, if it shall be paid as well");
}

void report(const Invocation& invocation, const ton::Transfer& transfer,
            const ton::Transaction& transaction, const std::optional<ton::Transaction>& delivery) {
  const bool carried_out = chain::carried_out(transaction);
  const std::string to = ton::to_friendly_text(transfer.to);
  const Terminal& out = invocation.out;
  if (invocation.arguments.printing() == Printing::Json) {
    json document = {{"to", to},
                     {"amount", std::to_string(transfer.amount.count())},
                     {"transaction", base::to_hex(transaction.hash)},
                     {"lt", std::to_string(transaction.lt)},
                     {"carried_out", carried_out},
                     {"delivered_in", nullptr}};
    if (delivery) document["delivered_in"] = base::to_hex(delivery->hash);
    return out.line(document.dump());
  }
  out.line(out.sign(carried_out ? Sign::Done : Sign::Failed) + " " +
           base::to_string(transfer.amount) + " to " + to + ", transaction " +
           base::to_hex(transaction.hash));
  if (delivery) {
    out.line("  delivered in transaction " + base::to_hex(delivery->hash));
  } else if (carried_out) {
    out.line("  on its way: the receiver's account has not taken it in yet");
  }
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
  const ton::Transaction transaction = TRY(pay(sending, transfer, invocation));
  const bool carried_out = chain::carried_out(transaction);
  std::optional<ton::Transaction> delivery;
  if (carried_out && transaction.out_messages.size() == 1) {
    delivery = await_delivery(*session, transfer.to, transaction.out_messages[0]);
  }
  report(invocation, transfer, transaction, delivery);
  return carried_out ? kExitOk : kExitFailed;
}

}  // namespace cocoon::app::commands
