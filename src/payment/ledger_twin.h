// The naive twin of Ledger, for tests and fuzzing only: the same rules in the plainest way that can
// be written, no shared code. It refuses with the same reason names, remembers everything, and
// replays its own log after a crash.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cocoon::payment {

class LedgerTwin {
 public:
  using Key = std::pair<std::uint32_t, int>;  // client and a small request number
  struct Hold {
    std::int64_t tokens, price, fee;
  };
  // One change of the books. `kind`: 'o'pened, 'c'redited, 'p'aid, 'r'efunded, with'd'rawn,
  // 's'ettled for a client, 'w'orker settled, 'e'poch.
  struct Line {
    char kind;
    std::uint32_t account, worker;
    int number;  // of the request or deposit
    std::int64_t tokens, amount, part, at;
  };

  LedgerTwin(std::size_t limit, std::int64_t age) : limit_(limit), age_(age) { replay(0); }

  std::string open(char kind, std::int64_t at) {
    kinds_.push_back(kind);
    return write({'o', static_cast<std::uint32_t>(kinds_.size() - 1), 0, 0, 0, 0, 0, at});
  }
  std::string credit(std::uint32_t client, int deposit, std::int64_t value, std::int64_t at) {
    if (const auto fault = want(client, 'c'); !fault.empty()) return fault;
    if (deposits.contains(deposit)) return "repeated";
    if (value <= 0) return "bad_amount";
    if (value > INT64_MAX + balance[0]) return "amount_overflow";
    return write({'c', client, 0, deposit, 0, value, 0, at});
  }
  std::string withdraw(std::uint32_t client, int number, std::int64_t value, std::int64_t at) {
    if (const auto fault = want(client, 'c'); !fault.empty()) return fault;
    if (deposits.contains(number)) return "repeated";
    if (value < 0) return "bad_amount";
    if (value > balance[client] - chain_amount[client] + amount[client] || value > -balance[0])
      return "not_covered";
    return write({'d', client, 0, number, 0, value, 0, at});
  }
  // For a worker `part` of `value` is its own.
  std::string settle(char kind, std::uint32_t id, int number, std::int64_t count_of,
                     std::int64_t value, std::int64_t part, std::int64_t at) {
    if (const auto fault = want(id, kind); !fault.empty()) return fault;
    if (deposits.contains(number)) return "repeated";
    const std::int64_t own = kind == 'c' ? value : part;
    if (count_of < 0 || own < 0) return "bad_amount";
    if (count_of > disk_tokens[id] - chain_tokens[id]) return "chain_ahead";
    if (own > disk_amount[id] - chain_amount[id]) return "chain_ahead";
    if (kind == 'c' && value > balance[id] - chain_amount[id] + amount[id]) return "not_covered";
    if (kind == 'c') return write({'s', id, 0, number, count_of, value, 0, at});
    if (value < part) return "bad_amount";
    if (count_of > disk_tokens[1] - chain_tokens[1]) return "chain_ahead";
    if (value - part > disk_amount[1] - chain_amount[1]) return "chain_ahead";
    if (value > -balance[0]) return "not_covered";
    return write({'w', id, 0, number, count_of, value, part, at});
  }
  std::string reserve(Key key, Hold hold) {
    if (const auto fault = want(key.first, 'c'); !fault.empty()) return fault;
    if (finished.contains(key))
      return finished[key].kind == 'p' ? "already_charged" : "already_refunded";
    if (holds.contains(key)) return "already_reserved";
    if (hold.price < 0 || hold.fee < 0 || hold.fee > hold.price) return "bad_tariff";
    if (hold.tokens > 1'000'000'000'000) return "too_many_tokens";
    if (hold.tokens < 0) return "negative_tokens";
    const auto value = static_cast<__int128>(hold.tokens) * hold.price;
    if (value > INT64_MAX) return "amount_overflow";
    if (value > balance[key.first] - reserved(key.first)) return "insufficient_funds";
    holds[key] = hold;
    return "";
  }
  std::string commit(Key key, std::uint32_t worker, const std::vector<std::int64_t>& kinds,
                     std::int64_t total, std::int64_t at) {
    if (finished.contains(key)) return finished[key].kind == 'p' ? "repeated" : "already_refunded";
    if (!holds.contains(key)) return "unknown_request";
    if (const auto fault = want(worker, 'w'); !fault.empty()) return fault;
    std::int64_t sum = 0;
    for (const std::int64_t kind : kinds) {
      if (kind < 0) return "negative_tokens";
      if (kind > 1'000'000'000'000) return "too_many_tokens";
      sum += kind;
    }
    if (sum != total) return "total_mismatch";
    if (sum > 1'000'000'000'000) return "too_many_tokens";
    const Hold hold = holds[key];
    const std::int64_t billed = total < hold.tokens ? total : hold.tokens;
    holds.erase(key);
    return write(
        {'p', key.first, worker, key.second, billed, billed * hold.price, billed * hold.fee, at});
  }
  std::string refund(Key key, std::int64_t at) {
    if (finished.contains(key)) return finished[key].kind == 'r' ? "repeated" : "already_charged";
    if (!holds.contains(key)) return "unknown_request";
    holds.erase(key);
    return write({'r', key.first, 0, key.second, 0, 0, 0, at});
  }
  void epoch(std::int64_t at) { write({'e', 0, 0, 0, 0, 0, 0, at}); }
  void persist(std::size_t lines_on_disk) {
    for (; on_disk < lines_on_disk; ++on_disk) count(lines[on_disk], disk_tokens, disk_amount);
  }
  // Forgets every line after `count`, every hold, and what is too old by now.
  void crash(std::int64_t at) {
    replay(on_disk);
    while (!order.empty() && order.front().second < at - age_) forget();
  }
  std::int64_t reserved(std::uint32_t client) const {
    std::int64_t sum = 0;
    for (const auto& [key, hold] : holds)
      if (key.first == client) sum += hold.tokens * hold.price;
    return sum;
  }
  char kind(std::uint32_t account) const { return kinds_[account]; }
  std::size_t size() const { return kinds_.size(); }

