// Seeded hashing of request keys, and the bounded memory of finished requests.
#include "payment/request_table.h"

#include <cstring>

namespace cocoon::payment {
namespace {

// The high and low half of a 128-bit product: mixes every bit of both factors.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

}  // namespace

std::size_t SeededHash::operator()(const RequestKey& key) const {
  std::uint64_t hash = fold(seed_ ^ key.client.index, kMix);
  for (std::size_t at = 0; at < key.id.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, key.id.data() + at, sizeof(word));
    hash = fold(hash ^ word, kMix ^ seed_);
  }
  return hash;
}

FinishedRequests::FinishedRequests(std::uint64_t seed, std::size_t limit, base::Duration age)
    : limit_(limit), age_(age), outcomes_(0, SeededHash(seed)) {}

const Outcome* FinishedRequests::find(const RequestKey& key) const {
  const auto found = outcomes_.find(key);
  return found == outcomes_.end() ? nullptr : &found->second;
}

void FinishedRequests::add(base::WallTime now, const RequestKey& key, const Outcome& outcome) {
  // First, since the same id may be among what is forgotten: stored books don't show that it was
  // forgotten between two entries, by a restart.
  forget(now);
  outcomes_.insert_or_assign(key, outcome);
  order_.emplace_back(now, key);
  forget(now);
}

void FinishedRequests::forget(base::WallTime now) {
  while (order_.size() > limit_ || (!order_.empty() && order_.front().first < now - age_)) {
    outcomes_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace cocoon::payment
