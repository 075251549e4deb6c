// The only place that calls SQLite's C interface for statements and reads its result codes.
#include "store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/check.h"
#include "store/store.h"

namespace cocoon::store {
namespace {

using base::Error;
using base::Result;

StoreReason reason_of(int code) {
  switch (code & 0xff) {  // without the extended part
    case SQLITE_FULL:
      return StoreReason::DiskFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreReason::Busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreReason::Damaged;
    case SQLITE_CANTOPEN:
      return StoreReason::CannotOpen;
    default:
      return StoreReason::WriteFailed;
  }
}

}  // namespace

void ConnectionCloser::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Error sqlite_error(sqlite3* connection, std::string_view doing) {
  return {reason_of(sqlite3_extended_errcode(connection)),
          std::string(doing) + ": " + sqlite3_errmsg(connection)};
}

Result<void> execute(sqlite3* connection, const std::string& sql) {
  if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_error(connection, "the database refused a statement");
  return {};
}

Result<Statement> Statement::prepare(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return sqlite_error(connection, "the database refused a statement");
  return Statement(statement);
}

// A failure to bind is a wrong parameter number or no memory: ours, not the file's.
Statement& Statement::bind(std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_.get(), next_parameter_++, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  CHECK(sqlite3_bind_text(statement_.get(), next_parameter_++, text.data(),
                          static_cast<int>(text.size()), nullptr) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(base::BytesView blob) {
  // A null pointer would mean NULL and not an empty blob.
  static constexpr std::uint8_t kEmpty = 0;
  CHECK(sqlite3_bind_blob(statement_.get(), next_parameter_++, blob.empty() ? &kEmpty : blob.data(),
                          static_cast<int>(blob.size()), nullptr) == SQLITE_OK);
  return *this;
}

Result<void> Statement::run() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_DONE) {
    reset();
    return {};
  }
  const Error error = sqlite_error(sqlite3_db_handle(statement_.get()), "a row was not written");
  reset();
  return error;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const Error error = sqlite_error(sqlite3_db_handle(statement_.get()), "a row was not read");
  reset();
  return error;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return text == nullptr ? std::string() : base::to_text({text, size});
}

base::Bytes Statement::blob(int column) const {
  const auto* bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? base::Bytes() : base::Bytes(bytes, bytes + size);
}

Result<base::Bits256> Statement::bits256(int column) const {
  const void* blob = sqlite3_column_blob(statement_.get(), column);
  base::Bits256 out{};
  if (sqlite3_column_bytes(statement_.get(), column) != static_cast<int>(out.size()))
    return Error(StoreReason::Damaged, "a stored id or digest is not 32 bytes long");
  std::copy_n(static_cast<const std::uint8_t*>(blob), out.size(), out.begin());
  return out;
}

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  next_parameter_ = 1;
}

}  // namespace cocoon::store