  std::vector<Line> lines;
  std::size_t on_disk = 0;
  std::map<std::uint32_t, std::int64_t> balance, tokens, amount, disk_tokens, disk_amount;
  std::map<std::uint32_t, std::int64_t> chain_tokens, chain_amount;
  std::map<Key, Hold> holds;
  std::map<Key, Line> finished;
  std::deque<std::pair<Key, std::int64_t>> order;
  std::set<int> deposits;

 private:
  std::string want(std::uint32_t account, char kind) const {
    if (account >= kinds_.size()) return "unknown_account";
    return kinds_[account] == kind ? "" : "wrong_account_kind";
  }
  void forget() {
    finished.erase(order.front().first);
    order.pop_front();
  }
  static void count(const Line& line, std::map<std::uint32_t, std::int64_t>& to_tokens,
                    std::map<std::uint32_t, std::int64_t>& to_amount) {
    if (line.kind != 'p') return;
    for (const std::uint32_t account : {line.account, line.worker, 1U})
      to_tokens[account] += line.tokens;
    to_amount[line.account] += line.amount;
    to_amount[line.worker] += line.part;
    to_amount[1] += line.amount - line.part;
  }
  std::string write(const Line& line) {
    lines.push_back(line);
    apply(line);
    return "";
  }
  void apply(const Line& line) {
    count(line, tokens, amount);
    if (line.kind == 'c') {
      deposits.insert(line.number);
      balance[0] -= line.amount;
      balance[line.account] += line.amount;
    }
    if (line.kind == 'd') {
      deposits.insert(line.number);
      balance[0] += line.amount;
      balance[line.account] -= line.amount;
    }
    if (line.kind == 's' || line.kind == 'w') {
      deposits.insert(line.number);
      chain_tokens[line.account] += line.tokens;
      chain_amount[line.account] += line.kind == 's' ? line.amount : line.part;
    }
    if (line.kind == 'w') {
      chain_tokens[1] += line.tokens;
      chain_amount[1] += line.amount - line.part;
      balance[line.account] -= line.part;
      balance[1] -= line.amount - line.part;
      balance[0] += line.amount;
    }
    if (line.kind == 'p') {
      balance[line.account] -= line.amount;
      balance[line.worker] += line.part;
      balance[1] += line.amount - line.part;
    }
    if (line.kind != 'p' && line.kind != 'r') return;
    while (!order.empty() && order.front().second < line.at - age_) forget();
    finished[{line.account, line.number}] = line;
    order.push_back({{line.account, line.number}, line.at});
    while (order.size() > limit_) forget();
  }
  void replay(std::size_t count_of_lines) {
    lines.resize(count_of_lines);
    balance.clear(), tokens.clear(), amount.clear(), disk_tokens.clear(), disk_amount.clear();
    chain_tokens.clear(), chain_amount.clear();
    holds.clear(), finished.clear(), order.clear(), deposits.clear();
    std::vector<char> kinds{'-', '-'};
    for (const Line& line : lines) {
      if (line.kind == 'o') kinds.push_back(kinds_[line.account]);
      apply(line);
    }
    kinds_ = kinds;
    on_disk = 0;
    persist(lines.size());
  }

  std::size_t limit_;
  std::int64_t age_;
  std::vector<char> kinds_{'-', '-'};  // by account: 'c'lient or 'w'orker
};

}  // namespace cocoon::payment
