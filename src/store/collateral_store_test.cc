// Rows come back as they were put; files of others are left alone.
#include "store/collateral_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/store.h"
#include "store/store_fixture.h"

namespace cocoon::store {
namespace {

std::unique_ptr<CollateralStore> opened_collateral(const std::filesystem::path& file) {
  auto store = CollateralStore::open(file);
  EXPECT_TRUE(store.ok()) << store.error().message();
  return store ? std::move(*store) : nullptr;
}

TEST(CollateralStore, RowsSurviveARestart) {
  const TestFolder folder;
  const CollateralRow first{"amd/a", {0, 1, 255}, {}, 7};
  const CollateralRow second{"intel/b", {}, base::to_bytes("chain"), 8};
  {
    const auto store = opened_collateral(folder.file());
    ASSERT_TRUE(store->put(second).ok());
    ASSERT_TRUE(store->put({"amd/a", {9}, {9}, 1}).ok());
    ASSERT_TRUE(store->put(first).ok());
  }
  const auto rows = opened_collateral(folder.file())->load();
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(*rows, (std::vector<CollateralRow>{first, second}));
}

TEST(CollateralStore, IsTheOwnersOnly) {
  const TestFolder folder;
  opened_collateral(folder.file());
  struct stat status{};
  ASSERT_EQ(stat(folder.file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(CollateralStore, RefusesForeignFiles) {
  const TestFolder folder;
  ASSERT_TRUE(Store::open(folder.file(), {}).ok());
  const auto store = CollateralStore::open(folder.file());
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().reason(), "foreign_database");
  EXPECT_FALSE(CollateralStore::open("/no/such/folder/file.db").ok());
}

}  // namespace
}  // namespace cocoon::store
