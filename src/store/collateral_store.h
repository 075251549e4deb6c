// The collateral that was fetched, in a file of its own: what was seen once is not forgotten by a
// restart, so that nobody can show something older afterwards.
//
// Keeps bytes and knows nothing of what they mean. Small and rarely written: each put() is one
// synced transaction on the calling thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;

namespace cocoon::store {

struct CollateralRow {
  std::string name;
  base::Bytes body;
  base::Bytes issuer_chain;
  std::int64_t fetched_at_us = 0;  // since 1970 UTC
  friend bool operator==(const CollateralRow&, const CollateralRow&) = default;
};

class CollateralStore {
 public:
  // Makes the file if it is missing. CannotOpen, ForeignDatabase, NewerVersion, Damaged.
  static base::Result<std::unique_ptr<CollateralStore>> open(const std::filesystem::path& file);

  base::Result<std::vector<CollateralRow>> load() const;
  // Replaces the row of that name.
  base::Result<void> put(const CollateralRow& row);

 private:
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  explicit CollateralStore(sqlite3* connection) : connection_(connection) {}
  base::Result<void> prepare();

  std::unique_ptr<sqlite3, Closer> connection_;
};

}  // namespace cocoon::store
