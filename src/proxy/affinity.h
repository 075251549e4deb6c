// Affinity: which worker answered requests that began like this one. A conversation's next request
// repeats all of it so far, and an engine that has seen it keeps what it computed (prefix cache).
//
// Beginnings are compared by hashes of their first 1, 2, 4, ... 64 KiB, for each account apart, so
// that how fast an answer comes tells nobody what others ask. The table is of fixed size: a
// collision costs a cache hit and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "market/market.h"
#include "payment/account.h"

namespace cocoon::proxy {

// The least of which a beginning consists: shorter ones are computed again in no time.
inline constexpr std::size_t kLeastBeginning = std::size_t{1} << 10U;
inline constexpr std::size_t kMostBeginning = std::size_t{64} << 10U;
inline constexpr std::size_t kBeginningsRemembered = std::size_t{1} << 16U;

class Affinity {
 public:
  // `seed` keeps clients from making collisions.
  explicit Affinity(std::uint64_t seed) : seed_(seed), table_(kBeginningsRemembered) {}

  // Hashes of the body's beginnings, the longest first; none if it is short.
  std::vector<std::uint64_t> beginnings(payment::AccountId account, base::BytesView body) const;
  // Who answered the longest of them.
  std::optional<market::WorkerId> find(const std::vector<std::uint64_t>& beginnings) const;
  void remember(const std::vector<std::uint64_t>& beginnings, market::WorkerId worker);

 private:
  struct Entry {
    std::uint64_t beginning = 0;
    market::WorkerId worker;
  };
  std::uint64_t seed_;
  std::vector<Entry> table_;  // by the low bits of the hash
};

}  // namespace cocoon::proxy
