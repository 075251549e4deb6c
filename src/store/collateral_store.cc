// One table; the file is marked as ours and as of this version.
#include "store/collateral_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/database.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace cocoon::store {
namespace {

using base::Error;
using base::Result;

// "COCC" in the header field that SQLite keeps for the program.
constexpr std::int64_t kCollateralApplicationId = 0x434f4343;
constexpr std::int64_t kVersion = 1;

Result<std::int64_t> read_pragma(sqlite3* connection, const std::string& name) {
  auto statement = TRY(Statement::prepare(connection, "PRAGMA " + name));
  const bool has_row = TRY(statement.step());
  return has_row ? statement.integer(0) : std::int64_t{0};
}

}  // namespace

void CollateralStore::Closer::operator()(sqlite3* connection) const {
  ConnectionCloser{}(connection);
}

Result<std::unique_ptr<CollateralStore>> CollateralStore::open(const std::filesystem::path& file) {
  const std::string name = file.string();
  {
    const Descriptor made(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!made.valid()) return Error(StoreReason::CannotOpen, "cannot open " + name);
  }
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  std::unique_ptr<CollateralStore> store(new CollateralStore(raw));
  if (code != SQLITE_OK) {
    return Error(StoreReason::CannotOpen, "cannot open " + name + ": " + sqlite3_errstr(code));
  }
  const auto prepared = store->prepare();
  if (!prepared) return Error(prepared.error()).within(name);
  return store;
}

Result<void> CollateralStore::prepare() {
  sqlite3* const connection = connection_.get();
  sqlite3_busy_timeout(connection, 1000);
  const std::int64_t id = TRY(read_pragma(connection, "application_id"));
  const std::int64_t version = TRY(read_pragma(connection, "user_version"));
  if ((id != 0 || version != 0) && id != kCollateralApplicationId) {
    return Error(StoreReason::ForeignDatabase, "is a database of another program");
  }
  if (version > kVersion) {
    return Error(StoreReason::NewerVersion, "is of a newer version of this program");
  }
  TRY(execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  return execute(connection,
                 "CREATE TABLE IF NOT EXISTS collateral (name TEXT PRIMARY KEY, body BLOB NOT "
                 "NULL, issuer_chain BLOB NOT NULL, fetched_at_us INTEGER NOT NULL) STRICT;"
                 "PRAGMA application_id = " +
                     std::to_string(kCollateralApplicationId) +
                     ";PRAGMA user_version = " + std::to_string(kVersion));
}

Result<std::vector<CollateralRow>> CollateralStore::load() const {
  auto statement =
      TRY(Statement::prepare(connection_.get(),
                             "SELECT name, body, issuer_chain, fetched_at_us FROM collateral "
                             "ORDER BY name"));
  std::vector<CollateralRow> rows;
  while (TRY(statement.step())) {
    rows.push_back({.name = statement.text(0),
                    .body = statement.blob(1),
                    .issuer_chain = statement.blob(2),
                    .fetched_at_us = statement.integer(3)});
  }
  return rows;
}

Result<void> CollateralStore::put(const CollateralRow& row) {
  auto statement = TRY(Statement::prepare(
      connection_.get(),
      "INSERT OR REPLACE INTO collateral (name, body, issuer_chain, fetched_at_us) "
      "VALUES (?, ?, ?, ?)"));
  statement.bind(row.name).bind(row.body).bind(row.issuer_chain).bind(row.fetched_at_us);
  return statement.run();
}

}  // namespace cocoon::store
