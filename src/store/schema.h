// The tables, as numbered migrations: version n is what the first n of them make. Internal to the
// store.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cocoon::store {

// Marks the file as ours ("COCN"), in the header field that SQLite keeps for it.
inline constexpr std::int64_t kApplicationId = 0x434f434e;

// Never change one that was released: add another. Amounts are whole nanotons (1 TON = 10^9), times
// are microseconds since 1970 UTC. The views are for people: `sqlite3 FILE 'SELECT * FROM
// balances'`.
inline constexpr std::array<std::string_view, 2> kMigrations{R"sql(
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  party TEXT NOT NULL,
  balance_nanoton INTEGER NOT NULL,
  metered_tokens INTEGER NOT NULL,
  metered_nanoton INTEGER NOT NULL,
  settled_tokens INTEGER NOT NULL,
  settled_nanoton INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  UNIQUE (kind, party)
) STRICT;

CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY,
  permanent INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  account INTEGER NOT NULL,
  worker INTEGER NOT NULL,
  reference BLOB NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  excess_tokens INTEGER NOT NULL,
  amount_nanoton INTEGER NOT NULL,
  worker_nanoton INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;

CREATE INDEX permanent_entries ON entries (sequence) WHERE permanent = 1;

CREATE VIEW balances AS
  SELECT id, kind, party,
         printf('%.9f', balance_nanoton / 1e9) AS balance_ton,
         metered_tokens,
         printf('%.9f', metered_nanoton / 1e9) AS metered_ton,
         printf('%.9f', (metered_nanoton - settled_nanoton) / 1e9) AS unsettled_ton
  FROM accounts;

CREATE VIEW statement AS
  SELECT e.sequence,
         strftime('%Y-%m-%d %H:%M:%f', e.at_us / 1e6, 'unixepoch') AS at_utc,
         e.kind, a.kind AS account_kind, a.party,
         CASE WHEN e.kind = 'charged' THEN w.party END AS worker,
         e.prompt_tokens + e.cached_tokens + e.completion_tokens + e.reasoning_tokens AS tokens,
         e.excess_tokens,
         printf('%.9f', e.amount_nanoton / 1e9) AS amount_ton,
         printf('%.9f', e.worker_nanoton / 1e9) AS worker_ton,
         lower(hex(e.reference)) AS reference
  FROM entries e
  LEFT JOIN accounts a ON a.id = e.account
  LEFT JOIN accounts w ON w.id = e.worker;
)sql",
                                                             R"sql(
CREATE TABLE memory (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  content BLOB NOT NULL
) STRICT;
)sql"};

}  // namespace cocoon::store
