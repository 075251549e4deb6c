// SQLite handles with owners, and its result codes as named errors. Internal to the store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cocoon::store {

struct ConnectionCloser {
  void operator()(sqlite3* connection) const;
};
using Connection = std::unique_ptr<sqlite3, ConnectionCloser>;

// Whatever SQLite last said on this connection, as a named error.
base::Error sqlite_error(sqlite3* connection, std::string_view doing);

// Runs statements without parameters and results.
base::Result<void> execute(sqlite3* connection, const std::string& sql);

// One prepared statement. Bound texts and blobs must live until the next step or run.
class Statement {
 public:
  static base::Result<Statement> prepare(sqlite3* connection, std::string_view sql);

  // Parameters from left to right, as `?` stand in the statement.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(base::BytesView blob);
  // For statements without rows: executes, and is ready to be bound again.
  base::Result<void> run();
  // True while there is a row to read; false at the end, when it is ready to be bound again.
  base::Result<bool> step();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  base::Bytes blob(int column) const;
  // 32 bytes; anything else is damage.
  base::Result<base::Bits256> bits256(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void reset();

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int next_parameter_ = 1;
};

}  // namespace cocoon::store
