// Walking back along accounts' transactions and delivering them forward.
#include "ton/watcher.h"

#include <algorithm>

#include "ton/lite_error.h"

namespace cocoon::ton {

std::string_view reason_name(WatchError error) {
  switch (error) {
    case WatchError::CursorUnknown:
      return "cursor_unknown";
    case WatchError::HistoryLost:
      return "history_lost";
  }
  CHECK(false);
}

void Watcher::watch(const Address& account, WatchStart start,
                    std::optional<TransactionName> cursor) {
  Watched watched;
  watched.start = start;
  watched.cursor = cursor;
  watched.fresh_head = true;
  watched_.insert_or_assign(account, std::move(watched));
  look(*watched_.find(account));
}

void Watcher::unwatch(const Address& account) { watched_.erase(account); }

void Watcher::handle_head(base::Now, const ChainHead&) {
  for (Entry& entry : watched_) {
    entry.second.fresh_head = true;
    look(entry);
  }
}

void Watcher::send(Entry& entry, LiteRequest request) {
  entry.second.token = next_token_++;
  entry.second.retry_at.reset();
  tokens_[entry.second.token] = entry.first;
  requests_.push_back({entry.second.token, std::move(request)});
}

void Watcher::look(Entry& entry) {
  Watched& watched = entry.second;
  const bool busy = watched.token != 0 || watched.retry_at || !watched.pages.empty();
  if (busy || !watched.fresh_head) return;
  watched.fresh_head = false;
  send(entry, AccountRequest{entry.first});
}

// While walking back the oldest known page; on the way forward too, since it is delivered first.
void Watcher::ask_page(Entry& entry) {
  send(entry, TransactionsRequest{entry.first, entry.second.pages.back(), kWatchPage});
}

void Watcher::handle_answer(base::Now now, std::uint64_t token, const ChainHead& head,
                            const base::Result<LiteAnswer>& answer) {
  const auto known = tokens_.find(token);
  if (known == tokens_.end()) return;
  const auto found = watched_.find(known->second);
  tokens_.erase(known);
  if (found == watched_.end() || found->second.token != token) return;
  Entry& entry = *found;
  entry.second.token = 0;
  if (!answer) {
    entry.second.retry_at = now.steady + kWatchRetry;
    // A server that does not answer says nothing about what there is.
    if (!entry.second.pages.empty() && answer.error().is(LiteError::ServerRefused)) {
      events_.push_back(WatchProblem{
          entry.first, base::Error(WatchError::HistoryLost, "Older transactions can't be had: " +
                                                                answer.error().message())});
    }
    return;
  }
  if (const auto* account = std::get_if<ProvenAccount>(&*answer)) {
    handle_account(entry, head, *account);
  } else if (const auto* page = std::get_if<TransactionsAnswer>(&*answer)) {
    handle_page(entry, page->transactions);
  }
}

void Watcher::handle_account(Entry& entry, const ChainHead& head, const ProvenAccount& account) {
  Watched& watched = entry.second;
  const TransactionName newest{account.last_transaction_lt, account.last_transaction_hash};
  // Another server may answer as of an older block than the last one did.
  if (watched.cursor && newest.lt < watched.cursor->lt &&
      head.block.seqno < watched.head.block.seqno) {
    return;
  }
  watched.head = head;
  watched.account = account;
  if (!watched.cursor && watched.start == WatchStart::FromNow) watched.cursor = newest;
  if (!watched.cursor) watched.cursor = TransactionName{};
  if (newest == *watched.cursor) {
    finish(entry);
    return;
  }
  if (newest.lt <= watched.cursor->lt) {
    events_.push_back(WatchProblem{
        entry.first, base::Error(WatchError::CursorUnknown, "The account's history is another.")});
    watched_.erase(entry.first);
    return;
  }
  watched.pages = {newest};
  watched.meets_cursor = false;
  ask_page(entry);
}

void Watcher::handle_page(Entry& entry, const std::vector<Transaction>& transactions) {
  Watched& watched = entry.second;
  if (watched.meets_cursor) {
    deliver(entry, transactions);
    return;
  }
  for (const Transaction& transaction : transactions) {
    const TransactionName previous{transaction.previous_lt, transaction.previous_hash};
    if (previous == *watched.cursor) {
      watched.meets_cursor = true;
      deliver(entry, transactions);
      return;
    }
    if (previous.lt <= watched.cursor->lt) {
      events_.push_back(WatchProblem{
          entry.first,
          base::Error(WatchError::CursorUnknown, "The account's history is another.")});
      watched_.erase(entry.first);
      return;
    }
  }
  const Transaction& oldest = transactions.back();
  watched.pages.push_back({oldest.previous_lt, oldest.previous_hash});
  ask_page(entry);
}

// The oldest page there is, from behind the cursor on. A page may reach back over the cursor, and
// a server may have sent fewer transactions this time than when the page was found.
void Watcher::deliver(Entry& entry, const std::vector<Transaction>& transactions) {
  Watched& watched = entry.second;
  const auto first = std::find_if(transactions.begin(), transactions.end(), [&](const auto& t) {
    return TransactionName{t.previous_lt, t.previous_hash} == *watched.cursor;
  });
  if (first == transactions.end()) {
    watched.pages.push_back({transactions.back().previous_lt, transactions.back().previous_hash});
    ask_page(entry);
    return;
  }
  for (auto it = first + 1; it != transactions.begin();) {
    --it;
    watched.cursor = TransactionName{it->lt, it->hash};
    events_.push_back(TransactionSeen{entry.first, *it, *watched.cursor});
  }
  watched.pages.pop_back();
  if (watched.pages.empty()) {
    finish(entry);
  } else {
    ask_page(entry);
  }
}

void Watcher::finish(Entry& entry) {
  events_.push_back(AccountCurrent{entry.second.head, entry.second.account, *entry.second.cursor});
  look(entry);
}

void Watcher::handle_time(base::Now now) {
  for (Entry& entry : watched_) {
    Watched& watched = entry.second;
    if (!watched.retry_at || now.steady < *watched.retry_at) continue;
    watched.retry_at.reset();
    if (watched.pages.empty()) {
      watched.fresh_head = true;
      look(entry);
    } else {
      ask_page(entry);
    }
  }
}

std::optional<base::Instant> Watcher::next_deadline() const {
  std::optional<base::Instant> first;
  for (const auto& [address, watched] : watched_) {
    if (watched.retry_at && (!first || *watched.retry_at < *first)) first = watched.retry_at;
  }
  return first;
}

std::optional<WatchRequest> Watcher::poll_request() {
  if (requests_.empty()) return std::nullopt;
  WatchRequest request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

std::optional<WatchEvent> Watcher::poll_event() {
  if (events_.empty()) return std::nullopt;
  WatchEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace cocoon::ton
