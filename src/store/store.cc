// The store's front: opening, reading back, and the writer's lifetime.
#include "store/store.h"

#include <utility>

#include "base/check.h"
#include "store/database.h"
#include "store/writer.h"

namespace cocoon::store {

std::string_view reason_name(StoreReason reason) {
  switch (reason) {
    case StoreReason::CannotOpen:
      return "cannot_open";
    case StoreReason::InUse:
      return "in_use";
    case StoreReason::ForeignDatabase:
      return "foreign_database";
    case StoreReason::NewerVersion:
      return "newer_version";
    case StoreReason::Damaged:
      return "damaged";
    case StoreReason::DiskFull:
      return "disk_full";
    case StoreReason::Busy:
      return "busy";
    case StoreReason::WriteFailed:
      return "write_failed";
  }
  return "unknown";
}

Store::Store(const StoreOptions& options, std::unique_ptr<Database> database)
    : options_(options), database_(std::move(database)) {}

Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file,
                                                 const StoreOptions& options) {
  auto database = TRY(Database::open(file, options));
  return std::unique_ptr<Store>(new Store(options, std::move(database)));
}

base::Result<Contents> Store::load(std::int64_t recent) const {
  CHECK(!writer_);
  return database_->load(recent);
}

void Store::start(Callback callback) {
  CHECK(!writer_);
  writer_ = std::make_unique<Writer>(*database_, options_, std::move(callback));
}

void Store::append(Batch batch) {
  CHECK(writer_);
  writer_->append(std::move(batch));
}

}  // namespace cocoon::store
