// The file: u32 mark, the sender's state as bytes, then a vector of order id, lt and hash.
#include "app/chain/orders.h"

#include <algorithm>

#include "io/files.h"
#include "tl/reader.h"
#include "tl/writer.h"

namespace cocoon::app::chain {
namespace {

constexpr std::uint32_t kMark = 0x3144524f;  // "ORD1"
constexpr std::size_t kFileMax = std::size_t{1} << 17;
constexpr std::size_t kFinishedBytes = 8 + 8 + 32;

}  // namespace

std::string_view reason_name(OrdersError) { return "saved_orders"; }

base::Result<Orders> Orders::open(ton::Wallet wallet, crypto::Ed25519PrivateKey key,
                                  std::string path) {
  Orders orders(ton::Sender(std::move(wallet), std::move(key)), std::move(path));
  const auto saved = io::read_file(orders.path_, kFileMax);
  if (saved) {
    TRY(orders.restore(*saved));
  } else if (!saved.error().is(io::IoFault::FileNotFound)) {
    return saved.error();
  }
  return orders;
}

base::Result<void> Orders::restore(base::BytesView saved) {
  const base::Error refusal(OrdersError::SavedOrders,
                            path_ +
                                " is damaged. It holds the request of the wallet that was "
                                "under way; remove it when none is.");
  tl::Reader reader(saved);
  const std::uint32_t mark = reader.u32();
  const base::BytesView sender_state = reader.bytes();
  const std::size_t count = reader.vector_count(kFinishedBytes);
  if (!reader.ok() || mark != kMark || count > kOrdersRemembered) return refusal;
  for (std::size_t i = 0; i < count; ++i) {
    Finished finished;
    finished.id = reader.u64();
    finished.transaction.lt = reader.u64();
    reader.raw_into(finished.transaction.hash);
    finished_.push_back(finished);
  }
  if (!reader.ok() || reader.remaining() != 0) return refusal;
  return sender_.restore(sender_state);
}

base::Bytes Orders::to_bytes(base::BytesView sender_state) const {
  base::Bytes out;
  tl::Writer writer(out);
  writer.u32(kMark);
  writer.bytes(sender_state);
  writer.u32(static_cast<std::uint32_t>(finished_.size()));
  for (const Finished& finished : finished_) {
    writer.u64(finished.id);
    writer.u64(finished.transaction.lt);
    writer.raw(finished.transaction.hash);
  }
  return out;
}

void Orders::give(ton::SendOrder order, SendDone done) {
  const std::uint64_t id = order.id;
  const bool was_open = open_.contains(id);
  open_.insert_or_assign(id, std::move(done));
  const auto finished =
      std::ranges::find_if(finished_, [id](const Finished& one) { return one.id == id; });
  if (finished != finished_.end()) return ask_finished(id, finished->transaction);
  if (was_open || sender_.order_in_flight() == id) return sender_.replace(order);
  sender_.submit(std::move(order));
}

void Orders::ask_finished(std::uint64_t id, const ton::TransactionName& name) {
  asks_[next_ask_] = id;
  requests_.push_back({next_ask_--, ton::TransactionsRequest{sender_.wallet().address(), name, 1}});
}

void Orders::handle_answer(base::Now now, std::uint64_t token, const ton::ChainHead& head,
                           const base::Result<ton::LiteAnswer>& answer) {
  const auto asked = asks_.find(token);
  if (asked == asks_.end()) return sender_.handle_answer(now, token, head, answer);
  const std::uint64_t id = asked->second;
  asks_.erase(asked);
  if (answer) {
    finish(id, std::get<ton::TransactionsAnswer>(*answer).transactions.front());
    return;
  }
  const auto finished =
      std::ranges::find_if(finished_, [id](const Finished& one) { return one.id == id; });
  // No server has it just now; it is done all the same.
  if (finished != finished_.end()) ask_finished(id, finished->transaction);
}

std::optional<ton::SenderAsk> Orders::poll_request(base::Now now) {
  while (auto output = sender_.poll_output()) {
    if (auto* ask = std::get_if<ton::SenderAsk>(&*output)) {
      requests_.push_back(std::move(*ask));
    } else if (const auto* save = std::get_if<ton::SaveSender>(&*output)) {
      const auto written = io::write_file(path_, to_bytes(save->state));
      disk_problem_ = written ? "" : written.error().message();
      // What is not on disk does not leave; the request expires and is signed anew.
      if (written) sender_.handle_saved(now, save->number);
    } else if (auto* done = std::get_if<ton::OrderDone>(&*output)) {
      finished_.push_back({done->id, {done->transaction.lt, done->transaction.hash}});
      if (finished_.size() > kOrdersRemembered) finished_.pop_front();
      finish(done->id, std::move(done->transaction));
    } else {
      auto& failed = std::get<ton::OrderFailed>(*output);
      finish(failed.id, std::move(failed.error));
    }
  }
  if (requests_.empty()) return std::nullopt;
  ton::SenderAsk request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

void Orders::finish(std::uint64_t id, base::Result<ton::Transaction> result) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;  // of before a restart, and not given again yet
  outcomes_.push_back({std::move(found->second), std::move(result)});
  open_.erase(found);
}

std::optional<Orders::Outcome> Orders::poll_outcome() {
  if (outcomes_.empty()) return std::nullopt;
  Outcome outcome = std::move(outcomes_.front());
  outcomes_.pop_front();
  return outcome;
}

}  // namespace cocoon::app::chain
