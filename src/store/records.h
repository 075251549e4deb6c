// What the store keeps, row by row, in plain types: whoever owns the meaning converts to and from
// its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace cocoon::store {

// One party's account after the last entry of its batch. Amounts are nanotons.
struct AccountRecord {
  std::int64_t id = 0;
  std::string kind;
  std::string party;
  std::int64_t balance = 0;
  std::int64_t metered_tokens = 0;
  std::int64_t metered = 0;
  std::int64_t settled_tokens = 0;
  std::int64_t settled = 0;
  std::int64_t sequence = 0;  // of the last entry that changed it
  friend bool operator==(const AccountRecord&, const AccountRecord&) = default;
};

// Permanent rows are kept for ever, the others until they are too many or too old (StoreOptions).
enum class Keep { Permanent, Recent };

// One line of the books. Amounts are nanotons, the time is microseconds since 1970 UTC.
struct EntryRecord {
  std::int64_t sequence = 0;  // ascending, unique
  Keep keep = Keep::Recent;
  std::string kind;
  std::int64_t at_us = 0;
  std::int64_t account = 0;
  std::int64_t worker = 0;
  base::Bits256 reference{};
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  std::int64_t excess_tokens = 0;
  std::int64_t amount = 0;
  std::int64_t worker_part = 0;
  base::Bits256 digest{};
  friend bool operator==(const EntryRecord&, const EntryRecord&) = default;
};

// Written together or not at all. Accounts replace the row with their id.
struct Batch {
  std::vector<EntryRecord> entries;  // not empty; ascending, all above any batch before
  std::vector<AccountRecord> accounts;
  std::optional<base::Bytes> memory = {};  // replaces the one before
};

// What is read back at start-up.
struct Contents {
  std::vector<AccountRecord> accounts;  // by ascending id
  std::vector<EntryRecord> entries;     // by ascending sequence
  base::Bytes memory;                   // what else its owner wants to know; empty if none was kept
};

}  // namespace cocoon::store
