// `cocoon wallet send`: one order, watched until the chain has proven what became of it.
//
// The signed request is on disk before it leaves, beside the wallet's file. A second run after a
// crash first finds out what became of the first one's request, so that nothing is paid twice.
#include <nlohmann/json.hpp>

#include "app/commands/chain_session.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/commands/wallet_words.h"
#include "app/role_main.h"
#include "base/encoding.h"
#include "io/files.h"
#include "ton/sender.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr base::Duration kSyncLimit = std::chrono::seconds(30);
constexpr base::Duration kSendLimit = std::chrono::minutes(6);
constexpr std::size_t kSavedBytesMax = std::size_t{1} << 16;
constexpr std::uint64_t kOrder = 1;
constexpr std::uint64_t kEarlierOrder = 2;

// Drives a sender over a session until no order is in flight or waiting.
class Sending {
 public:
  Sending(ChainSession& session, ton::Sender sender, std::string saved_path)
      : session_(session), sender_(std::move(sender)), saved_path_(std::move(saved_path)) {
    session_.on_event = [this](const ton::LiteEvent& event) { handle(event); };
  }
  ~Sending() { session_.on_event = nullptr; }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  ton::Sender& sender() { return sender_; }
  // The wallet's transaction, or why there is none.
  base::Result<ton::Transaction> wait() {
    sender_.handle_head(session_.runtime().now(), *session_.link().client().head());
    pump();
    session_.run_until(kSendLimit, [this] { return outcome_.has_value(); });
    if (outcome_) return *std::exchange(outcome_, std::nullopt);
    return fault(CommandFault::NotReachable, "the chain did not say what became of the order",
                 "cocoon wallet send again: it first looks after this one");
  }

 private:
  void handle(const ton::LiteEvent& event) {
    const base::Now now = session_.runtime().now();
    if (const auto* head = std::get_if<ton::HeadMoved>(&event)) {
      sender_.handle_head(now, head->head);
    } else if (const auto* done = std::get_if<ton::RequestDone>(&event)) {
      const auto found = tokens_.find(done->request);
      if (found != tokens_.end()) {
        sender_.handle_answer(now, found->second, done->head, done->answer);
      }
    }
    sender_.handle_time(now);
    pump();
  }
  void pump() {
    while (const auto output = sender_.poll_output()) {
      if (const auto* save = std::get_if<ton::SaveSender>(&*output)) {
        if (!io::write_file(saved_path_, save->state).ok()) continue;  // then nothing is sent
        sender_.handle_saved(session_.runtime().now(), save->number);
      } else if (const auto* ask = std::get_if<ton::SenderAsk>(&*output)) {
        tokens_[session_.link().request(ask->request)] = ask->token;
      } else if (const auto* done = std::get_if<ton::OrderDone>(&*output)) {
        outcome_ = done->transaction;
      } else {
        outcome_ = std::get<ton::OrderFailed>(*output).error;
      }
    }
  }

  ChainSession& session_;
  ton::Sender sender_;
  std::string saved_path_;
  std::map<std::uint64_t, std::uint64_t> tokens_;
  std::optional<base::Result<ton::Transaction>> outcome_;
};

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

// What an earlier run left in flight; nothing if it left nothing.
base::Result<bool> finish_earlier(Sending& sending, const std::string& path,
                                  const Terminal& messages) {
  const auto saved = io::read_file(path, kSavedBytesMax);
  if (!saved) {
    if (saved.error().is(io::IoFault::FileNotFound)) return false;
    return saved.error();
  }
  TRY(sending.sender().restore(*saved));
  if (!sending.sender().order_in_flight()) return false;
  messages.line("An earlier order was under way; looking what became of it.");
  const auto earlier = sending.wait();
  messages.line(earlier ? "It was paid." : "It was not paid, and never will be.");
  return true;
}

}  // namespace

base::Result<int> run_wallet_send(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const ton::Transfer transfer = TRY(transfer_of(arguments));
  const std::string path = TRY(wallet_path(arguments));
  const std::string text = TRY(read_wallet_text(path));
  const WalletDescription description = TRY(read_wallet_file(text));
  const base::Secret password = TRY(wallet_password(arguments, Asking::Once));
  crypto::Ed25519PrivateKey key = TRY(open_wallet_file(text, password));
  const auto lock = TRY(io::LockFile::acquire(path + ".lock"));
  const auto session = TRY(ChainSession::open(arguments));
  TRY(session->synchronise(kSyncLimit));
  Sending sending(*session, ton::Sender(wallet_of(description), std::move(key)), path + ".sending");
  const bool earlier = TRY(finish_earlier(sending, path + ".sending", invocation.err));
  sending.sender().submit({earlier ? kEarlierOrder : kOrder, {transfer}});
  const ton::Transaction transaction = TRY(sending.wait());
  const bool carried_out = transaction.description.compute == ton::ComputePhase::Succeeded &&
                           transaction.description.action_success.value_or(false);
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
