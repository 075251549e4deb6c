// Verdicts, kept: the same certificate under the same policy, lists and collateral is judged once.
//
// Pure and bounded. A kept verdict, good or bad, is forgotten when its time is over, when anything
// that it rested on has another version, or when newer ones need the room.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "base/bytes.h"
#include "base/time.h"
#include "ratls/admit.h"

namespace cocoon::ratls {

// What a verdict rests on. Each is counted up when it changes.
struct Grounds {
  std::uint64_t policy = 0;
  std::uint64_t lists = 0;
  std::uint64_t collateral = 0;
  friend bool operator==(const Grounds&, const Grounds&) = default;
};

class VerdictCache {
 public:
  explicit VerdictCache(std::size_t entries_max) : entries_max_(entries_max) {}

  // SHA-256 of the certificate.
  static base::Bits256 key_of(base::BytesView certificate);

  // Null if there is none that still holds. Valid until the next call of store().
  const base::Result<Admission>* find(base::WallTime now, const Grounds& grounds,
                                      const base::Bits256& key);
  // Kept until `until`, but an admission no longer than its certificate.
  void store(base::WallTime until, const Grounds& grounds, const base::Bits256& key,
             base::Result<Admission> outcome);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    base::Bits256 key{};
    Grounds grounds;
    base::WallTime until;
    base::Result<Admission> outcome;
  };
  using Entries = std::list<Entry>;

  void drop(Entries::iterator entry);

  std::size_t entries_max_;
  Entries entries_;  // most recently used first
  std::unordered_map<base::Bits256, Entries::iterator, base::Bits256Hash> index_;
};

}  // namespace cocoon::ratls
