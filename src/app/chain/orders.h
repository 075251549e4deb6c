// Orders: what a role has its wallet send, each at most once, whatever is killed when. A
// ton::Sender, the file in which its request under way is kept, and the names of what is done.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "ton/sender.h"

namespace cocoon::app::chain {

// Orders whose outcome is remembered on disk.
inline constexpr std::size_t kOrdersRemembered = 256;

enum class OrdersError { SavedOrders };  // the file is damaged
std::string_view reason_name(OrdersError error);

// Gets the wallet's transaction, or why there never will be one.
using SendDone = std::function<void(base::Result<ton::Transaction>)>;

class Orders {
 public:
  // `path`: the file, made when there is something to keep.
  static base::Result<Orders> open(ton::Wallet wallet, crypto::Ed25519PrivateKey key,
                                   std::string path);

  const ton::Wallet& wallet() const { return sender_.wallet(); }
  std::size_t open_orders() const { return open_.size(); }
  // An id that is under way goes on, with this content; one that is done is not sent again.
  void give(ton::SendOrder order, SendDone done);

  void handle_head(base::Now now, const ton::ChainHead& head) { sender_.handle_head(now, head); }
  void handle_answer(base::Now now, std::uint64_t token, const ton::ChainHead& head,
                     const base::Result<ton::LiteAnswer>& answer);
  void handle_time(base::Now now) { sender_.handle_time(now); }
  std::optional<base::Instant> next_deadline() const { return sender_.next_deadline(); }

  // Writes the file where that is due; then what is to be asked of the chain.
  std::optional<ton::SenderAsk> poll_request(base::Now now);
  struct Outcome {
    SendDone done;
    base::Result<ton::Transaction> result;
  };
  std::optional<Outcome> poll_outcome();
  // The last failure to write the file; empty if it was written since.
  const std::string& disk_problem() const { return disk_problem_; }

 private:
  Orders(ton::Sender sender, std::string path)
      : sender_(std::move(sender)), path_(std::move(path)) {}
  base::Result<void> restore(base::BytesView saved);
  base::Bytes to_bytes(base::BytesView sender_state) const;
  void ask_finished(std::uint64_t id, const ton::TransactionName& name);
  void finish(std::uint64_t id, base::Result<ton::Transaction> result);

  struct Finished {
    std::uint64_t id = 0;
    ton::TransactionName transaction;
  };
  ton::Sender sender_;
  std::string path_;
  std::string disk_problem_;
  std::deque<Finished> finished_;                // the newest last
  std::map<std::uint64_t, SendDone> open_;       // by order
  std::map<std::uint64_t, std::uint64_t> asks_;  // for finished orders: token to order
  std::uint64_t next_ask_ = UINT64_MAX;          // counts down; the sender's count up
  std::deque<ton::SenderAsk> requests_;
  std::deque<Outcome> outcomes_;
};

}  // namespace cocoon::app::chain
