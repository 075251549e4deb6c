#include "proxy/affinity.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace cocoon::proxy {
namespace {

// SplitMix64's last step: spreads every bit over all.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111eb;
  return value ^ (value >> 31U);
}

std::size_t place(std::uint64_t beginning) { return beginning % kBeginningsRemembered; }

}  // namespace

std::vector<std::uint64_t> Affinity::beginnings(payment::AccountId account,
                                                base::BytesView body) const {
  std::vector<std::uint64_t> found;
  for (std::size_t size = kMostBeginning; size >= kLeastBeginning; size /= 2) {
    if (body.size() < size) continue;
    const std::uint64_t text = std::hash<std::string_view>()(base::as_text(body.first(size)));
    // 0 is an empty place of the table.
    found.push_back(std::max<std::uint64_t>(1, mix(text ^ mix(seed_ ^ account.index))));
  }
  return found;
}

std::optional<market::WorkerId> Affinity::find(const std::vector<std::uint64_t>& beginnings) const {
  for (const std::uint64_t beginning : beginnings) {
    const Entry& entry = table_[place(beginning)];
    if (entry.beginning == beginning) return entry.worker;
  }
  return std::nullopt;
}

void Affinity::remember(const std::vector<std::uint64_t>& beginnings, market::WorkerId worker) {
  for (const std::uint64_t beginning : beginnings) {
    table_[place(beginning)] = {.beginning = beginning, .worker = worker};
  }
}

}  // namespace cocoon::proxy
