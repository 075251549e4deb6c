// Watches accounts: every transaction of each is delivered once and in order, those with a skipped
// compute phase as well, across restarts and gaps of any length.
//
// An account's transactions form a chain of hashes that ends in its proven state, so none can be
// left out or added by a server. Behind a cursor, the last delivered transaction, the watcher walks
// back along the chain page by page until it meets the cursor, then delivers forward. Memory is one
// page per account and 40 bytes for each further page of the gap. Whoever stores the cursor
// together with what it did about a transaction handles each exactly once.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "base/time.h"
#include "ton/lite_client.h"

namespace cocoon::ton {

enum class WatchError {
  CursorUnknown,  // the account's history does not contain the cursor: another chain, or a reset
                  // one
  HistoryLost,    // no server has transactions that old, so far
};
std::string_view reason_name(WatchError error);

enum class WatchStart { FromFirst, FromNow };

struct WatchRequest {
  std::uint64_t token = 0;
  LiteRequest request;
};

// `transaction` is the next one of the account; store `cursor` with what you do about it.
struct TransactionSeen {
  Address account;
  Transaction transaction;
  TransactionName cursor;
};
// The account was looked at, with nothing (more) to deliver: it is in this state as of this block.
struct AccountCurrent {
  ChainHead head;
  ProvenAccount account;
  TransactionName cursor;  // zero while the account has no transactions
};
// The account is not watched any further (cursor_unknown), or later (history_lost, and retried).
struct WatchProblem {
  Address account;
  base::Error error;
};
using WatchEvent = std::variant<TransactionSeen, AccountCurrent, WatchProblem>;

class Watcher {
 public:
  // With a cursor from before, goes on behind it; `start` says where to begin without one.
  void watch(const Address& account, WatchStart start, std::optional<TransactionName> cursor);
  void unwatch(const Address& account);

  void handle_head(base::Now now, const ChainHead& head);
  void handle_answer(base::Now now, std::uint64_t token, const ChainHead& head,
                     const base::Result<LiteAnswer>& answer);
  void handle_time(base::Now now);
  std::optional<base::Instant> next_deadline() const;

  std::optional<WatchRequest> poll_request();
  std::optional<WatchEvent> poll_event();

 private:
  struct Watched {
    WatchStart start = WatchStart::FromNow;
    std::optional<TransactionName> cursor;  // nothing: not begun
    std::uint64_t token = 0;                // of the open request; 0 if none
    bool fresh_head = false;                // look again when idle
    std::optional<base::Instant> retry_at;
    ChainHead head;
    ProvenAccount account;               // as of `head`
    std::vector<TransactionName> pages;  // the newest of each, the newest page first
    bool meets_cursor = false;           // the oldest page does
  };
  using Entry = std::pair<const Address, Watched>;

  void look(Entry& entry);
  void ask_page(Entry& entry);
  void send(Entry& entry, LiteRequest request);
  void handle_account(Entry& entry, const ChainHead& head, const ProvenAccount& account);
  void handle_page(Entry& entry, const std::vector<Transaction>& transactions);
  void deliver(Entry& entry, const std::vector<Transaction>& transactions);
  void finish(Entry& entry);

  std::map<Address, Watched> watched_;
  std::map<std::uint64_t, Address> tokens_;
  std::uint64_t next_token_ = 1;
  std::deque<WatchRequest> requests_;
  std::deque<WatchEvent> events_;
};

inline constexpr std::uint32_t kWatchPage = 16;
inline constexpr base::Duration kWatchRetry = std::chrono::seconds(2);

}  // namespace cocoon::ton
