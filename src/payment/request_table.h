// The requests that a ledger knows: reservations of running ones, and the outcome of finished ones
// for a while.
//
// Keys are chosen by clients: the hash is seeded, so that nobody can aim for collisions, and a
// request id means something only together with its client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "base/nanoton.h"
#include "base/time.h"
#include "base/tokens.h"
#include "payment/account.h"
#include "payment/pricing.h"

namespace cocoon::payment {

struct RequestKey {
  AccountId client;
  base::Bits256 id{};
  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

class SeededHash {
 public:
  explicit SeededHash(std::uint64_t seed) : seed_(seed) {}
  std::size_t operator()(const RequestKey& key) const;
  std::size_t operator()(const base::Bits256& id) const { return (*this)(RequestKey{{}, id}); }

 private:
  std::uint64_t seed_;
};

// What is held for a running request, at the prices it was admitted at.
struct Reservation {
  base::TokenCount tokens;
  base::Nanoton amount;
  Tariff tariff;
};

enum class Finish { Charged, Refunded };

// How a request ended. For Refunded the amounts are 0.
struct Outcome {
  Finish finish = Finish::Refunded;
  std::uint64_t sequence = 0;
  AdjustedTokens tokens;
  base::TokenCount excess;
  base::Nanoton amount;
  base::Nanoton worker_part;
};

// Outcomes of finished requests, forgotten oldest first by number and by age.
class FinishedRequests {
 public:
  FinishedRequests(std::uint64_t seed, std::size_t limit, base::Duration age);
  const Outcome* find(const RequestKey& key) const;
  void add(base::WallTime now, const RequestKey& key, const Outcome& outcome);
  // Drops what is too old at `now`, and the oldest above the limit; add() does the same.
  void forget(base::WallTime now);

 private:
  std::size_t limit_;
  base::Duration age_;
  std::unordered_map<RequestKey, Outcome, SeededHash> outcomes_;
  std::deque<std::pair<base::WallTime, RequestKey>> order_;
};

}  // namespace cocoon::payment
