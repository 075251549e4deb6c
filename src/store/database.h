// Database: the open file. Creating, checking and migrating it; reading it whole; writing batches
// in one transaction. Used by one thread at a time. Internal to the store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "store/records.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace cocoon::store {

// A file descriptor with an owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

class Database {
 public:
  static base::Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                      const StoreOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  base::Result<Contents> load(std::int64_t recent) const;
  // All of them in one synced transaction, or none.
  base::Result<void> write(std::span<const Batch> batches);

 private:
  struct Statements;
  Database(std::string name, Descriptor lock, Connection connection, const StoreOptions& options);

  // Adds to an error about damage what to do about it.
  base::Error explained(base::Error error) const;
  base::Result<void> prepare_file();
  base::Result<void> prepare_statements();
  base::Result<Contents> load_rows(std::int64_t recent) const;
  base::Result<void> write_rows(std::span<const Batch> batches);
  base::Result<void> write_entry(const EntryRecord& entry);
  base::Result<void> write_account(const AccountRecord& account);
  // Drops old entries in order, and answers up to which sequence there are none left to drop.
  base::Result<std::int64_t> drop_old(const EntryRecord& newest, std::int64_t added);

  std::string name_;
  Descriptor lock_;
  Connection connection_;
  StoreOptions options_;
  std::unique_ptr<Statements> statements_;
  std::int64_t dropped_ = 0;  // every entry up to here is permanent or gone
};

}  // namespace cocoon::store
