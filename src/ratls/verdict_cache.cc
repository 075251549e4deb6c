// Least recently used entries leave first.
#include "ratls/verdict_cache.h"

#include <algorithm>

#include "crypto/hash.h"

namespace cocoon::ratls {

base::Bits256 VerdictCache::key_of(base::BytesView certificate) {
  return crypto::sha256(certificate);
}

const base::Result<Admission>* VerdictCache::find(base::WallTime now, const Grounds& grounds,
                                                  const base::Bits256& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->until <= now || entry->grounds != grounds) {
    drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->outcome;
}

void VerdictCache::store(base::WallTime until, const Grounds& grounds, const base::Bits256& key,
                         base::Result<Admission> outcome) {
  if (entries_max_ == 0) return;
  if (const auto found = index_.find(key); found != index_.end()) drop(found->second);
  if (entries_.size() == entries_max_) drop(std::prev(entries_.end()));
  if (outcome && outcome->certificate_expires)
    until = std::min(until, *outcome->certificate_expires);
  entries_.push_front({key, grounds, until, std::move(outcome)});
  index_[key] = entries_.begin();
}

void VerdictCache::drop(Entries::iterator entry) {
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace cocoon::ratls
