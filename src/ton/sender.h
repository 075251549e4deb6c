// Sends from one wallet: each order is paid at most once, and reported as done only when its
// transaction is proven.
//
// A signed request is made durable before it leaves, is sent again while it may still be taken, and
// is given up only when the chain shows that it can't be taken any more: the wallet's seqno moved
// on, or the wallet's own shard is past the request's expiry with the seqno unchanged. Only then is
// the order signed anew. Time is the chain's, never the clock's.
#pragma once

#include <deque>
#include <optional>

#include "ton/lite_client.h"
#include "ton/wallet.h"

namespace cocoon::ton {

enum class SendError {
  WalletPoor,    // the balance does not cover the order
  OrderExpired,  // not taken within kSendAttempts lives of a request
  OrderForm,     // transfers that the wallet can't carry
  SavedOrder,    // a saved state that is damaged
};
std::string_view reason_name(SendError error);

struct SendOrder {
  std::uint64_t id = 0;  // the owner's, not 0
  std::vector<Transfer> transfers;
};

// Write `state`, then call handle_saved with the same number.
struct SaveSender {
  std::uint64_t number = 0;
  base::Bytes state;
};
struct SenderAsk {
  std::uint64_t token = 0;
  LiteRequest request;
};
// Which of an order's contents was carried out, if it was replaced on its way.
enum class OrderContent { Newest, Earlier };
struct OrderDone {
  std::uint64_t id = 0;
  Transaction transaction;  // of the wallet; its description says whether the actions succeeded
  OrderContent content = OrderContent::Newest;
};
struct OrderFailed {
  std::uint64_t id = 0;
  base::Error error;
};
using SenderOutput = std::variant<SaveSender, SenderAsk, OrderDone, OrderFailed>;

class Sender {
 public:
  Sender(Wallet wallet, crypto::Ed25519PrivateKey key);

  // What the last SaveSender said, after a restart. The order in flight there goes on to be sent
  // and watched; orders that were only waiting must be given again.
  base::Result<void> restore(base::BytesView state);
  std::optional<std::uint64_t> order_in_flight() const;

  // One order at a time is in flight; the others wait in turn.
  void submit(SendOrder order);
  // Another content for an order. If it is in flight already, both requests carry the same seqno,
  // so that one of them at most is carried out, and OrderDone tells which.
  void replace(const SendOrder& order);

  void handle_head(base::Now now, const ChainHead& head);
  void handle_answer(base::Now now, std::uint64_t token, const ChainHead& head,
                     const base::Result<LiteAnswer>& answer);
  void handle_saved(base::Now now, std::uint64_t number);
  void handle_time(base::Now now);
  std::optional<base::Instant> next_deadline() const;
  std::optional<SenderOutput> poll_output();

  const Wallet& wallet() const { return wallet_; }

 private:
  // A signed request on its way.
  struct Flight {
    std::uint64_t id = 0;
    std::vector<Transfer> transfers;
    std::uint32_t seqno = 0;
    std::uint32_t valid_until = 0;
    TransactionName before;  // the wallet's last transaction when the first request was made
    std::vector<base::Bits256> hashes;  // normalized, of all requests with this seqno
    std::size_t replaced = 0;           // so many of them carry what was replaced since
    base::Bytes message;                // the newest
    unsigned attempts = 0;
    bool saved = false;
  };

  void look(base::Now now);
  void ask(LiteRequest request);
  void begin(base::Now now, const ProvenAccount& account);
  void sign(const ProvenAccount& account);
  void send(base::Now now);
  void follow(base::Now now, const ProvenAccount& account);
  void search(const std::vector<Transaction>& transactions);
  std::optional<OrderContent> content_of(const Message& message) const;
  void finish_unseen();
  void save();
  void fail(SendError error, const char* message);
  std::uint32_t seqno_of(const ProvenAccount& account) const;

  Wallet wallet_;
  crypto::Ed25519PrivateKey key_;
  std::deque<SendOrder> waiting_;
  std::optional<Flight> flight_;
  std::uint64_t token_ = 0;       // of the open question, 0 if none
  std::uint64_t send_token_ = 0;  // of the open sending
  std::uint64_t next_token_ = 1;
  std::uint64_t save_number_ = 0;
  bool fresh_head_ = false;
  std::uint32_t chain_time_ = 0;          // of the newest head, Unix seconds
  std::optional<ProvenAccount> account_;  // while its transactions are searched
  std::optional<base::Instant> resend_at_;
  std::deque<SenderOutput> outputs_;
};

// How long a request may be taken, from the chain's newest time.
inline constexpr std::uint32_t kRequestSeconds = 60;
inline constexpr base::Duration kResendEvery = std::chrono::seconds(4);
inline constexpr unsigned kSendAttempts = 5;

}  // namespace cocoon::ton
