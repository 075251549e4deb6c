// Opening the file safely, and its two kinds of work.
#include "store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "store/limits.h"
#include "store/schema.h"

namespace cocoon::store {
namespace {

using base::Error;
using base::Result;

constexpr std::string_view kColumns =
    "sequence, permanent, kind, at_us, account, worker, reference, prompt_tokens, cached_tokens, "
    "completion_tokens, reasoning_tokens, excess_tokens, amount_nanoton, worker_nanoton, digest";

Error cannot(const std::string& doing) {
  return {StoreReason::CannotOpen, "cannot " + doing + ": " + std::strerror(errno)};
}

// One process at a time: a lock beside the file, because SQLite's own must leave readers in.
Result<Descriptor> take_lock(const std::string& name) {
  const std::string lock_name = name + ".lock";
  Descriptor lock(::open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return cannot("open " + lock_name);
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return cannot("lock " + lock_name);
  return Error(StoreReason::InUse,
               name + " is in use by another process: stop that one, or choose another file");
}

// Exists afterwards, for its owner only, before SQLite makes its -wal and -shm with the same mode.
Result<void> make_private(const std::string& name) {
  const Descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return cannot("open " + name);
  if (::fchmod(file.number(), 0600) != 0) return cannot("restrict " + name + " to its owner");
  return {};
}

Result<void> sync_folder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open.valid() || ::fsync(open.number()) != 0) return cannot("sync " + folder.string());
  return {};
}

Result<std::string> read_one(sqlite3* connection, const std::string& sql) {
  auto statement = TRY(Statement::prepare(connection, sql));
  const bool has_row = TRY(statement.step());
  return has_row ? statement.text(0) : std::string();
}

Result<std::int64_t> read_number(sqlite3* connection, const std::string& sql) {
  auto statement = TRY(Statement::prepare(connection, sql));
  const bool has_row = TRY(statement.step());
  return has_row ? statement.integer(0) : std::int64_t{0};
}

Result<void> migrate(sqlite3* connection, std::size_t from) {
  for (std::size_t version = from; version < kMigrations.size(); ++version) {
    TRY(execute(connection, "BEGIN IMMEDIATE;" + std::string(kMigrations[version]) +
                                "PRAGMA application_id = " + std::to_string(kApplicationId) +
                                ";PRAGMA user_version = " + std::to_string(version + 1) +
                                ";COMMIT"));
  }
  return {};
}

}  // namespace

struct Database::Statements {
  Statement put_entry;
  Statement put_account;
  Statement put_memory;
  Statement oldest;
  Statement drop;
};

Database::~Database() = default;

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Database::Database(std::string name, Descriptor lock, Connection connection,
                   const StoreOptions& options)
    : name_(std::move(name)),
      lock_(std::move(lock)),
      connection_(std::move(connection)),
      options_(options) {}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                 const StoreOptions& options) {
  const std::string name = file.string();
  Descriptor lock = TRY(take_lock(name));
  TRY(make_private(name));
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK)
    return Error(StoreReason::CannotOpen, "cannot open " + name + ": " + sqlite3_errstr(code));
  std::unique_ptr<Database> database(
      new Database(name, std::move(lock), std::move(connection), options));
  auto prepared = database->prepare_file();
  if (!prepared) return database->explained(std::move(prepared).error());
  TRY(sync_folder(file));
  return database;
}

Error Database::explained(Error error) const {
  if (!error.is(StoreReason::Damaged)) return error;
  return {StoreReason::Damaged,
          name_ + " is damaged (" + error.message() +
              "). Stop the program, move the file with its -wal and -shm away, and put the newest "
              "backup in its place; without one try: sqlite3 " +
              name_ + " .recover | sqlite3 " + name_ + ".recovered"};
}

