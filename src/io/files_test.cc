#include "io/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cocoon::io {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "cocoon_io_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory = name;
  }
  ~FilesTest() override { std::filesystem::remove_all(directory); }
  std::string path(const std::string& name) const { return directory + "/" + name; }
  std::string directory;
};

TEST_F(FilesTest, WritesWholeAndPrivate) {
  ASSERT_TRUE(write_file(path("a"), base::as_bytes("first")).ok());
  ASSERT_TRUE(write_file(path("a"), base::as_bytes("second")).ok());
  EXPECT_EQ(base::to_text(*read_file(path("a"), 6)), "second");
  struct stat status{};
  ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  // No temporary file stays behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
}

TEST_F(FilesTest, FailedWriteLeavesNothing) {
  std::filesystem::create_directory(path("taken"));
  EXPECT_EQ(write_file(path("taken"), base::as_bytes("x")).error().reason(), "file_failed");
  EXPECT_EQ(write_file(path("no/such"), base::as_bytes("x")).error().reason(), "file_not_found");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
}

TEST_F(FilesTest, ReadsUpToItsLimit) {
  const base::Bytes content(200'000, 7);
  ASSERT_TRUE(write_file(path("a"), content).ok());
  EXPECT_EQ(*read_file(path("a"), 200'000), content);
  EXPECT_EQ(read_file(path("a"), 199'999).error().reason(), "file_too_large");
  EXPECT_EQ(read_file(path("b"), 10).error().reason(), "file_not_found");
  EXPECT_EQ(read_file(directory, 10).error().reason(), "file_failed");
  ASSERT_TRUE(write_file(path("empty"), {}).ok());
  EXPECT_TRUE(read_file(path("empty"), 0)->empty());
}

TEST_F(FilesTest, MakesDirectories) {
  ASSERT_TRUE(make_directory(path("a/b/c")).ok());
  ASSERT_TRUE(make_directory(path("a/b/c/")).ok());
  struct stat status{};
  ASSERT_EQ(::stat(path("a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_TRUE(write_file(path("file"), {}).ok());
  EXPECT_FALSE(make_directory(path("file")).ok());
  EXPECT_FALSE(make_directory("").ok());
}

TEST_F(FilesTest, LockIsHeldByOne) {
  {
    auto lock = LockFile::acquire(path("lock"));
    ASSERT_TRUE(lock.ok());
    EXPECT_EQ(LockFile::acquire(path("lock")).error().reason(), "file_locked");
    LockFile moved = *std::move(lock);
    EXPECT_EQ(LockFile::acquire(path("lock")).error().reason(), "file_locked");
  }
  EXPECT_TRUE(LockFile::acquire(path("lock")).ok());
}

}  // namespace
}  // namespace cocoon::io
