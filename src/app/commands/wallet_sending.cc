#include "app/commands/wallet_sending.h"

#include "app/commands/fault.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

constexpr base::Duration kSendLimit = std::chrono::minutes(6);
constexpr std::size_t kSavedBytesMax = std::size_t{1} << 16;
constexpr std::uint64_t kOrder = 1;
constexpr std::uint64_t kEarlierOrder = 2;

}  // namespace

WalletSending::WalletSending(ChainSession& session, ton::Sender sender, std::string saved_path)
    : session_(session),
      sender_(std::move(sender)),
      saved_path_(std::move(saved_path)),
      // Sending again must not wait for the chain to move: it may stand still.
      timer_(session.runtime(), [this] { tick(); }) {
  session_.on_event = [this](const ton::LiteEvent& event) { handle(event); };
}

base::Result<ton::Transaction> WalletSending::send(std::vector<ton::Transfer> transfers,
                                                   const Terminal& messages) {
  const bool earlier = TRY(finish_earlier(messages));
  sender_.submit({earlier ? kEarlierOrder : kOrder, std::move(transfers)});
  return TRY(wait()).transaction;
}

base::Result<Replacement> WalletSending::replace(std::vector<ton::Transfer> transfers,
                                                 const Terminal& messages) {
  const std::optional<std::uint64_t> earlier = TRY(restore_earlier());
  if (earlier) {
    messages.line("An earlier order is under way; this one takes its place.");
    sender_.replace({*earlier, std::move(transfers)});
  } else {
    sender_.submit({kOrder, std::move(transfers)});
  }
  return wait();
}

base::Result<Replacement> WalletSending::wait() {
  sender_.handle_head(session_.runtime().now(), *session_.link().client().head());
  pump();
  session_.run_until(kSendLimit, [this] { return outcome_.has_value(); });
  if (outcome_) return *std::exchange(outcome_, std::nullopt);
  return fault(CommandFault::NotReachable, "the chain did not say what became of the order",
               "the same command again: it first looks after this one");
}

// What an earlier run left in flight, if anything.
base::Result<std::optional<std::uint64_t>> WalletSending::restore_earlier() {
  const auto saved = io::read_file(saved_path_, kSavedBytesMax);
  if (saved) {
    TRY(sender_.restore(*saved));
  } else if (!saved.error().is(io::IoFault::FileNotFound)) {
    return saved.error();
  }
  return sender_.order_in_flight();
}

base::Result<bool> WalletSending::finish_earlier(const Terminal& messages) {
  const std::optional<std::uint64_t> left = TRY(restore_earlier());
  if (!left) return false;
  messages.line("An earlier order was under way; looking what became of it.");
  const auto earlier = wait();
  // As long as the chain has not said it, it may still be paid.
  if (!earlier && earlier.error().is(CommandFault::NotReachable)) return earlier.error();
  messages.line(earlier ? "It was paid." : "It was not paid, and never will be.");
  return true;
}

void WalletSending::handle(const ton::LiteEvent& event) {
  const base::Now now = session_.runtime().now();
  if (const auto* head = std::get_if<ton::HeadMoved>(&event)) {
    sender_.handle_head(now, head->head);
  } else if (const auto* done = std::get_if<ton::RequestDone>(&event)) {
    const auto found = tokens_.find(done->request);
    if (found != tokens_.end()) {
      sender_.handle_answer(now, found->second, done->head, done->answer);
    }
  }
  tick();
}

void WalletSending::tick() {
  sender_.handle_time(session_.runtime().now());
  pump();
}

void WalletSending::pump() {
  while (const auto output = sender_.poll_output()) {
    if (const auto* save = std::get_if<ton::SaveSender>(&*output)) {
      if (!io::write_file(saved_path_, save->state).ok()) continue;  // then nothing is sent
      sender_.handle_saved(session_.runtime().now(), save->number);
    } else if (const auto* ask = std::get_if<ton::SenderAsk>(&*output)) {
      tokens_[session_.link().request(ask->request)] = ask->token;
    } else if (const auto* done = std::get_if<ton::OrderDone>(&*output)) {
      outcome_ = Replacement{done->transaction, done->content};
    } else {
      outcome_ = std::get<ton::OrderFailed>(*output).error;
    }
  }
  if (const auto deadline = sender_.next_deadline()) timer_.arm(*deadline);
}

}  // namespace cocoon::app::commands