Result<void> Database::prepare_file() {
  sqlite3* const connection = connection_.get();
  sqlite3_busy_timeout(connection, static_cast<int>(options_.busy_timeout.count()));
  const auto id = TRY(read_number(connection, "PRAGMA application_id"));
  const auto version = TRY(read_number(connection, "PRAGMA user_version"));
  const auto objects = TRY(read_number(connection, "SELECT count(*) FROM sqlite_schema"));
  const bool is_new = id == 0 && version == 0 && objects == 0;
  if (!is_new && id != kApplicationId)
    return Error(StoreReason::ForeignDatabase,
                 name_ + " is a database of another program: choose another file");
  if (version < 0 || static_cast<std::uint64_t>(version) > kMigrations.size())
    return Error(StoreReason::NewerVersion,
                 name_ + " was written by a newer version of this program (schema " +
                     std::to_string(version) + ", this one knows " +
                     std::to_string(kMigrations.size()) + "): use that version or a newer one");
  const auto fault = TRY(read_one(connection, "PRAGMA quick_check(1)"));
  if (fault != "ok") return Error(StoreReason::Damaged, fault);
  const auto mode = TRY(read_one(connection, "PRAGMA journal_mode = WAL"));
  if (mode != "wal")
    return Error(StoreReason::CannotOpen,
                 "the file system of " + name_ + " does not support write-ahead logging");
  TRY(execute(connection, "PRAGMA synchronous = FULL"));
  if (options_.max_pages > 0)
    TRY(execute(connection, "PRAGMA max_page_count = " + std::to_string(options_.max_pages)));
  TRY(migrate(connection, static_cast<std::size_t>(version)));
  return prepare_statements();
}

Result<void> Database::prepare_statements() {
  sqlite3* const connection = connection_.get();
  auto put_entry = TRY(
      Statement::prepare(connection, "INSERT INTO entries (" + std::string(kColumns) +
                                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  auto put_account = TRY(Statement::prepare(
      connection,
      "INSERT INTO accounts (id, kind, party, balance_nanoton, metered_tokens, metered_nanoton, "
      "settled_tokens, settled_nanoton, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET balance_nanoton = excluded.balance_nanoton, "
      "metered_tokens = excluded.metered_tokens, metered_nanoton = excluded.metered_nanoton, "
      "settled_tokens = excluded.settled_tokens, settled_nanoton = excluded.settled_nanoton, "
      "sequence = excluded.sequence"));
  auto put_memory = TRY(
      Statement::prepare(connection, "INSERT OR REPLACE INTO memory (id, content) VALUES (1, ?)"));
  auto oldest = TRY(Statement::prepare(connection,
                                       "SELECT sequence, permanent, at_us FROM entries "
                                       "WHERE sequence > ? ORDER BY sequence LIMIT ?"));
  auto drop = TRY(Statement::prepare(connection, "DELETE FROM entries WHERE sequence = ?"));
  statements_ = std::make_unique<Statements>(
      Statements{std::move(put_entry), std::move(put_account), std::move(put_memory),
                 std::move(oldest), std::move(drop)});
  return {};
}

Result<Contents> Database::load(std::int64_t recent) const {
  auto loaded = load_rows(recent);
  if (!loaded) return explained(std::move(loaded).error());
  return loaded;
}

Result<Contents> Database::load_rows(std::int64_t recent) const {
  Contents out;
  auto accounts = TRY(Statement::prepare(
      connection_.get(),
      "SELECT id, kind, party, balance_nanoton, metered_tokens, metered_nanoton, settled_tokens, "
      "settled_nanoton, sequence FROM accounts ORDER BY id"));
  while (TRY(accounts.step()))
    out.accounts.push_back({accounts.integer(0), accounts.text(1), accounts.text(2),
                            accounts.integer(3), accounts.integer(4), accounts.integer(5),
                            accounts.integer(6), accounts.integer(7), accounts.integer(8)});
  auto rows = TRY(Statement::prepare(
      connection_.get(), "SELECT " + std::string(kColumns) +
                             " FROM entries WHERE permanent = 1 OR sequence > "
                             "(SELECT max(sequence) FROM entries) - ? ORDER BY sequence"));
  rows.bind(recent);
  while (TRY(rows.step())) {
    const auto reference = TRY(rows.bits256(6));
    const auto digest = TRY(rows.bits256(14));
    out.entries.push_back({rows.integer(0), rows.integer(1) != 0 ? Keep::Permanent : Keep::Recent,
                           rows.text(2), rows.integer(3), rows.integer(4), rows.integer(5),
                           reference, rows.integer(7), rows.integer(8), rows.integer(9),
                           rows.integer(10), rows.integer(11), rows.integer(12), rows.integer(13),
                           digest});
  }
  auto memory = TRY(Statement::prepare(connection_.get(), "SELECT content FROM memory"));
  if (TRY(memory.step())) out.memory = memory.blob(0);
  return out;
}

Result<void> Database::write(std::span<const Batch> batches) {
  auto written = write_rows(batches);
  // A failed COMMIT or statement may have ended the transaction already.
  if (!written && sqlite3_get_autocommit(connection_.get()) == 0) {
    const auto rolled_back = execute(connection_.get(), "ROLLBACK");
    if (!rolled_back) return explained(rolled_back.error());
  }
  if (!written) return explained(std::move(written).error());
  return {};
}

Result<void> Database::write_rows(std::span<const Batch> batches) {
  TRY(execute(connection_.get(), "BEGIN IMMEDIATE"));
  const EntryRecord* newest = nullptr;
  std::int64_t added = 0;
  std::map<std::int64_t, const AccountRecord*>
      accounts;  // the last state of each is all that counts
  const base::Bytes* memory = nullptr;
  for (const Batch& batch : batches) {
    if (batch.memory) memory = &*batch.memory;
    for (const AccountRecord& account : batch.accounts) accounts[account.id] = &account;
    for (const EntryRecord& entry : batch.entries) {
      TRY(write_entry(entry));
      newest = &entry;
      ++added;
    }
  }
  for (const auto& [id, account] : accounts) TRY(write_account(*account));
  if (memory != nullptr) TRY(statements_->put_memory.bind(base::BytesView(*memory)).run());
  std::int64_t dropped = dropped_;
  if (newest != nullptr) dropped = TRY(drop_old(*newest, added));
  TRY(execute(connection_.get(), "COMMIT"));
  dropped_ = dropped;
  return {};
}

Result<void> Database::write_entry(const EntryRecord& entry) {
  return statements_->put_entry.bind(entry.sequence)
      .bind(std::int64_t{entry.keep == Keep::Permanent})
      .bind(entry.kind)
      .bind(entry.at_us)
      .bind(entry.account)
      .bind(entry.worker)
      .bind(base::BytesView(entry.reference))
      .bind(entry.prompt_tokens)
      .bind(entry.cached_tokens)
      .bind(entry.completion_tokens)
      .bind(entry.reasoning_tokens)
      .bind(entry.excess_tokens)
      .bind(entry.amount)
      .bind(entry.worker_part)
      .bind(base::BytesView(entry.digest))
      .run();
}

Result<void> Database::write_account(const AccountRecord& account) {
  return statements_->put_account.bind(account.id)
      .bind(account.kind)
      .bind(account.party)
      .bind(account.balance)
      .bind(account.metered_tokens)
      .bind(account.metered)
      .bind(account.settled_tokens)
      .bind(account.settled)
      .bind(account.sequence)
      .run();
}

Result<std::int64_t> Database::drop_old(const EntryRecord& newest, std::int64_t added) {
  const std::int64_t last_dropped = newest.sequence - options_.recent_entries;
  const std::int64_t oldest_kept_us =
      newest.at_us - std::chrono::microseconds(options_.recent_age).count();
  std::vector<std::int64_t> doomed;
  std::int64_t passed = dropped_;
  auto& rows = statements_->oldest.bind(dropped_).bind(kDropPerCommit + kDropPerEntry * added);
  bool is_done = false;
  while (TRY(rows.step())) {
    const std::int64_t sequence = rows.integer(0);
    const bool is_permanent = rows.integer(1) != 0;
    is_done = is_done || sequence == newest.sequence ||
              (!is_permanent && sequence > last_dropped && rows.integer(2) >= oldest_kept_us);
    if (is_done) continue;
    if (!is_permanent) doomed.push_back(sequence);
    passed = sequence;
  }
  for (const std::int64_t sequence : doomed) TRY(statements_->drop.bind(sequence).run());
  return passed;
}

}  // namespace cocoon::store
